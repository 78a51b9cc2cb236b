import PatchbayConnectors
import PatchbayModel
import PatchbayStore

extension RetryTime {
    /// Until the later of the two that a vendor may name; nil when it named none.
    package func pause(now: Timestamp) -> Pause? {
        [after.map(now.advanced(by:)), at].compactMap { $0 }.max().map { Pause(asked: $0, now: now) }
    }
}

extension CallOutcome {
    /// For how long nothing is to be sent, by the vendor's word; nil where it asks for nothing.
    package func pause(now: Timestamp) -> Pause? {
        switch self {
        case .throttled(let retry): retry.pause(now: now) ?? Pause(until: now.advanced(by: Limits.retryPauseFirst))
        case .vendorFault(let retry): retry.pause(now: now)
        default: nil
        }
    }
}

extension CallOutcome {
    package var isAuthFailure: Bool { if case .authFailed = self { true } else { false } }

    /// The vendor does not take the token any more; another one might do.
    package var isAboutTokenItself: Bool {
        switch self {
        case .authFailed(.expired), .authFailed(.rejected): true
        default: false
        }
    }

    /// The host's word for it.
    package var code: ErrorCode {
        switch self {
        case .completed: .internalError
        case .throttled: .rateLimited
        case .authFailed(.expired): .tokenExpired
        case .authFailed(.rejected): .tokenRejected
        case .authFailed(.forbidden): .tokenForbidden
        case .vendorFault: .vendorError
        case .protocolError: .vendorAnswerInvalid
        case .refused, .split: .requestRefused
        }
    }

    /// What happened and what to do, before the vendor's own words.
    package var sentence: String {
        switch self {
        case .completed: "done"
        case .throttled: "the vendor asked to wait"
        case .authFailed(.expired): "the token has expired; `patchbay token set` sets a new one"
        case .authFailed(.rejected): "the token was rejected; `patchbay token set` sets another"
        case .authFailed(.forbidden): "the token may not do this; check its rights at the vendor"
        case .vendorFault: "the vendor's server failed"
        case .protocolError: "the vendor's answer could not be understood"
        case .refused:
            "the vendor refused the request; check the integration's settings with `patchbay integration check`"
        case .split: "the vendor refused the batch as a whole"
        }
    }
}
