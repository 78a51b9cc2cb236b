import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// Decides, without touching anything, what a create's end means for each delivery it carried.
///
/// The rule behind every line: a delivery is `unknown` exactly when a request that must happen once may have been acted on and
/// its answer did not say. ARCHITECTURE.md has the table.
package struct SyncPlan: Sendable {
    /// How the integration goes on after a call.
    package enum Pace: Sendable, Hashable {
        case goOn
        /// Nothing may be sent to it before.
        case pauseUntil(Timestamp)
        /// Nothing more in this sync: a person must act, or the vendor must recover.
        case stop(SyncFailure)
        /// The call failed in a way that may pass; several in a row stop the integration.
        case failed(SyncFailure)
        /// The same deliveries again, in two halves.
        case split
    }

    /// When things happened and how long to be patient.
    package struct Moment: Sendable {
        package let startedAt: Timestamp
        package let now: Timestamp
        /// How long after an attempt a look-up that finds nothing counts as certain.
        package let patience: Duration
        /// From 0 to 1: where in its range a back-off falls.
        package let random: Double

        package init(startedAt: Timestamp, now: Timestamp, patience: Duration, random: Double) {
            self.startedAt = startedAt
            self.now = now
            self.patience = patience
            self.random = random
        }
    }

    /// Empty when the batch is to be split.
    package let updates: [DeliveryUpdate]
    package let pace: Pace

    package init(_ end: CallEnd, _ evidence: CallEvidence, deliveries: [ClaimedDelivery], moment: Moment) {
        let call = CallSummary(end, now: moment.now)
        let maker = CreateUpdates(evidence: evidence, moment: moment)
        if case .split = call.meaning, deliveries.count > 1, !evidence.askedSince {
            updates = []
            pace = .split
        } else {
            updates = deliveries.enumerated().map { maker.update($1, call, call.outcomes[$0]) }
            pace = call.pace == .split ? .failed(call.failure) : call.pace
        }
    }
}

/// Makes the update of one delivery for each way a create can end.
private struct CreateUpdates {
    let evidence: CallEvidence
    let moment: SyncPlan.Moment

    func update(_ delivery: ClaimedDelivery, _ call: CallSummary, _ outcome: TaskOutcome?) -> DeliveryUpdate {
        switch call.meaning {
        case .completed: return completed(delivery, outcome)
        // A refusal that came after a later request says nothing about the one that counts.
        case .throttled, .tokenFailed, .refused, .split:
            if evidence.askedSince { return undecided(delivery, call.failure) }
        case .unclear(let notBefore): return undecided(delivery, call.failure, least: notBefore)
        case .notSent: return waiting(delivery, call.failure, until: moment.now)
        case .stopped: return evidence.onceLeft ? undecided(delivery, call.failure) : released(delivery)
        }
        switch call.meaning {
        // Neither a full bucket nor a dead token is the task's fault: such attempts never add up to a refusal.
        // Told to wait once more, a delivery waits longer each time: a vendor that always names a short wait must not keep a sync for ever.
        case .throttled(let until):
            return waiting(delivery, call.failure, until: delivery.attempt > 1 ? max(until, backOff(delivery)) : until)
        case .refused(let field): return failed(delivery, .refused, call.failure, field: field)
        case .split: return backedOff(delivery, call.failure)
        default: return waiting(delivery, call.failure, until: moment.now)
        }
    }

