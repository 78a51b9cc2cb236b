import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// Decides, without touching anything, what a look-up means for each unknown delivery it asked about.
///
/// Found is delivered. Not found goes back to pending only when the miss is certain (`MissProof`). Everything else
/// stays unknown and is looked up again.
package struct FindPlan: Sendable {
    package let updates: [DeliveryUpdate]
    package let pace: SyncPlan.Pace

    /// `outcomes` of tasks beyond `deliveries` are those of witnesses, and are told by `ground`.
    package init(
        _ end: CallEnd, _ evidence: CallEvidence, deliveries: [ClaimedDelivery], ground: LookUpGround,
        moment: SyncPlan.Moment
    ) {
        let call = CallSummary(end, now: moment.now)
        let maker = FindUpdates(evidence: evidence, ground: ground, moment: moment)
        updates = deliveries.enumerated().map { maker.update($1, call, call.outcomes[$0]) }
        pace = call.pace == .split ? .failed(call.failure) : call.pace
    }

    /// When to look again: soon at first, then later and later; once exactly when patience ends, because from then on a
    /// miss may be certain; and once in a long while after that, because what patience could not settle waits for a
    /// person. `left` is what was left of the patience when the look-up began that has just missed: one that began
    /// before patience ended, even if its answer came after, was not the one at the end.
    static func nextLookUp(_ lookUp: LookUp, left: Duration, now: Timestamp, rare: Duration = Limits.lookUpPauseRare)
        -> Timestamp
    {
        guard left > .zero else { return now.advanced(by: rare) }
        return now.advanced(by: min(pause(lookUp), left))
    }

    /// Longer after each look-up.
    static func pause(_ lookUp: LookUp) -> Duration {
        min(Limits.lookUpPauseFirst * (1 << min(2 * (lookUp.number - 1), 20)), Limits.retryPauseMax)
    }
}

/// Makes the update of one delivery for each way a look-up can end.
private struct FindUpdates {
    let evidence: CallEvidence
    let ground: LookUpGround
    let moment: SyncPlan.Moment

    func update(_ delivery: ClaimedDelivery, _ call: CallSummary, _ outcome: TaskOutcome?) -> DeliveryUpdate {
        guard case .completed = call.meaning else {
            return unanswered(delivery, "the look-up failed: \(call.failure.message)", notBefore: call.notBefore)
        }
        switch outcome?.kind {
        case .found, .created, .updated, .unchanged: return found(delivery, outcome)
        case .notFound: return missed(delivery, outcome)
        default:
            return stillUnknown(
                delivery, "the look-up gave no answer\(outcome?.message.map { ": " + BoundedText.cut($0) } ?? "")")
        }
    }

    private func missed(_ delivery: ClaimedDelivery, _ outcome: TaskOutcome?) -> DeliveryUpdate {
        guard let outcome, let lookUp = delivery.lookUp else {
            return stillUnknown(delivery, "the look-up gave no answer")
        }
        switch MissProof(evidence: evidence, ground: ground, moment: moment).verdict(outcome, lookUp) {
        case .certain:
            var made = base(delivery, .pending)
            made.errorCode = .outcomeUnknown
            made.errorMessage = "looked up and not there: it may be sent again"
            return made
        case .mayAppear: return stillUnknown(delivery, "looked up and not seen yet; it may still appear")
        case .unproved(let why, let mayPass):
            let remedy =
                mayPass || why.contains("`patchbay resolve`")
                ? "" : "; look there yourself, then `patchbay resolve` settles it"
            let words = "looked up and not seen, which proves nothing: \(why)" + remedy
            return stillUnknown(
                delivery, BoundedText.cut(words), rare: mayPass ? FindPlan.pause(lookUp) : Limits.lookUpPauseRare)
        }
    }

    private func found(_ delivery: ClaimedDelivery, _ outcome: TaskOutcome?) -> DeliveryUpdate {
        guard let outcome, let externalID = outcome.externalID, !externalID.isEmpty else {
            return stillUnknown(delivery, "the connector found it and named no external id; report it to its author")
        }
        guard evidence.answered > 0 else {
            return stillUnknown(
                delivery, "the connector says that it is there, and asked nothing; report it to its author")
        }
        var made = base(delivery, .delivered)
        made.externalID = externalID
        made.displayID = outcome.displayID
        made.url = outcome.url
        made.vendorRequestID = outcome.vendorRequestID
        made.warnings = outcome.warningsWithMarker
        return made
    }

    /// The system did not say anything: that uses up no patience.
    private func unanswered(_ delivery: ClaimedDelivery, _ words: String, notBefore: Timestamp?) -> DeliveryUpdate {
        let number = delivery.lookUp?.number ?? 1
        let pause = min(Limits.lookUpPauseFirst * (1 << min(number - 1, 10)), Limits.retryPauseMax)
        return unknown(delivery, words, at: max(moment.now.advanced(by: pause), notBefore ?? moment.now))
    }

    private func stillUnknown(_ delivery: ClaimedDelivery, _ words: String, rare: Duration = Limits.lookUpPauseRare)
        -> DeliveryUpdate
    {
        let lookUp = delivery.lookUp ?? LookUp(number: 1, unknownSince: moment.now)
        let left = Patience(lookUp, moment, evidence).left
        var made = unknown(delivery, words, at: FindPlan.nextLookUp(lookUp, left: left, now: moment.now, rare: rare))
        // Where no clock spans the time since, patience starts anew: with the first answer after it.
        if lookUp.closedAt.flatMap({ moment.startedClock.passed(since: $0) }) == nil {
            made.closedAt = moment.startedClock
        }
        made.vendorAfter = evidence.vendorDate
        return made
    }

    private func unknown(_ delivery: ClaimedDelivery, _ words: String, at time: Timestamp) -> DeliveryUpdate {
        var made = base(delivery, .unknown)
        made.errorCode = .outcomeUnknown
        made.errorMessage = words
        made.dueAt = time
        return made
    }

    private func base(_ delivery: ClaimedDelivery, _ state: DeliveryState) -> DeliveryUpdate {
        var made = DeliveryUpdate(
            row: delivery.row, fence: delivery.fence, state: state, startedAt: evidence.sentAt ?? moment.startedAt,
            endedAt: moment.now)
        made.operation = .find
        made.httpStatus = evidence.lastStatus
        return made
    }
}

extension TaskOutcome {
    /// What to tell a person of it, with the marker's loss where the connector itself says nothing of that.
    var warningsWithMarker: [DeliveryWarning] {
        guard markerIsMissing, !warnings.contains(where: { $0.code == "marker_missing" }) else { return warnings }
        let text =
            "The system kept it without the mark by which it can be found again. Had its answer been lost, a person "
            + "would have to look."
        return warnings + [DeliveryWarning(code: "marker_missing", field: nil, text: text)]
    }
}
