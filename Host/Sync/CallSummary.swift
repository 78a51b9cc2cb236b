import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// How a call ended, apart from what it means for a delivery.
struct CallSummary {
    enum Meaning {
        /// One outcome a task.
        case completed
        /// The vendor said that it did nothing, and asks to wait.
        case throttled(until: Timestamp)
        /// The vendor said that it did nothing, because of the token.
        case tokenFailed
        /// The vendor said that it did nothing, because of the request or its target.
        case refused(field: String?)
        /// The vendor said that it did nothing, because of some task of the batch.
        case split
        /// What was done is not known from the answer; not to be tried again before the time, if one was named.
        case unclear(notBefore: Timestamp?)
        /// The token did not open: nothing left.
        case notSent
        /// The system said of all that left that it did nothing with it, for reasons of its connection.
        case declined
        /// The host is stopping, or lets the token rest.
        case stopped
    }

    /// The vendor said no to the request, and means it.
    var isRefusal: Bool { if case .refused = meaning { true } else { false } }

    /// A task is there by the connector's word.
    var tellsOfSuccess: Bool {
        outcomes.values.contains { [.created, .updated, .unchanged, .found].contains($0.kind) }
    }

    let meaning: Meaning
    let pace: SyncPlan.Pace
    /// What to tell of it; of a completed call nothing.
    let failure: SyncFailure
    /// What the vendor said, of whatever it was about first; empty where it said nothing.
    let words: String
    /// By place in the operation; empty unless the call was completed.
    let outcomes: [Int: TaskOutcome]

    init(_ end: CallEnd, now: Timestamp) {
        var outcomes: [Int: TaskOutcome] = [:]
        var words = ""
        switch end {
        case .answered(let result):
            words = BoundedText.cut(result.message ?? result.outcomes.first?.message ?? "")
            // What was asked for beyond a day is told with both times.
            let longer = result.outcome.pause(now: now).flatMap { $0.asked == nil ? nil : "; \($0.words)" } ?? ""
            let said = SyncFailure(
                result.outcome.code, result.words + longer,
                context: ErrorContext(vendorRequestId: result.vendorRequestID))
            if case .completed = result.outcome { for outcome in result.outcomes { outcomes[outcome.index] = outcome } }
            (meaning, pace) = Self.answered(result, said, now: now)
            failure = said
        case .unreachable(let reason):
            failure = SyncFailure(.unreachable, "the system could not be reached: \(reason.clause)")
            (meaning, pace) = (.unclear(notBefore: nil), .failed(failure))
        case .declined(let reason):
            failure = SyncFailure(.unreachable, reason.clause)
            (meaning, pace) = (.declined, .failed(failure))
        case .lost(let reason):
            failure = SyncFailure(
                .outcomeUnknown,
                "it was sent and the answer was lost: \(reason.clause); it may exist and is not sent again before it "
                    + "was looked up"
            )
            (meaning, pace) = (.unclear(notBefore: nil), .failed(failure))
        case .connectorFailed(let error):
            failure = SyncFailure(error.code, error.message, context: error.context)
            (meaning, pace) = (.unclear(notBefore: nil), .failed(failure))
        case .credentialFailed(let error):
            failure = SyncFailure(error.code, error.message, context: error.context)
            (meaning, pace) = (.notSent, .stop(failure))
        case .paused(let until):
            failure = SyncFailure(.rateLimited, "the token's rate limit has no room before \(until.text)")
            (meaning, pace) = (.stopped, .pauseUntil(Pause(until: until)))
        case .tooLarge(let bytes):
            failure = SyncFailure(
                .requestRefused, "a request of \(bytes) bytes is larger than one that was refused for its size")
            (meaning, pace) = (.split, .split)
        case .cancelled:
            failure = SyncFailure(.outcomeUnknown, "the host was stopped before the answer came; it may exist")
            (meaning, pace) = (.stopped, .goOn)
        }
        self.words = words
        self.outcomes = outcomes
    }

    /// Nothing is to be asked before, if the vendor named a time.
    var notBefore: Timestamp? {
        switch meaning {
        case .throttled(let until): until
        case .unclear(let notBefore): notBefore
        default: nil
        }
    }

    private static func answered(_ result: CallResult, _ said: SyncFailure, now: Timestamp) -> (Meaning, SyncPlan.Pace)
    {
        switch result.outcome {
        case .completed: return (.completed, .goOn)
        case .throttled:
            let pause = result.outcome.pause(now: now) ?? Pause(until: now)
            return (.throttled(until: pause.until), .pauseUntil(pause))
        case .authFailed: return (.tokenFailed, .stop(said))
        case .refused: return (.refused(field: result.field), .stop(said))
        case .split: return (.split, .split)
        case .vendorFault: return (.unclear(notBefore: result.outcome.pause(now: now)?.until), .failed(said))
        case .protocolError: return (.unclear(notBefore: nil), .failed(said))
        }
    }
}

extension CallResult {
    /// What happened, and the vendor's words, whole enough to act on.
    var words: String {
        let text = BoundedText.cut(message ?? "")
        return text.isEmpty ? outcome.sentence : "\(outcome.sentence): \(text)"
    }
}

/// A vendor's words, kept within their bound.
enum BoundedText {
    /// Cut at a character's border, with a mark that something is missing.
    static func cut(_ text: String) -> String {
        guard text.utf8.count > Limits.vendorMessageBytesMax else { return text }
        var kept = text
        while kept.utf8.count > Limits.vendorMessageBytesMax { kept = String(kept.prefix(kept.count * 9 / 10)) }
        return kept + "…"
    }
}
