import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// What one token may do: requests and writes under way at once, and units of each rate limit.
///
/// Shared by all integrations that use the token. First come, first served, so that no call starves. A limit is kept by waiting
/// beforehand; a refusal by the vendor is an exception that empties the buckets.
package actor TokenBudget {
    private struct Waiter {
        let writes: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private let requestsMax: Int
    private let writesMax: Int
    private var requests = 0
    private var writes = 0
    private var waiters: [Waiter] = []
    private var buckets: [String: BudgetBucket]
    private var notBefore: Timestamp?
    /// Calls admitted and not yet ended, and what the dearest one has cost so far.
    private var admitted = 0
    private var callCost = 1.0

    package init(requestsMax: Int, writesMax: Int, budgets: [RateBudget], notes: [BudgetNote], now: Timestamp) {
        self.requestsMax = max(requestsMax, 1)
        self.writesMax = max(writesMax, 1)
        buckets = Dictionary(budgets.map { ($0.scope, BudgetBucket($0, now: now)) }) { first, _ in first }
        for note in notes { buckets[note.scope]?.recall(note, now: now) }
    }

    // MARK: Calls

    /// Whether a further call may begin now; if not, when. One that may is counted until `end`.
    package func admit(now: Timestamp) -> Timestamp? {
        let ready = readyAt(Double(admitted + 1) * callCost, now: now)
        guard ready <= now else { return ready }
        admitted += 1
        return nil
    }

    /// An admitted call has ended, or came to nothing.
    package func end() { admitted -= 1 }

    // MARK: Requests

    /// Runs `body` when there is room for one request that costs `units` and counts for `writes` concurrent writes (0 for one that reads).
    /// When the units are not there, waits for them before it takes a place. A wait for time, but not for a place, ends early when
    /// `mayWait` says no; `body` runs all the same.
    package func pass<Result: Sendable>(
        units: Int, writes cost: Int, while mayWait: @Sendable () -> Bool = { true }, _ body: @Sendable () async -> Result
    ) async -> Result {
        await wait(for: Double(units), while: mayWait)
        // A single request dearer than the whole cap must still go, alone.
        let writes = min(cost, writesMax)
        if waiters.isEmpty, fits(writes) {
            take(writes)
        } else {
            await withCheckedContinuation { waiters.append(Waiter(writes: writes, continuation: $0)) }
        }
        defer { giveBack(writes) }
        // The vendor may have refused another request while this one stood in line. It keeps its place: nobody else may use it either.
        while let notBefore, Timestamp.now < notBefore, mayWait(), !Task.isCancelled {
            let left = Duration.milliseconds(notBefore.milliseconds - Timestamp.now.milliseconds)
            try? await Task.sleep(for: min(left, Limits.budgetLookTime))
        }
        return await body()
    }

    private func wait(for units: Double, while mayWait: @Sendable () -> Bool) async {
        callCost = max(callCost, units)
        while mayWait() {
            let now = Timestamp.now
            let ready = readyAt(units, now: now)
            guard ready > now, !Task.isCancelled else { break }
            // Looked at anew now and then: an answer may have told of more or less.
            let left = Duration.milliseconds(ready.milliseconds - now.milliseconds)
            try? await Task.sleep(for: min(left, Limits.budgetLookTime))
        }
        let now = Timestamp.now
        for scope in buckets.keys { buckets[scope]?.spend(units, now: now) }
    }

    private func readyAt(_ units: Double, now: Timestamp) -> Timestamp {
        buckets.values.reduce(notBefore ?? now) { max($0, $1.time(of: units, now: now)) }
    }

    private func fits(_ cost: Int) -> Bool { requests < requestsMax && writes <= writesMax - cost }

    private func take(_ cost: Int) {
        requests += 1
        writes += cost
    }

    private func giveBack(_ cost: Int) {
        requests -= 1
        writes -= cost
        while let first = waiters.first, fits(first.writes) {
            waiters.removeFirst()
            take(first.writes)
            first.continuation.resume()
        }
    }

    // MARK: Knowledge

    /// What an answer told of the limits.
    package func learn(_ facts: [BudgetFact], now: Timestamp) {
        for fact in facts {
            guard buckets[fact.scope] != nil else {
                // A connector is a stranger: it may name only so many.
                if buckets.count < Limits.budgetScopesMax { buckets[fact.scope] = BudgetBucket(fact, now: now) }
                continue
            }
            buckets[fact.scope]?.learn(fact, underWay: Double(max(0, requests - 1)), now: now)
        }
    }

    /// The vendor refused for the rate: nothing goes before `time`.
    package func pause(until time: Timestamp) {
        notBefore = max(notBefore ?? time, time)
        // Which of the limits it was is not told: that whose window fits the wait best learns from it.
        let wait = Duration.milliseconds(time.milliseconds - Timestamp.now.milliseconds)
        let windows = buckets.compactMap { scope, bucket in bucket.window.map { (scope: scope, window: $0) } }
        let fitting = windows.filter { $0.window >= wait }.min { $0.window < $1.window } ?? windows.max { $0.window < $1.window }
        if let fitting { buckets[fitting.scope]?.refuse(callCost, until: time) }
    }

    /// What is left of each limit, by scope.
    package func notes(now: Timestamp) -> [BudgetNote] {
        buckets.compactMap { scope, bucket in
            guard bucket.isConfirmed, let limit = bucket.limit else { return nil }
            let left = max(0, bucket.remaining(at: now))
            guard left.isFinite else { return nil }
            return BudgetNote(
                scope: scope, limit: Int64(limit), remaining: Int64(left), fullAt: bucket.time(of: limit, now: now), notedAt: now)
        }.sorted { $0.scope < $1.scope }
    }
}
