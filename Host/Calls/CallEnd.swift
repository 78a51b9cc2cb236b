import PatchbayConnectors
import PatchbayModel

/// How a call ended, as the host saw it.
package enum CallEnd: Sendable {
    /// The connector came to a result.
    case answered(CallResult)
    /// A transfer failed, and its request surely did nothing at the vendor.
    case unreachable(String)
    /// A request whose effect must happen once left, and its answer was lost.
    case lost(String)
    /// The connector crashed, hung, broke a rule or lacks the operation.
    case connectorFailed(any PatchbayFailure)
    /// The token could not be opened or may not go there; nothing left.
    case credentialFailed(any PatchbayFailure)
    /// The token's rate limit has no room before then: the next request, and with it what happens once, did not leave.
    case paused(Timestamp)
    /// The host is stopping.
    case cancelled
}

/// What is known of the requests of one call, whatever its end.
package struct CallEvidence: Sendable, Hashable {
    /// Requests performed, retries included.
    package var requests = 0
    /// When the last of them was about to leave: before that, the call may have stood in line, looked things up or paused for long.
    package var sentAt: Timestamp?
    /// A request that must happen once left, or may have.
    package var onceLeft = false
    /// Requests that followed it: then a refusal is no longer about it.
    package var requestsAfterOnce = 0
    /// A request with an effect was answered.
    package var effectAnswered = false
    /// Of the last request, if it was answered.
    package var lastStatus: Int?

    package init() {}

    /// More was asked after the request that must happen once: what came back then is not about it.
    package var askedSince: Bool { onceLeft && requestsAfterOnce > 0 }
}
