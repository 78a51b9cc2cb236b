import PatchbayConnectors
import PatchbayModel
import PatchbayStore
import Synchronization

/// Leave for one call to begin; used up by its first request, or when it ends.
package final class Admission: Sendable {
    /// How many tasks its batch should have at most.
    package let batchMax: Int
    /// Its batch is smaller than it could be, to fill places that whole batches leave free.
    let isSmall: Bool
    private let isOpen = Atomic<Bool>(true)

    init(batchMax: Int, isSmall: Bool) {
        self.batchMax = batchMax
        self.isSmall = isSmall
    }

    /// True the first time.
    func use() -> Bool { isOpen.exchange(false, ordering: .relaxed) }
}

/// What one token may do: requests and writes under way at once, and units of each rate limit.
///
/// Shared by all integrations that use the token. Places are given in order (`RequestPlaces`), so that no call starves.
/// A limit is kept by waiting beforehand; a refusal by the vendor is an exception that empties the buckets.
package actor TokenBudget {
    private var places: RequestPlaces
    private var probeWaiters: [CheckedContinuation<Void, Never>] = []
    /// Answers that hold no place any more, and that the connector has still to read.
    private var unread = 0
    /// Requests that have a place and wait for their units.
    private var waitingForUnits = 0
    private var buckets: [String: BudgetBucket]
    /// For limits that the descriptor does not name: the requests for which alone they hold.
    private var kinds: [String: Set<RequestKind>] = [:]
    /// Requests under way, by their kind.
    private var underWay: [RequestKind: Int] = [:]
    private var notBefore: Timestamp?
    /// Calls admitted whose first request has not yet taken its units, and what the dearest request has cost so far.
    private var admitted = 0
    private var admittedSmall = 0
    private var callCost = 1.0
    /// How long an answer takes, of late.
    private var answerTime = Duration.zero
    /// Something is known of this token's limits, from an earlier sync or from a first answer. Before that, requests go
    /// one at a time: the first answer may tell that there is room for few.
    private var isProbed: Bool
    /// When an answer last told a figure, and when one last refused.
    private var learnedAt: Timestamp?
    private var refusedAt: Timestamp?

    package init(requestsMax: Int, writesMax: Int, budgets: [RateBudget], notes: [BudgetNote], now: Timestamp) {
        places = RequestPlaces(requestsMax: requestsMax, writesMax: writesMax)
        var known = Dictionary(budgets.map { ($0.scope, BudgetBucket($0, now: now)) }) { first, _ in first }
        for note in notes {
            guard known[note.scope] == nil, let told = note.kinds else {
                known[note.scope]?.recall(note, now: now)
                continue
            }
            guard known.count < Limits.budgetScopesMax else { continue }
            known[note.scope] = BudgetBucket(note, now: now)
            kinds[note.scope] = Set(told.compactMap(RequestKind.init(text:)))
        }
        buckets = known
        isProbed = known.isEmpty || known.values.contains { $0.isConfirmed }
    }

    // MARK: Calls

    /// Whether a further call may begin.
    package enum Leave: Sendable {
        /// It may: to be given back with `end`.
        case now(Admission)
        /// Not before; and whether nothing is under way that could change that.
        case later(BudgetWait, isIdle: Bool)
        /// Not before the call under way has told something of the limits, or has ended: see `probed`.
        case afterProbe
    }

    /// Asks for leave to begin a create, whose batch can have `batchMax` tasks. One that has it counts until its first
    /// request.
    package func admit(batchMax: Int, now: Timestamp) -> Leave {
        let isIdle = places.requests + unread + admitted == 0
        guard isProbed || isIdle else { return .afterProbe }
        if let wait = wait(callCost, beside: Double(admitted) * callCost, now: now, { $0.operation == .create }) {
            return .later(wait, isIdle: isIdle)
        }
        admitted += 1
        let small = smallBatch(batchMax, now: now)
        if small != nil { admittedSmall += 1 }
        return .now(Admission(batchMax: small ?? batchMax, isSmall: small != nil))
    }

    /// How many tasks to send beside whole batches, so that no write stays unused; nil where whole batches do as well:
    /// small ones cost more for each task, so they are for answers that take long, and for limits that are far off.
    private func smallBatch(_ batchMax: Int, now: Timestamp) -> Int? {
        guard answerTime >= Limits.smallBatchAnswerTime,
            let spare = places.spare(batchMax: batchMax, besides: admittedSmall)
        else {
            return nil
        }
        // While a limit may be near of which nothing is known, one request is under way, so that one is refused.
        guard buckets.values.allSatisfy({ $0.isOutgrown(now: now) }) else { return nil }
        let near = wait(3 * callCost, beside: Double(admitted) * callCost, now: now, { $0.operation == .create })
        return near == nil ? spare : nil
    }

    /// An admitted call has ended, or came to nothing.
    package func end(_ admission: Admission) {
        guard admission.use() else { return }
        admitted -= 1
        if admission.isSmall { admittedSmall -= 1 }
        wakeProbed()
    }

    /// Returns when something is known of the limits, or nothing is under way that would tell it.
    package func probed() async {
        guard isProbing else { return }
        await withCheckedContinuation { probeWaiters.append($0) }
    }

    private var isProbing: Bool { !isProbed && places.requests + admitted > 0 }

    private func wakeProbed() {
        guard !isProbing else { return }
        for waiter in probeWaiters { waiter.resume() }
        probeWaiters = []
    }

    // MARK: Requests

    /// Waits until there is room for one request that costs `units` and counts for `writes` concurrent writes (0 for
    /// one that reads). The place is held until `leave`. When the limits have no room for longer than `patience`,
    /// answers when they will, and holds nothing. The wait for time, but not for a place, ends early when `mayWait`
    /// says no; the place is held all the same, and nothing is spent.
    package func enter(
        units: Int, writes cost: Int, _ kind: RequestKind = RequestKind(.create, .once), patience: Duration,
        _ admission: Admission? = nil, pauses: TokenPauses? = nil, while mayWait: @Sendable () -> Bool = { true }
    ) async -> BudgetWait? {
        await withCheckedContinuation { place in places.enter(cost, alone: !isProbed) { place.resume() } }
        // After the place, not before it: a request to wait may have come while it was waited for.
        if let wait = await wait(for: Double(units), kind, patience: patience, pauses, while: mayWait) {
            places.leave(cost, alone: !isProbed)
            wakeProbed()
            return wait
        }
        underWay[kind, default: 0] += 1
        if let admission { end(admission) }
        return nil
    }

    /// Gives a place back; or, when the request no longer `keepsPlace`, takes note that its answer has been read.
    package func leave(writes cost: Int, _ kind: RequestKind = RequestKind(.create, .once), keepsPlace: Bool = true) {
        if keepsPlace { underWay[kind, default: 1] -= 1 }
        if keepsPlace { places.leave(cost, alone: !isProbed) } else { unread -= 1 }
        wakeProbed()
    }

    /// Gives a place back before the answer is read, which asks for no wait. False while nothing is known of the
    /// limits: then the next request must know what this answer tells, and the place is kept.
    package func leaveUnread(writes cost: Int, _ kind: RequestKind = RequestKind(.create, .once)) -> Bool {
        guard isProbed else { return false }
        underWay[kind, default: 1] -= 1
        unread += 1
        places.leave(cost, alone: false)
        return true
    }

    /// Nil once the units are taken, or when there is nothing to wait for any more.
    private func wait(
        for units: Double, _ kind: RequestKind, patience: Duration, _ pauses: TokenPauses?,
        while mayWait: @Sendable () -> Bool
    ) async -> BudgetWait? {
        callCost = max(callCost, units)
        waitingForUnits += 1
        defer { waitingForUnits -= 1 }
        while true {
            // Who may not send any more uses up nothing: lanes in line would spend a whole window of what nobody sends.
            guard mayWait() else { return nil }
            // What another host was told counts as well.
            let told = await pauses?.until()
            let now = Timestamp.now
            var wait = wait(units, now: now, { $0 == kind })
            if let told, told > wait?.until ?? now { wait = BudgetWait(until: told, isOfKind: false) }
            guard let wait, !Task.isCancelled else { break }
            let ready = wait.until
            // While something is under way, its answer may tell of an earlier time.
            guard ready <= now.advanced(by: patience) || places.requests + unread > waitingForUnits else { return wait }
            // Looked at anew now and then: an answer may have told of more or less.
            let left = Duration.milliseconds(ready.milliseconds - now.milliseconds)
            try? await Task.sleep(for: min(left, Limits.budgetLookTime))
        }
        let now = Timestamp.now
        for scope in buckets.keys where kinds[scope]?.contains(kind) ?? true { buckets[scope]?.spend(units, now: now) }
        return nil
    }

    /// For how long the limits have no room for so many units, beside those that are promised to others; nil where they
    /// have. Of those that hold for some kinds only, those count that hold for one of which `isMeant` says so.
    private func wait(
        _ units: Double, beside promised: Double = 0, now: Timestamp, _ isMeant: (RequestKind) -> Bool
    ) -> BudgetWait? {
        var (all, ofKind) = (notBefore ?? now, now)
        for (scope, bucket) in buckets {
            let ready = bucket.time(of: units, beside: promised, now: now)
            if let kinds = kinds[scope] {
                if kinds.contains(where: isMeant) { ofKind = max(ofKind, ready) }
            } else {
                all = max(all, ready)
            }
        }
        return max(all, ofKind) > now ? BudgetWait(until: max(all, ofKind), isOfKind: all <= now) : nil
    }

    // MARK: Knowledge

    /// What the answer to a request of so many units that was sent then told of the limits, perhaps nothing; whether
    /// that request still `keepsPlace`. A limit that the descriptor does not name holds for the kinds of request whose
    /// answers have told of it. True when the answer says that such a one is used up, and that of the token's own
    /// something is left.
    @discardableResult
    package func learn(
        _ facts: [BudgetFact], units: Double = 1, _ kind: RequestKind = RequestKind(.create, .once), sentAt: Timestamp,
        now: Timestamp, keepsPlace: Bool = true
    ) -> Bool {
        let took = Duration.milliseconds(max(0, now.milliseconds - sentAt.milliseconds))
        answerTime = isProbed ? answerTime * 0.75 + took * 0.25 : took
        isProbed = true
        wakeProbed()
        guard !facts.isEmpty else { return false }
        let overtaken = learnedAt.map { $0 >= sentAt } ?? false
        learnedAt = now
        for fact in facts {
            let isNew = buckets[fact.scope] == nil
            if isNew {
                // A connector is a stranger: it may name only so many.
                guard buckets.count < Limits.budgetScopesMax else { continue }
                buckets[fact.scope] = BudgetBucket(fact, now: now)
                kinds[fact.scope] = []
            }
            kinds[fact.scope]?.insert(kind)
            let others = kinds[fact.scope].map { $0.reduce(0) { $0 + (underWay[$1] ?? 0) } } ?? places.requests
            let besides = Double(max(0, others - (keepsPlace ? 1 : 0)))
            buckets[fact.scope]?.learn(fact, underWay: besides, units: units, overtaken: overtaken && !isNew, now: now)
        }
        return isOfKind(facts)
    }

    private func isOfKind(_ facts: [BudgetFact]) -> Bool {
        let ofAll = facts.filter { kinds[$0.scope] == nil }.compactMap(\.remaining)
        let isSpent = facts.contains { kinds[$0.scope] != nil && $0.remaining.map { $0 <= 0 } ?? false }
        return isSpent && !ofAll.isEmpty && ofAll.allSatisfy { $0 > 0 }
    }

    /// Nothing goes before `time`.
    package func rest(until time: Timestamp) { notBefore = max(notBefore ?? time, time) }

    /// A request is to find out whether a wait still holds that is over here: until its answer is understood, and then
    /// that of the first after it, there is one at a time.
    package func probeAgain() {
        isProbed = false
        notBefore = nil
    }

    /// The vendor refused a request that was sent at `sentAt` for the rate: nothing goes before `time`.
    package func pause(until time: Timestamp, sentAt: Timestamp) {
        rest(until: time)
        let now = Timestamp.now
        // Several that were under way together and were refused together tell of the limit once.
        if let refusedAt, sentAt <= refusedAt { return }
        refusedAt = now
        // Which of the limits it was is not told: that whose window fits the wait best learns from it.
        let wait = Duration.milliseconds(time.milliseconds - now.milliseconds)
        let windows = buckets.compactMap { scope, bucket in bucket.window.map { (scope: scope, window: $0) } }
        let fitting =
            windows.filter { $0.window >= wait }.min { $0.window < $1.window } ?? windows.max { $0.window < $1.window }
        if let fitting { buckets[fitting.scope]?.refuse(callCost, until: time, now: now) }
    }

    /// What is left of each limit, by scope.
    package func notes(now: Timestamp) -> [BudgetNote] {
        buckets.compactMap { scope, bucket in
            guard bucket.isConfirmed, let limit = bucket.limit else { return nil }
            let left = max(0, bucket.remaining(at: now))
            guard left.isFinite else { return nil }
            return BudgetNote(
                scope: scope, limit: Int64(limit), remaining: Int64(left),
                fullAt: bucket.time(of: limit, now: now), notedAt: now,
                kinds: kinds[scope].map { $0.map(\.text).sorted() })
        }.sorted { $0.scope < $1.scope }
    }
}
