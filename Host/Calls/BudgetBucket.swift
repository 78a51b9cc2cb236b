import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// One rate limit of a token, as far as it is known: a bucket that refills all the time.
///
/// A value without a clock of its own: every question brings the time.
package struct BudgetBucket: Sendable, Hashable {
    /// Units that fit; nil until a fact tells.
    package private(set) var limit: Double?
    /// Nil for a limit that only facts speak of: then nothing is known of its refilling but the time they name.
    package let window: Duration?
    /// Units left at `updatedAt`.
    private var left: Double
    private var updatedAt: Timestamp
    /// When the vendor says that it is full again.
    package private(set) var resetsAt: Timestamp?

    /// A bucket that the descriptor names; taken as full until something else is learned.
    package init(_ budget: RateBudget, now: Timestamp) {
        let full = Double(budget.limit) * DebugSeam.budgetFactor
        limit = full
        window = budget.window
        left = full
        updatedAt = now
    }

    /// A bucket that a fact speaks of first.
    package init(_ fact: BudgetFact, now: Timestamp) {
        limit = fact.limit.map(Double.init)
        window = nil
        left = .infinity
        updatedAt = now
        learn(fact, underWay: 0, now: now)
    }

    /// Goes on from what an earlier sync left.
    package mutating func recall(_ note: BudgetNote, now: Timestamp) {
        limit = Double(note.limit)
        left = Double(note.remaining(at: now))
        updatedAt = now
    }

    /// Units left at `now`; infinite where nothing is known.
    package func remaining(at now: Timestamp) -> Double {
        if let resetsAt, now >= resetsAt { return limit ?? .infinity }
        guard let limit, let window else { return left }
        let share = Duration.milliseconds(max(0, now.milliseconds - updatedAt.milliseconds)) / window
        return min(limit, left + share * limit)
    }

    /// When so many units are left; `now` when they are.
    package func time(of cost: Double, now: Timestamp) -> Timestamp {
        // A request dearer than the whole bucket waits for a full one.
        let wanted = min(cost, limit ?? cost)
        let there = remaining(at: now)
        guard there < wanted else { return now }
        guard let limit, let window, limit > 0 else { return resetsAt ?? now }
        let refilled = max(now, updatedAt).advanced(by: window * ((wanted - there) / limit))
        return resetsAt.map { min($0, refilled) } ?? refilled
    }

    package mutating func spend(_ cost: Double, now: Timestamp) {
        left = remaining(at: now) - cost
        updatedAt = now
        if let resetsAt, now >= resetsAt { self.resetsAt = nil }
    }

    /// Takes over what the vendor says, less what is under way and not yet in its figures.
    package mutating func learn(_ fact: BudgetFact, underWay: Double, now: Timestamp) {
        if let told = fact.limit, told > 0 { limit = Double(told) }
        if let told = fact.remaining { left = Double(told) - underWay } else { left = remaining(at: now) }
        updatedAt = now
        resetsAt = fact.resetsAt.flatMap { $0 > now ? $0 : nil }
    }

    /// The vendor said that there is nothing left before `time`.
    package mutating func empty(until time: Timestamp) {
        left = 0
        updatedAt = time
        resetsAt = nil
    }
}
