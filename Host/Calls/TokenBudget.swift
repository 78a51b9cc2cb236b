import PatchbayConnectors
import PatchbayModel
import PatchbayStore
import Synchronization

/// Leave for one call to begin; used up by its first request, or when it ends.
package final class Admission: Sendable {
    private let isOpen = Atomic<Bool>(true)

    /// True the first time.
    func use() -> Bool { isOpen.exchange(false, ordering: .relaxed) }
}

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
    private var probeWaiters: [CheckedContinuation<Void, Never>] = []
    /// Requests that have a place and wait for their units.
    private var waitingForUnits = 0
    private var buckets: [String: BudgetBucket]
    private var notBefore: Timestamp?
    /// Calls admitted whose first request has not yet taken its units, and what the dearest request has cost so far.
    private var admitted = 0
    private var callCost = 1.0
    /// Something is known of this token's limits, from an earlier sync or from a first answer. Before that, requests go one at a time:
    /// the first answer may tell that there is room for few.
    private var isProbed: Bool
    /// When an answer last told a figure.
    private var learnedAt: Timestamp?

    package init(requestsMax: Int, writesMax: Int, budgets: [RateBudget], notes: [BudgetNote], now: Timestamp) {
        self.requestsMax = max(requestsMax, 1)
        self.writesMax = max(writesMax, 1)
        var known = Dictionary(budgets.map { ($0.scope, BudgetBucket($0, now: now)) }) { first, _ in first }
        for note in notes { known[note.scope]?.recall(note, now: now) }
        buckets = known
        isProbed = known.isEmpty || known.values.contains { $0.isConfirmed }
    }

    // MARK: Calls

    /// Whether a further call may begin.
    package enum Leave: Sendable {
        /// It may: to be given back with `end`.
        case now(Admission)
        /// Not before; and whether nothing is under way that could change that.
        case later(Timestamp, isIdle: Bool)
        /// Not before the call under way has told something of the limits, or has ended: see `probed`.
        case afterProbe
    }

    /// Asks for leave to begin a call. One that has it counts until its first request.
    package func admit(now: Timestamp) -> Leave {
        let isIdle = requests == 0 && admitted == 0
        guard isProbed || isIdle else { return .afterProbe }
        let ready = readyAt(callCost, beside: Double(admitted) * callCost, now: now)
        guard ready <= now else { return .later(ready, isIdle: isIdle) }
        admitted += 1
        return .now(Admission())
    }

    /// An admitted call has ended, or came to nothing.
    package func end(_ admission: Admission) {
        guard admission.use() else { return }
        admitted -= 1
        wakeProbed()
    }

    /// Returns when something is known of the limits, or nothing is under way that would tell it.
    package func probed() async {
        guard isProbing else { return }
        await withCheckedContinuation { probeWaiters.append($0) }
    }

    private var isProbing: Bool { !isProbed && requests + admitted > 0 }

    private func wakeProbed() {
        guard !isProbing else { return }
        for waiter in probeWaiters { waiter.resume() }
        probeWaiters = []
    }

    // MARK: Requests

    /// Waits until there is room for one request that costs `units` and counts for `writes` concurrent writes (0 for one that reads). The
    /// place is held until `leave`. When the limits have no room for longer than `patience`, answers when they will, and holds nothing. The
    /// wait for time, but not for a place, ends early when `mayWait` says no; the place is held all the same, and nothing is spent.
    package func enter(
        units: Int, writes cost: Int, patience: Duration, _ admission: Admission? = nil, while mayWait: @Sendable () -> Bool = { true }
    ) async -> Timestamp? {
        // A single request dearer than the whole cap must still go, alone.
        let writes = min(cost, writesMax)
        if waiters.isEmpty, fits(writes) {
            take(writes)
        } else {
            await withCheckedContinuation { waiters.append(Waiter(writes: writes, continuation: $0)) }
        }
        // After the place, not before it: a request to wait may have come while it was waited for.
        if let until = await wait(for: Double(units), patience: patience, while: mayWait) {
            leave(writes: cost)
            return until
        }
        if let admission { end(admission) }
        return nil
    }

    /// Gives a place back.
    package func leave(writes cost: Int) {
        requests -= 1
        writes -= min(cost, writesMax)
        while let first = waiters.first, fits(first.writes) {
            waiters.removeFirst()
            take(first.writes)
            first.continuation.resume()
        }
        wakeProbed()
    }

    /// Nil once the units are taken, or when there is nothing to wait for any more.
    private func wait(for units: Double, patience: Duration, while mayWait: @Sendable () -> Bool) async -> Timestamp? {
        callCost = max(callCost, units)
        waitingForUnits += 1
        defer { waitingForUnits -= 1 }
        while true {
            // Who may not send any more uses up nothing: lanes in line would spend a whole window of what nobody sends.
            guard mayWait() else { return nil }
            let now = Timestamp.now
            let ready = readyAt(units, now: now)
            guard ready > now, !Task.isCancelled else { break }
            // While something is under way, its answer may tell of an earlier time.
            guard ready <= now.advanced(by: patience) || requests > waitingForUnits else { return ready }
            // Looked at anew now and then: an answer may have told of more or less.
            let left = Duration.milliseconds(ready.milliseconds - now.milliseconds)
            try? await Task.sleep(for: min(left, Limits.budgetLookTime))
        }
        let now = Timestamp.now
        for scope in buckets.keys { buckets[scope]?.spend(units, now: now) }
        return nil
    }

    private func readyAt(_ units: Double, beside promised: Double = 0, now: Timestamp) -> Timestamp {
        buckets.values.reduce(notBefore ?? now) { max($0, $1.time(of: units, beside: promised, now: now)) }
    }

    private func fits(_ cost: Int) -> Bool {
        requests < (isProbed ? requestsMax : 1) && writes <= writesMax - cost
    }

    private func take(_ cost: Int) {
        requests += 1
        writes += cost
    }

    // MARK: Knowledge

    /// What the answer to a request that was sent then told of the limits, perhaps nothing.
    package func learn(_ facts: [BudgetFact], sentAt: Timestamp, now: Timestamp) {
        isProbed = true
        wakeProbed()
        guard !facts.isEmpty else { return }
        let overtaken = learnedAt.map { $0 >= sentAt } ?? false
        learnedAt = now
        for fact in facts {
            guard buckets[fact.scope] != nil else {
                // A connector is a stranger: it may name only so many.
                if buckets.count < Limits.budgetScopesMax { buckets[fact.scope] = BudgetBucket(fact, now: now) }
                continue
            }
            buckets[fact.scope]?.learn(fact, underWay: Double(max(0, requests - 1)), overtaken: overtaken, now: now)
        }
    }

    /// The vendor refused for the rate: nothing goes before `time`.
    package func pause(until time: Timestamp) {
        notBefore = max(notBefore ?? time, time)
        let now = Timestamp.now
        // Which of the limits it was is not told: that whose window fits the wait best learns from it.
        let wait = Duration.milliseconds(time.milliseconds - now.milliseconds)
        let windows = buckets.compactMap { scope, bucket in bucket.window.map { (scope: scope, window: $0) } }
        let fitting = windows.filter { $0.window >= wait }.min { $0.window < $1.window } ?? windows.max { $0.window < $1.window }
        if let fitting { buckets[fitting.scope]?.refuse(callCost, until: time, now: now) }
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
