import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// What is known beside a look-up itself: whose account it was, and whether what must show did.
package struct LookUpGround: Sendable {
    /// Whether tasks that this integration itself made showed in the same kind of query.
    package enum Witnesses: Sendable, Hashable {
        /// At least one did.
        case shown
        /// None did, of so many that were looked for.
        case missing(Int)
        /// There is none yet.
        case none
    }

    /// What a check said, right after the look-up.
    package enum Account: Sendable, Hashable {
        case known(String, LookUpPower)
        /// The system does not say whose token it is.
        case untold
        /// It could not be asked, for this reason.
        case failed(String)
        /// It was not asked, because nothing hung on it.
        case notAsked
    }

    package var witnesses: Witnesses
    package var account: Account
    /// Which value of which token was used.
    package var token: String
    /// A create under a known delivery id makes nothing new there, so a miss that is wrong costs nothing.
    package var isRepeatable: Bool
    /// The attempts were made in another place than that of today.
    package var isElsewhere = false
    /// How the integration stands, as a restored store writes it.
    package var place = ""

    package init(witnesses: Witnesses, account: Account, token: String = "", isRepeatable: Bool = false) {
        self.witnesses = witnesses
        self.account = account
        self.token = token
        self.isRepeatable = isRepeatable
    }
}

/// How far the patience with one unknown delivery is.
///
/// It counts from when the attempt's connection was surely closed, by the running time of one boot or by the vendor's
/// own clock. Wall clocks of two machines, or of one before and after it was set, decide nothing. Where neither clock
/// spans the time, it starts anew.
struct Patience {
    /// What was left when the look-up began; zero or less when it is over.
    let left: Duration

    init(_ lookUp: LookUp, _ moment: SyncPlan.Moment, _ evidence: CallEvidence) {
        let byRunning = lookUp.closedAt.flatMap { moment.startedClock.passed(since: $0) }
        let byVendor = lookUp.vendorAfter.flatMap { after in
            evidence.vendorAtStart.map { Duration.milliseconds($0.milliseconds - after.milliseconds) }
        }
        // One `Date` may be wrong: it counts only where no running time spans the wait.
        left = moment.patience - max(byRunning ?? byVendor ?? .zero, .zero)
    }

    var isOver: Bool { left <= .zero }
}

/// Judges whether a look-up that found nothing proves that nothing is there. Each condition is one that a real system
/// failed.
struct MissProof {
    enum Verdict: Hashable {
        case certain
        /// It is too early to say.
        case mayAppear
        /// What is missing, as a clause; whether it may come by itself.
        case unproved(String, mayPass: Bool)
    }

    let evidence: CallEvidence
    let ground: LookUpGround
    let moment: SyncPlan.Moment

    func verdict(_ outcome: TaskOutcome, _ lookUp: LookUp) -> Verdict {
        if let candidates = Self.told(outcome.candidates) { return .unproved(candidates, mayPass: false) }
        guard evidence.answered > 0 else {
            return .unproved("the connector asked nothing; report it to its author", mayPass: false)
        }
        if ground.isRepeatable { return .certain }
        guard Patience(lookUp, moment, evidence).isOver else { return .mayAppear }
        guard outcome.isExhaustive else {
            let why =
                outcome.message.map { BoundedText.cut($0).clause }
                ?? "the answer does not show that everything was looked through"
            return .unproved(why, mayPass: false)
        }
        if lookUp.isRestored, ground.isElsewhere {
            let words = "the store was restored, and it may have been sent since to where the integration is now"
            return .unproved(words, mayPass: false)
        }
        if let origin = lookUp.origin, origin.isAssumed, origin.settingsText != ground.place {
            return .unproved("the integration was changed since the store was restored", mayPass: false)
        }
        if outcome.usedWindow, let fault = windowFault(lookUp) { return fault }
        if let fault = accountFault(lookUp) { return fault }
        return witnessFault() ?? .certain
    }

    /// A window by the vendor's clock holds what the attempt made only if that clock has gone on evenly since: one
    /// answer of a server whose clock was ahead, or a clock that was set back, would open it after the attempt. A
    /// restored store cannot know when it was.
    private func windowFault(_ lookUp: LookUp) -> Verdict? {
        guard let before = lookUp.vendorBefore else {
            let words =
                "nothing tells how the system's clock stood at the attempt, and only what is younger was looked at"
            return .unproved(words, mayPass: false)
        }
        if lookUp.origin?.isAssumed == true { return nil }
        guard let passed = lookUp.claimedAt.flatMap({ moment.startedClock.passed(since: $0) }),
            let now = evidence.vendorAtStart
        else {
            return .unproved(
                "nothing tells whether the system's clock has gone on evenly since the attempt", mayPass: false)
        }
        let told = Duration.milliseconds(now.milliseconds - before.milliseconds)
        guard told < passed - Limits.clockStepMax else { return nil }
        return .unproved(
            "the system's clock was set back since the attempt, or one of its servers has it wrong", mayPass: true)
    }

    private func accountFault(_ lookUp: LookUp) -> Verdict? {
        switch ground.account {
        case .known(let id, let power):
            guard let origin = lookUp.origin else {
                return .unproved("an earlier version sent it, and noted neither where nor as whom", mayPass: false)
            }
            let assumed = origin.assumedToken.map { $0 == ground.token } == true ? id : nil
            guard let attempted = origin.accountID ?? assumed else {
                return .unproved("the account was not known when it was sent", mayPass: false)
            }
            guard attempted == id else {
                let words =
                    "it was sent as account \(attempted), and the token of today is of account \(id); set a token of "
                    + "the first again, "
                    + "or look there yourself and settle it with `patchbay resolve`"
                return .unproved(words, mayPass: false)
            }
            if case .never(let reason) = power { return .unproved(reason.clause, mayPass: false) }
            return nil
        case .untold:
            return .unproved("the system does not say whose token it is, which may have changed", mayPass: false)
        case .failed(let reason): return .unproved("the account could not be checked: \(reason.clause)", mayPass: true)
        case .notAsked: return .unproved("the account was not checked", mayPass: true)
        }
    }

    private func witnessFault() -> Verdict? {
        switch ground.witnesses {
        case .shown: return nil
        case .missing(let count):
            let what =
                count == 1 ? "a task that was delivered before does" : "\(count) tasks that were delivered before do"
            return .unproved("\(what) not show either, so this account may not see what it adds", mayPass: true)
        case .none:
            if case .known(_, .proved) = ground.account { return nil }
            let words =
                "nothing was delivered yet that would have to show, and no check has proved that this account sees "
                + "what it adds"
            return .unproved(words, mayPass: true)
        }
    }

    /// Nil where there are none.
    private static func told(_ candidates: [TaskCandidate]) -> String? {
        if candidates.isEmpty { return nil }
        let shown = candidates.prefix(3).map { candidate in
            let name = candidate.displayID ?? candidate.externalID
            let title = candidate.title.map { " \"\($0)\"" } ?? ""
            return name + title + (candidate.url.map { " (\($0))" } ?? "")
        }
        let more = candidates.count > 3 ? " and \(candidates.count - 3) more" : ""
        let what =
            candidates.count == 1 ? "this may be it, without its mark" : "one of these may be it, without its mark"
        return "\(what): \(shown.joined(separator: ", "))\(more); look, then settle it with `patchbay resolve`"
    }
}