    private func completed(_ delivery: ClaimedDelivery, _ outcome: TaskOutcome?) -> DeliveryUpdate {
        guard let outcome else {
            return undecided(
                delivery, SyncFailure(.connectorProtocol, "the connector gave no outcome for this task; report it to its author"))
        }
        let words = BoundedText.cut(outcome.message ?? "")
        func failure(_ code: ErrorCode, _ otherwise: String) -> SyncFailure {
            SyncFailure(code, words.isEmpty ? otherwise : words, context: ErrorContext(vendorRequestId: outcome.vendorRequestID))
        }
        switch outcome.kind {
        case .created, .updated, .unchanged, .found: return delivered(delivery, outcome)
        case .refused:
            return failed(delivery, .refused, failure(.taskRefused, "the vendor refused it without a word"), field: outcome.field)
        case .deferred: return backedOff(delivery, failure(.vendorError, "the vendor put it off"))
        case .unknown: return undecided(delivery, failure(.outcomeUnknown, "the vendor's answer does not say whether it was made"))
        case .notFound:
            return undecided(delivery, SyncFailure(.connectorProtocol, "the connector answered a create as if it were a look-up"))
        }
    }

    private func delivered(_ delivery: ClaimedDelivery, _ outcome: TaskOutcome) -> DeliveryUpdate {
        guard let externalID = outcome.externalID, !externalID.isEmpty, evidence.effectAnswered else {
            let words = "the connector reported success without an external id or without a request that could bring it about"
            return undecided(delivery, SyncFailure(.connectorProtocol, words))
        }
        var made = base(delivery, .delivered)
        made.externalID = externalID
        made.displayID = outcome.displayID
        made.url = outcome.url
        made.warnings = outcome.warnings
        made.vendorRequestID = outcome.vendorRequestID
        return made
    }

    /// Unknown if something may have been done, else waiting.
    private func undecided(_ delivery: ClaimedDelivery, _ failure: SyncFailure, least: Timestamp? = nil) -> DeliveryUpdate {
        guard evidence.onceLeft else { return backedOff(delivery, failure, least: least) }
        var made = failed(delivery, .unknown, failure, field: nil)
        // The first look-up is always soon, however short the patience: without it nothing would ever be settled.
        made.dueAt = max(moment.now.advanced(by: min(Limits.lookUpPauseFirst, moment.patience)), least ?? moment.now)
        return made
    }

    /// Waiting, exponentially longer with full jitter, until there were too many attempts.
    private func backedOff(_ delivery: ClaimedDelivery, _ failure: SyncFailure, least: Timestamp? = nil) -> DeliveryUpdate {
        if delivery.attempt >= Limits.attemptsMax {
            let words = "given up after \(delivery.attempt) attempts; last: \(failure.message)"
            return failed(delivery, .refused, SyncFailure(failure.code, words, context: failure.context), field: nil)
        }
        return waiting(delivery, failure, until: max(backOff(delivery), least ?? moment.now))
    }

    private func backOff(_ delivery: ClaimedDelivery) -> Timestamp {
        let doubled = Limits.retryPauseFirst * (1 << min(delivery.attempt - 1, 20))
        return moment.now.advanced(by: min(doubled, Limits.retryPauseMax) * moment.random)
    }

    private func waiting(_ delivery: ClaimedDelivery, _ failure: SyncFailure, until: Timestamp) -> DeliveryUpdate {
        var made = failed(delivery, .waiting, failure, field: nil)
        made.dueAt = until
        return made
    }

    /// Nothing was tried: as if it had not been claimed.
    private func released(_ delivery: ClaimedDelivery) -> DeliveryUpdate {
        var made = base(delivery, .pending)
        made.attempted = false
        return made
    }

    private func failed(_ delivery: ClaimedDelivery, _ state: DeliveryState, _ failure: SyncFailure, field: String?) -> DeliveryUpdate {
        var made = base(delivery, state)
        made.errorCode = failure.code
        made.errorField = field
        made.errorMessage = BoundedText.cut(failure.message)
        made.vendorRequestID = failure.context.vendorRequestId
        return made
    }

    private func base(_ delivery: ClaimedDelivery, _ state: DeliveryState) -> DeliveryUpdate {
        var made = DeliveryUpdate(
            row: delivery.row, fence: delivery.fence, state: state, startedAt: evidence.sentAt ?? moment.startedAt, endedAt: moment.now)
        made.httpStatus = evidence.lastStatus
        return made
    }
}
