import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// Decides, without touching anything, what a create's end means for each delivery it carried.
///
/// The rule behind every line: a delivery is `unknown` exactly when a request that must happen once may have been acted
/// on and its answer did not say. ARCHITECTURE.md has the table.
package struct SyncPlan: Sendable {
    /// How the integration goes on after a call.
    package enum Pace: Sendable, Hashable {
        case goOn
        /// Nothing may be sent to it before.
        case pauseUntil(Pause)
        /// No create may be sent before; the token's other requests may.
        case holdUntil(Timestamp)
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
        /// The same two moments by a clock that nobody sets.
        package let startedClock: RunningTime
        package let clock: RunningTime
        /// How long after an attempt a look-up that finds nothing counts as certain.
        package let patience: Duration
        /// From 0 to 1: where in its range a back-off falls.
        package let random: Double

        package init(
            startedAt: Timestamp, now: Timestamp, startedClock: RunningTime = .now, clock: RunningTime = .now,
            patience: Duration,
            random: Double
        ) {
            self.startedAt = startedAt
            self.now = now
            self.startedClock = startedClock
            self.clock = clock
            self.patience = patience
            self.random = random
        }
    }

    /// Empty when the batch is to be split.
    package let updates: [DeliveryUpdate]
    /// To be sent once more at once, with nothing recorded: surely not made, and the connector has learnt what to leave
    /// out.
    package let again: [ClaimedDelivery]
    package let pace: Pace

    /// `isRepeat`: the deliveries are being sent once more, and not again.
    package init(
        _ end: CallEnd, _ evidence: CallEvidence, deliveries: [ClaimedDelivery], isRepeat: Bool = false, moment: Moment
    ) {
        let call = CallSummary(end, now: moment.now)
        let isAnswered = if case .answered = end { true } else { false }
        let maker = CreateUpdates(
            evidence: evidence, moment: moment,
            isOfSetUp: isAnswered && evidence.answered > 0 && !evidence.effectAnswered)
        let isSplit = if case .split = call.meaning { true } else { false }
        // Whatever the connector makes of 413, one that knows nothing of it too: nothing was done, and less may go
        // through.
        let refusedSize = evidence.isBare && !call.tellsOfSuccess ? evidence.tooLarge : nil
        let tooLarge = refusedSize.flatMap { deliveries.count > 1 || $0 >= Limits.tooLargeMin ? $0 : nil }
        if isSplit || tooLarge != nil, deliveries.count > 1, evidence.isBare {
            updates = []
            again = []
            pace = .split
        } else if refusedSize != nil, tooLarge == nil {
            // So little is too large for nobody: something is wrong there, and may be over soon.
            let failure = SyncFailure(.vendorError, "it answers HTTP 413 to a request of \(refusedSize ?? 0) bytes")
            updates = deliveries.map { maker.putOff($0, failure) }
            again = []
            pace = .failed(failure)
        } else if let tooLarge {
            updates = deliveries.map { maker.refusedForSize($0, bytes: tooLarge, call.words) }
            again = []
            pace = .goOn
        } else {
            let mayRepeat = !isRepeat && !evidence.changeAnswered && !evidence.faultAnswered
            let places = deliveries.indices.filter { mayRepeat && call.outcomes[$0]?.asksAgain == true }
            again = places.map { deliveries[$0] }
            updates = deliveries.enumerated().filter { !places.contains($0.offset) }.map {
                maker.update($1, call, call.outcomes[$0])
            }
            pace =
                switch call.pace {
                case .split: .failed(call.failure)
                case .pauseUntil(let pause) where evidence.limitIsOfKind: .holdUntil(pause.until)
                default: call.pace
                }
        }
    }
}

/// Makes the update of one delivery for each way a create can end.
private struct CreateUpdates {
    let evidence: CallEvidence
    let moment: SyncPlan.Moment
    /// The call came no further than to what it has to ask first: that says nothing about the tasks, however often.
    let isOfSetUp: Bool

    func update(_ delivery: ClaimedDelivery, _ call: CallSummary, _ outcome: TaskOutcome?) -> DeliveryUpdate {
        switch call.meaning {
        case .completed: return completed(delivery, outcome)
        case _ where evidence.faultAnswered: return undecided(delivery, call.failure, least: call.notBefore)
        // A refusal that came after a later request says nothing about the one that counts.
        case .throttled, .tokenFailed, .refused, .split:
            if evidence.askedSince { return undecided(delivery, call.failure) }
            // That the vendor did nothing is said of the last request, and one before may have made the task.
            if evidence.changeAnswered, !call.isRefusal { return undecided(delivery, call.failure) }
        case .unclear(let notBefore): return undecided(delivery, call.failure, least: notBefore)
        case .notSent where !evidence.mayHaveMade: return waiting(delivery, call.failure, until: moment.now)
        case .notSent: return undecided(delivery, call.failure)
        case .stopped, .declined: return evidence.mayHaveMade ? undecided(delivery, call.failure) : released(delivery)
        }
        switch call.meaning {
        // Neither a full bucket nor a dead token is the task's fault: such attempts never add up to a refusal. Told to
        // wait once more, a delivery waits longer each time: a vendor that always names a short wait must not keep a
        // sync for ever.
        case .throttled(let until):
            return waiting(delivery, call.failure, until: delivery.attempt > 1 ? max(until, backOff(delivery)) : until)
        // What only answered questions refuses the place, and no task: those go on when somebody has put it right.
        case .refused where isOfSetUp && !evidence.mayHaveMade:
            return waiting(delivery, call.failure, until: moment.now)
        case .refused(let field): return failed(delivery, .refused, call.failure, field: field)
        case .split: return backedOff(delivery, call.failure)
        default: return waiting(delivery, call.failure, until: moment.now)
        }
    }

