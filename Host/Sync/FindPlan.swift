import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// Decides, without touching anything, what a look-up means for each unknown delivery it asked about.
///
/// Found is delivered. Not found goes back to pending only when the miss is certain: the look-up could see everything there is, and it
/// began a whole patience after the attempt's connection was closed. Everything else stays unknown and is looked up again.
package struct FindPlan: Sendable {
    package let updates: [DeliveryUpdate]
    package let pace: SyncPlan.Pace

    package init(_ end: CallEnd, _ evidence: CallEvidence, deliveries: [ClaimedDelivery], moment: SyncPlan.Moment) {
        let call = CallSummary(end, now: moment.now)
        let maker = FindUpdates(evidence: evidence, moment: moment)
        updates = deliveries.enumerated().map { maker.update($1, call, call.outcomes[$0]) }
        pace = call.pace == .split ? .failed(call.failure) : call.pace
    }

    /// When to look again: soon at first, then later and later; once exactly when patience ends, because from then on a miss is certain;
    /// and once in a long while after that, because what patience could not settle waits for a person. `began` is when the look-up began
    /// that has just missed: one that began before patience ended, even if its answer came after, was not the one at the end.
    static func nextLookUp(_ lookUp: LookUp, patience: Duration, began: Timestamp, now: Timestamp) -> Timestamp {
        let pause = min(Limits.lookUpPauseFirst * (1 << min(2 * (lookUp.number - 1), 20)), Limits.retryPauseMax)
        let next = now.advanced(by: pause)
        let end = lookUp.unknownSince.advanced(by: patience)
        return end > began ? max(now, min(next, end)) : now.advanced(by: Limits.lookUpPauseRare)
    }
}

/// Makes the update of one delivery for each way a look-up can end.
private struct FindUpdates {
    let evidence: CallEvidence
    let moment: SyncPlan.Moment

    func update(_ delivery: ClaimedDelivery, _ call: CallSummary, _ outcome: TaskOutcome?) -> DeliveryUpdate {
        guard case .completed = call.meaning else {
            return stillUnknown(delivery, "the look-up failed: \(call.failure.message)", isAnswer: false, notBefore: call.notBefore)
        }
        switch outcome?.kind {
        case .found, .created, .updated, .unchanged: return found(delivery, outcome)
        case .notFound where isCertain(outcome, delivery):
            var made = base(delivery, .pending)
            made.errorCode = .outcomeUnknown
            made.errorMessage = "looked up and not there: it may be sent again"
            return made
        case .notFound: return stillUnknown(delivery, "looked up and not seen yet; it may still appear")
        default: return stillUnknown(delivery, "the look-up gave no answer\(outcome?.message.map { ": " + BoundedText.cut($0) } ?? "")")
        }
    }

    private func isCertain(_ outcome: TaskOutcome?, _ delivery: ClaimedDelivery) -> Bool {
        guard let outcome, outcome.isExhaustive, let lookUp = delivery.lookUp else { return false }
        return moment.startedAt >= lookUp.unknownSince.advanced(by: moment.patience)
    }

    private func found(_ delivery: ClaimedDelivery, _ outcome: TaskOutcome?) -> DeliveryUpdate {
        guard let outcome, let externalID = outcome.externalID, !externalID.isEmpty else {
            return stillUnknown(delivery, "the connector found it and named no external id; report it to its author")
        }
        var made = base(delivery, .delivered)
        made.externalID = externalID
        made.displayID = outcome.displayID
        made.url = outcome.url
        made.vendorRequestID = outcome.vendorRequestID
        made.warnings = outcome.warnings
        return made
    }

    /// `isAnswer` is false when the system did not say anything: that uses up no patience.
    private func stillUnknown(
        _ delivery: ClaimedDelivery, _ words: String, isAnswer: Bool = true, notBefore: Timestamp? = nil
    ) -> DeliveryUpdate {
        var made = base(delivery, .unknown)
        made.errorCode = .outcomeUnknown
        made.errorMessage = words
        let lookUp = delivery.lookUp ?? LookUp(number: 1, unknownSince: moment.now)
        let next =
            isAnswer
            ? FindPlan.nextLookUp(lookUp, patience: moment.patience, began: moment.startedAt, now: moment.now)
            : moment.now.advanced(by: min(Limits.lookUpPauseFirst * (1 << min(lookUp.number - 1, 10)), Limits.retryPauseMax))
        made.dueAt = max(next, notBefore ?? moment.now)
        return made
    }

    private func base(_ delivery: ClaimedDelivery, _ state: DeliveryState) -> DeliveryUpdate {
        var made = DeliveryUpdate(
            row: delivery.row, fence: delivery.fence, state: state, startedAt: evidence.sentAt ?? moment.startedAt, endedAt: moment.now)
        made.operation = .find
        made.httpStatus = evidence.lastStatus
        return made
    }
}
