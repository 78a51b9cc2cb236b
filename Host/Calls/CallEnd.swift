import PatchbayConnectors
import PatchbayModel

/// How a call ended, as the host saw it.
package enum CallEnd: Sendable {
    /// The connector came to a result.
    case answered(CallResult)
    /// A transfer failed, and its request surely did nothing at the vendor.
    case unreachable(String)
    /// The system said that it did nothing with a request, and does so again.
    case declined(String)
    /// A request whose effect must happen once left, and its answer was lost.
    case lost(String)
    /// The connector crashed, hung, broke a rule or lacks the operation.
    case connectorFailed(any PatchbayFailure)
    /// The token could not be opened or may not go there; nothing left.
    case credentialFailed(any PatchbayFailure)
    /// The token's rate limit has no room before then: the next request, and with it what happens once, did not leave.
    case paused(Timestamp)
    /// The next request has so many bytes, and one no larger was refused for its size: it did not leave.
    case tooLarge(Int)
    /// The host is stopping.
    case cancelled
}

/// What is known of the requests of one call, whatever its end.
package struct CallEvidence: Sendable, Hashable {
    /// Requests performed, retries included.
    package var requests = 0
    /// How long all of them took, from leaving to their answers.
    package var exchanging = Duration.zero
    /// When the last of them was about to leave: before that, the call may have stood in line, looked things up or
    /// paused for long.
    package var sentAt: Timestamp?
    /// A request that must happen once left, or may have.
    package var onceLeft = false
    /// Requests that followed it: then a refusal is no longer about it.
    package var requestsAfterOnce = 0
    /// A request that may have an effect was answered.
    package var effectAnswered = false
    /// Requests that were answered. A look-up without any has looked at nothing.
    package var answered = 0
    /// A request of a create that was said to change nothing, or to be repeatable, was answered as done.
    package var changeAnswered = false
    /// A request of a create that may make a task was answered with 5xx: whatever else is said, it may have been done.
    package var faultAnswered = false
    /// A time of the vendor's own clock at or before the call's first request, where its answer told one.
    package var vendorAtStart: Timestamp?
    /// What its clock told last.
    package var vendorDate: Timestamp?
    /// Of the last request, if it was answered.
    package var lastStatus: Int?
    /// Bytes of the last request's body, if it was to change something and was answered with 413: then nothing was
    /// done.
    package var tooLarge: Int?

    /// What asked last to wait, or had no room, is a limit of the last kind of request alone: it is no pause of the
    /// token.
    package var limitIsOfKind = false

    package init() {}

    /// Something may have come into being at the vendor.
    package var mayHaveMade: Bool { onceLeft || changeAnswered || faultAnswered }

    /// An answer that says that nothing was done is about everything that the call has sent.
    package var isBare: Bool { !askedSince && !changeAnswered && !faultAnswered }

    /// More was asked after the request that must happen once: what came back then is not about it.
    package var askedSince: Bool { onceLeft && requestsAfterOnce > 0 }
}
