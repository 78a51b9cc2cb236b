import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// Decides, without touching anything, what a call's end means for each delivery it carried.
///
/// The rule behind every line: a delivery is `unknown` exactly when a request that must happen once may have been acted on and
/// its answer did not say. ARCHITECTURE.md has the table.
package struct SyncPlan: Sendable {
    /// How the integration goes on after this call.
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

    package let updates: [DeliveryUpdate]
    package let pace: Pace

    package init(
        _ end: CallEnd, _ evidence: CallEvidence, deliveries: [ClaimedDelivery], startedAt: Timestamp, now: Timestamp, random: Double
    ) {
        let maker = UpdateMaker(evidence: evidence, startedAt: startedAt, now: now, random: random)
        switch end {
        case .answered(let result):
            (updates, pace) = maker.answered(result, deliveries)
        case .unreachable(let reason):
            let failure = SyncFailure(.unreachable, "the system could not be reached: \(reason); check the network and the base URL")
            updates = deliveries.map { maker.undecided($0, failure) }
            pace = .failed(failure)
        case .lost(let reason):
            let failure = SyncFailure(
                .outcomeUnknown,
                "it was sent and the answer was lost: \(reason); it may exist and is not sent again before it was looked up")
            updates = deliveries.map { maker.undecided($0, failure) }
            pace = .failed(failure)
        case .connectorFailed(let error):
            let failure = SyncFailure(error.code, error.message, context: error.context)
            updates = deliveries.map { maker.undecided($0, failure) }
            pace = .failed(failure)
        case .credentialFailed(let error):
            let failure = SyncFailure(error.code, error.message, context: error.context)
            updates = deliveries.map { maker.waiting($0, failure, until: now) }
            pace = .stop(failure)
        case .cancelled:
            let failure = SyncFailure(.outcomeUnknown, "the host was stopped before the answer came; it may exist")
            updates = deliveries.map { evidence.mayHaveActed ? maker.undecided($0, failure) : maker.released($0) }
            pace = .goOn
        }
    }
}

/// Makes the update of one delivery for each way a call can end.
private struct UpdateMaker {
    let evidence: CallEvidence
    let startedAt: Timestamp
    let now: Timestamp
    let random: Double

    // MARK: Results

    func answered(_ result: CallResult, _ deliveries: [ClaimedDelivery]) -> ([DeliveryUpdate], SyncPlan.Pace) {
        let failure = SyncFailure(result.outcome.code, Self.words(result), context: ErrorContext(vendorRequestId: result.vendorRequestID))
        switch result.outcome {
        case .completed:
            return completed(result, deliveries)
        case .throttled(let retry):
            let rest = earliest(retry) ?? now.advanced(by: Limits.retryPauseFirst)
            return (deliveries.map { saidNo($0, failure, until: rest) }, .pauseUntil(rest))
        case .authFailed, .refused:
            let isAuth = result.outcome.isAuthFailure
            let updates = deliveries.map { delivery in
                mustAsk
                    ? undecided(delivery, failure)
                    : isAuth ? waiting(delivery, failure, until: now) : refused(delivery, failure, field: result.field)
            }
            return (updates, .stop(failure))
        case .split:
            guard !mustAsk, deliveries.count > 1 else {
                return (deliveries.map { saidNo($0, failure, until: backoff($0)) }, .failed(failure))
            }
            return ([], .split)
        case .vendorFault(let retry):
            return (deliveries.map { undecided($0, failure, least: earliest(retry)) }, .failed(failure))
        case .protocolError:
            return (deliveries.map { undecided($0, failure) }, .failed(failure))
        }
    }

    private func completed(_ result: CallResult, _ deliveries: [ClaimedDelivery]) -> ([DeliveryUpdate], SyncPlan.Pace) {
        var outcomes: [Int: TaskOutcome] = [:]
        for outcome in result.outcomes { outcomes[outcome.index] = outcome }
        let updates = deliveries.enumerated().map { index, delivery -> DeliveryUpdate in
            guard let outcome = outcomes[index] else {
                return undecided(
                    delivery, SyncFailure(.connectorProtocol, "the connector gave no outcome for this task; report it to its author"))
            }
            return update(delivery, outcome)
        }
        return (updates, .goOn)
    }