    /// Surely not made, for a reason that may pass.
    func putOff(_ delivery: ClaimedDelivery, _ failure: SyncFailure) -> DeliveryUpdate { backedOff(delivery, failure) }

    /// It was sent alone, and is too large all the same.
    func refusedForSize(_ delivery: ClaimedDelivery, bytes: Int, _ words: String) -> DeliveryUpdate {
        let said =
            "its request alone has \(bytes) bytes, and the system, or a proxy before it, takes none so large (HTTP "
            + "413); shorten the task or "
            + "have that limit raised, then `patchbay retry \(delivery.task.id)`"
            + (words.isEmpty ? "" : "; the answer: \(words)")
        return failed(delivery, .refused, SyncFailure(.taskTooLarge, said), field: nil)
    }

    private func completed(_ delivery: ClaimedDelivery, _ outcome: TaskOutcome?) -> DeliveryUpdate {
        guard let outcome else {
            return undecided(
                delivery,
                SyncFailure(.connectorProtocol, "the connector gave no outcome for this task; report it to its author"))
        }
        let words = BoundedText.cut(outcome.message ?? "")
        func failure(_ code: ErrorCode, _ otherwise: String) -> SyncFailure {
            SyncFailure(
                code, words.isEmpty ? otherwise : words, context: ErrorContext(vendorRequestId: outcome.vendorRequestID)
            )
        }
        switch outcome.kind {
        case .created, .updated, .unchanged, .found: return delivered(delivery, outcome)
        case _ where evidence.faultAnswered:
            return undecided(delivery, failure(.vendorError, "the system failed while it was sent"))
        case .refused:
            return failed(
                delivery, .refused, failure(.taskRefused, "the vendor refused it without a word"), field: outcome.field)
        case .deferred where evidence.changeAnswered:
            return undecided(delivery, failure(.vendorError, "the vendor put it off"))
        case .deferred: return backedOff(delivery, failure(.vendorError, "the vendor put it off"))
        case .unknown:
            return undecided(delivery, failure(.outcomeUnknown, "the vendor's answer does not say whether it was made"))
        case .notFound:
            return undecided(
                delivery, SyncFailure(.connectorProtocol, "the connector answered a create as if it were a look-up"))
        }
    }

    private func delivered(_ delivery: ClaimedDelivery, _ outcome: TaskOutcome) -> DeliveryUpdate {
        guard let externalID = outcome.externalID, !externalID.isEmpty, evidence.effectAnswered else {
            let words =
                "the connector reported success without an external id or without a request that could bring it about"
            return undecided(delivery, SyncFailure(.connectorProtocol, words))
        }
        var made = base(delivery, .delivered)
        made.externalID = externalID
        made.displayID = outcome.displayID
        made.url = outcome.url
        made.warnings = outcome.warningsWithMarker
        made.vendorRequestID = outcome.vendorRequestID
        return made
    }

    /// Unknown if something may have been done, else waiting.
    private func undecided(_ delivery: ClaimedDelivery, _ failure: SyncFailure, least: Timestamp? = nil)
        -> DeliveryUpdate
    {
        guard evidence.mayHaveMade else { return backedOff(delivery, failure, least: least) }
        var made = failed(delivery, .unknown, failure, field: nil)
        made.closedAt = moment.clock
        // The first look-up is always soon, however short the patience: without it nothing would ever be settled.
        made.dueAt = max(moment.now.advanced(by: min(Limits.lookUpPauseFirst, moment.patience)), least ?? moment.now)
        return made
    }

    /// Waiting, exponentially longer with full jitter, until there were too many attempts.
    private func backedOff(_ delivery: ClaimedDelivery, _ failure: SyncFailure, least: Timestamp? = nil)
        -> DeliveryUpdate
    {
        if delivery.attempt >= Limits.attemptsMax, !isOfSetUp {
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

    private func failed(_ delivery: ClaimedDelivery, _ state: DeliveryState, _ failure: SyncFailure, field: String?)
        -> DeliveryUpdate
    {
        var made = base(delivery, state)
        made.errorCode = failure.code
        made.errorField = field
        made.errorMessage = BoundedText.cut(failure.message)
        made.vendorRequestID = failure.context.vendorRequestId
        return made
    }

    private func base(_ delivery: ClaimedDelivery, _ state: DeliveryState) -> DeliveryUpdate {
        var made = DeliveryUpdate(
            row: delivery.row, fence: delivery.fence, state: state, startedAt: evidence.sentAt ?? moment.startedAt,
            endedAt: moment.now)
        made.httpStatus = evidence.lastStatus
        return made
    }
}
