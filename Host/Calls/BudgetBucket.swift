import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// One rate limit of a token, as far as it is known: a bucket that refills all the time.
///
/// A vendor's plan decides the limit, so the number that a connector names is only a guess: it is not enforced before
/// the vendor has told a figure, or has refused once. A refusal tells a larger limit: how large a bucket must have been
/// to let through what it did. Such a guess shrinks with each further refusal, down to the connector's number. A value
/// without a clock of its own: every question brings the time.
package struct BudgetBucket: Sendable, Hashable {
    /// Units that fit; nil until something is known.
    package private(set) var limit: Double?
    /// Nil for a limit that only facts speak of: then nothing is known of its refilling but the time they name.
    package let window: Duration?
    /// The vendor told it, or refused because of it.
    package private(set) var isConfirmed: Bool
    /// The vendor told the limit itself.
    private var isTold = false
    /// The connector's number: no guess goes below it, because a refusal before that is about something else, such as
    /// others who use the token.
    private let least: Double
    /// Units left at `updatedAt`.
    private var left: Double
    private var updatedAt: Timestamp
    /// What a unit costs by the vendor's own figures, where that is several: Jira counts fifty points for a bulk of
    /// fifty, Linear the complexity of a query.
    private var price = 1.0
    /// What the vendor told last of what is left, and when.
    private var toldLeft: Double?
    private var toldAt: Timestamp
    /// When the vendor says that it is full again.
    private var resetsAt: Timestamp?
    /// In what time an empty one is full again, as far as the vendor's figures tell: for the time between that and the
    /// next answer.
    private var refill: Duration?
    /// Units spent in the window that began then.
    private var spent = 0.0
    private var spentSince: Timestamp
    /// Units spent since the first.
    private var spentInAll = 0.0
    private let begun: Timestamp

    /// A bucket that the descriptor names.
    package init(_ budget: RateBudget, now: Timestamp) {
        limit = Double(budget.limit)
        least = Double(budget.limit)
        window = budget.window
        isConfirmed = false
        left = Double(budget.limit)
        updatedAt = now
        spentSince = now
        toldAt = now
        begun = now
    }

    /// A bucket that a fact speaks of first.
    package init(_ fact: BudgetFact, now: Timestamp) {
        window = nil
        least = 1
        isConfirmed = true
        left = .infinity
        updatedAt = now
        spentSince = now
        toldAt = now
        begun = now
        learn(fact, underWay: 0, now: now)
    }

    /// One that only facts spoke of, in an earlier sync; nil when that is so long ago that the plan may be another.
    package init?(_ note: BudgetNote, now: Timestamp) {
        guard now < note.notedAt.advanced(by: Limits.budgetMemory) else { return nil }
        let left = note.remaining(at: now)
        self.init(BudgetFact(scope: note.scope, limit: note.limit, remaining: left, resetsAt: note.fullAt), now: now)
    }

    /// Goes on from what an earlier sync left, unless that is so old that the plan may be another.
    package mutating func recall(_ note: BudgetNote, now: Timestamp) {
        guard now < note.notedAt.advanced(by: Limits.budgetMemory) else { return }
        let most = Double(Limits.budgetUnitsMax)
        limit = min(max(Double(note.limit), 0), most)
        left = note.left(at: now)
        isConfirmed = true
        updatedAt = now
    }

    /// Units left at `now`; infinite where nothing is known.
    package func remaining(at now: Timestamp) -> Double {
        guard isConfirmed else { return .infinity }
        if let resetsAt, now >= resetsAt { return limit ?? .infinity }
        guard let limit, let window else { return left }
        let share = Duration.milliseconds(max(0, now.milliseconds - updatedAt.milliseconds)) / window
        return min(limit, left + share * limit)
    }

    /// What the connector says is not what holds: the limit is known, or more was let through than that number could
    /// have let through.
    func isOutgrown(now: Timestamp) -> Bool {
        guard !isConfirmed, let window else { return true }
        return spentInAll > least * (1 + Duration.milliseconds(max(0, now.milliseconds - begun.milliseconds)) / window)
    }

    /// When so many units are left beside those that are promised to others; `now` when they are.
    package func time(of cost: Double, beside promised: Double = 0, now: Timestamp) -> Timestamp {
        // A request dearer than the whole bucket waits for a full one.
        let wanted = promised * price + min(cost * price, limit ?? cost * price)
        let there = remaining(at: now)
        guard there < wanted else { return now }
        guard let limit, let window, limit > 0 else {
            // Used up since it was full, and no answer has told of that yet.
            let guess = refill.map { max(now, updatedAt.advanced(by: $0)) }
            return resetsAt ?? guess ?? now
        }
        let windows = min((wanted - there) / limit, Limits.budgetWindowsMax)
        let refilled = max(now, updatedAt).advanced(by: window * windows)
        return resetsAt.map { min($0, refilled) } ?? refilled
    }

    package mutating func spend(_ cost: Double, now: Timestamp) {
        if isConfirmed { left = remaining(at: now) - cost * price }
        updatedAt = max(updatedAt, now)
        if let window, now >= spentSince.advanced(by: window) { (spent, spentSince) = (0, now) }
        spent += cost
        spentInAll += cost
        if let resetsAt, now >= resetsAt { self.resetsAt = nil }
    }

    /// Takes over what the vendor says, less what is under way and not yet in its figures. Answers may come in another
    /// order than the vendor gave them: one whose request was `overtaken` by another answer may tell of less room,
    /// never of more. `units` is what the request was taken to cost.
    package mutating func learn(
        _ fact: BudgetFact, underWay: Double, units: Double = 1, overtaken: Bool = false, now: Timestamp
    ) {
        if let told = fact.limit, told > 0 {
            limit = Double(told)
            isTold = true
        }
        if let told = fact.remaining {
            if !overtaken { learnPrice(Double(told), units: units, now: now) }
            left = overtaken ? min(remaining(at: now), Double(told)) : Double(told) - underWay * price
            isConfirmed = true
        } else {
            left = remaining(at: now)
        }
        updatedAt = now
        // A wait longer than a day is kept as a day.
        let told = fact.resetsAt.flatMap { $0 > now ? min($0, now.advanced(by: Limits.waitMax)) : nil }
        if let told { learnRefill(until: told, fact, now: now) }
        resetsAt = overtaken ? [told, resetsAt].compactMap { $0 }.max() : told
    }

    private mutating func learnRefill(until time: Timestamp, _ fact: BudgetFact, now: Timestamp) {
        guard let limit, let left = fact.remaining, Double(left) < limit else { return }
        let whole = Duration.milliseconds(time.milliseconds - now.milliseconds) * (limit / (limit - Double(left)))
        refill = min(refill ?? whole, whole)
    }

    /// By how much less is left than the answer before told. The figures are whole, answers overtake each other, and
    /// something refills: a few units are no price. Dear requests count at once, cheap ones bit by bit: what is dear
    /// comes in rows.
    private mutating func learnPrice(_ left: Double, units: Double, now: Timestamp) {
        let (before, since) = (toldLeft, toldAt)
        (toldLeft, toldAt) = (left, now)
        guard let before, units > 0 else { return }
        let share = window.map { Duration.milliseconds(max(0, now.milliseconds - since.milliseconds)) / $0 } ?? 0
        let refilled = min(share * (limit ?? 0), max(0, (limit ?? 0) - before))
        let seen = (before + refilled - left) / units
        guard seen > 0 else { return }
        let counted = seen >= Limits.budgetPriceMin ? min(seen, Double(Limits.budgetUnitsMax)) : 1
        price = max(counted, price * 0.75 + counted * 0.25)
    }

    /// The vendor refused a request of that cost: nothing goes before `time`.
    package mutating func refuse(_ cost: Double, until time: Timestamp, now: Timestamp) {
        if let window, !isTold {
            let guess: Double
            if isConfirmed {
                guess = (limit ?? least) * Limits.budgetGuessShrink
            } else {
                // It was full at first and was refilled meanwhile: in this window, or since the beginning. Neither can
                // be too large.
                func size(_ units: Double, since: Timestamp) -> Double {
                    (units - cost) / (1 + Duration.milliseconds(max(0, now.milliseconds - since.milliseconds)) / window)
                }
                guess = max(size(spent, since: spentSince), size(spentInAll, since: begun))
            }
            limit = max(least, guess.rounded(.down))
            isConfirmed = true
        }
        left = 0
        updatedAt = time
        resetsAt = nil
    }
}