    private func update(_ delivery: ClaimedDelivery, _ outcome: TaskOutcome) -> DeliveryUpdate {
        let words = Self.bounded(outcome.message ?? "")
        let context = ErrorContext(vendorRequestId: outcome.vendorRequestID)
        var made: DeliveryUpdate
        switch outcome.kind {
        case .created, .updated, .unchanged, .found:
            guard let externalID = outcome.externalID, !externalID.isEmpty, evidence.effectAnswered else {
                return undecided(
                    delivery,
                    SyncFailure(
                        .connectorProtocol,
                        "the connector reported success without an external id or without a request that could bring it about"))
            }
            made = base(delivery, .delivered)
            made.externalID = externalID
            made.displayID = outcome.displayID
            made.url = outcome.url
            made.warnings = outcome.warnings
        case .refused:
            made = refused(
                delivery, SyncFailure(.taskRefused, words.isEmpty ? "the vendor refused it without a word" : words, context: context),
                field: outcome.field)
        case .deferred:
            made = waiting(
                delivery, SyncFailure(.vendorError, words.isEmpty ? "the vendor put it off" : words, context: context),
                until: backoff(delivery))
        case .unknown:
            made = undecided(
                delivery,
                SyncFailure(
                    .outcomeUnknown, words.isEmpty ? "the vendor's answer does not say whether it was made" : words, context: context))
        case .notFound:
            made = undecided(delivery, SyncFailure(.connectorProtocol, "the connector answered a create as if it were a look-up"))
        }
        made.vendorRequestID = outcome.vendorRequestID
        return made
    }

    /// The later of the two that a vendor may name; nil when it named none.
    private func earliest(_ retry: RetryTime) -> Timestamp? {
        [retry.after.map(now.advanced(by:)), retry.at].compactMap { $0 }.max()
    }

    // MARK: Updates

    /// A refusal that came after the request that counts is not about that request.
    private var mustAsk: Bool { evidence.onceLeft && evidence.requestsAfterOnce > 0 }

    /// The vendor surely did nothing, unless more was asked since.
    private func saidNo(_ delivery: ClaimedDelivery, _ failure: SyncFailure, until: Timestamp) -> DeliveryUpdate {
        mustAsk ? undecided(delivery, failure) : waiting(delivery, failure, until: until)
    }

    /// Unknown if something may have been done, else waiting.
    func undecided(_ delivery: ClaimedDelivery, _ failure: SyncFailure, least: Timestamp? = nil) -> DeliveryUpdate {
        guard evidence.mayHaveActed else { return waiting(delivery, failure, until: max(backoff(delivery), least ?? now)) }
        return failed(delivery, .unknown, failure, field: nil)
    }

    func waiting(_ delivery: ClaimedDelivery, _ failure: SyncFailure, until: Timestamp) -> DeliveryUpdate {
        if delivery.attempt >= Limits.attemptsMax {
            let last = SyncFailure(
                failure.code, "given up after \(delivery.attempt) attempts; last: \(failure.message)", context: failure.context)
            return failed(delivery, .refused, last, field: nil)
        }
        var made = failed(delivery, .waiting, failure, field: nil)
        made.dueAt = until
        return made
    }

    func refused(_ delivery: ClaimedDelivery, _ failure: SyncFailure, field: String?) -> DeliveryUpdate {
        failed(delivery, .refused, failure, field: field)
    }

    /// Nothing was tried: as if it had not been claimed.
    func released(_ delivery: ClaimedDelivery) -> DeliveryUpdate {
        var made = base(delivery, .pending)
        made.attempted = false
        return made
    }

    private func failed(_ delivery: ClaimedDelivery, _ state: DeliveryState, _ failure: SyncFailure, field: String?) -> DeliveryUpdate {
        var made = base(delivery, state)
        made.errorCode = failure.code
        made.errorField = field
        made.errorMessage = Self.bounded(failure.message)
        made.vendorRequestID = failure.context.vendorRequestId
        return made
    }

    private func base(_ delivery: ClaimedDelivery, _ state: DeliveryState) -> DeliveryUpdate {
        var made = DeliveryUpdate(row: delivery.row, fence: delivery.fence, state: state, startedAt: startedAt, endedAt: now)
        made.httpStatus = evidence.lastStatus
        return made
    }

    /// Exponential with full jitter.
    private func backoff(_ delivery: ClaimedDelivery) -> Timestamp {
        let doubled = Limits.retryPauseFirst * (1 << min(delivery.attempt - 1, 20))
        return now.advanced(by: min(doubled, Limits.retryPauseMax) * random)
    }

    // MARK: Words

    /// What the vendor said, whole enough to act on.
    private static func words(_ result: CallResult) -> String {
        let text = bounded(result.message ?? "")
        return text.isEmpty ? result.outcome.sentence : "\(result.outcome.sentence): \(text)"
    }

    /// Cut to the limit at a character's border.
    private static func bounded(_ text: String) -> String {
        guard text.utf8.count > Limits.vendorMessageBytesMax else { return text }
        var kept = text
        while kept.utf8.count > Limits.vendorMessageBytesMax { kept = String(kept.prefix(kept.count * 9 / 10)) }
        return kept + "…"
    }
}
