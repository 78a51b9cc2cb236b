/// Why a whole call failed. A connector throws it; the host then reads no task's outcome.
public struct CallFailure: Error, Sendable, Equatable {
    /// The ways a call can fail. The numbers are those of the C interface.
    public enum Kind: UInt32, Sendable {
        /// The vendor did nothing and asks to wait.
        case throttled = 2
        /// The vendor did nothing; see `authReason`.
        case authFailed = 3
        /// The vendor is at fault; what it did is not known.
        case vendorFault = 4
        /// The answer could not be understood; what was done is not known.
        case protocolError = 5
        /// The vendor did nothing: request or target is wrong.
        case refused = 6
        /// The vendor did nothing because of some task of the batch: smaller batches will tell which.
        case split = 7
    }

    /// What is wrong with the token.
    public enum AuthReason: UInt32, Sendable {
        /// Its time is over.
        case expired = 1
        /// The vendor does not know it.
        case rejected = 2
        /// It is good, but not for this.
        case forbidden = 3
    }

    /// How the call failed.
    public var kind: Kind
    /// With `authFailed`.
    public var authReason: AuthReason?
    /// Wait at least so many milliseconds; 0 is legal, nil = not told.
    public var retryAfterMs: Int64?
    /// The same as a point in time, in milliseconds since 1970.
    public var retryAtUnixMs: Int64?
    /// Snake case or the vendor's own.
    public var code: String?
    /// Which field, in the vendor's terms.
    public var field: String?
    /// The vendor's words.
    public var message: String
    /// The vendor's own id of the exchange.
    public var vendorRequestId: String?

    /// A failure of this kind; the rest is set as it applies.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The vendor asks to wait.
    public static func throttled(_ message: String, afterMs: Int64? = nil, atUnixMs: Int64? = nil) -> CallFailure {
        var failure = CallFailure(.throttled, message)
        failure.retryAfterMs = afterMs
        failure.retryAtUnixMs = atUnixMs
        return failure
    }

    /// The vendor asks to wait, as long as this answer's `Retry-After` says; and until `atUnixMs`, where something else
    /// in it names a time.
    public static func throttled(_ message: String, by response: Response, atUnixMs: Int64? = nil) -> CallFailure {
        let times = [response.retryAtUnixMs, atUnixMs].compactMap(\.self)
        return .throttled(message, afterMs: response.retryAfterMs, atUnixMs: times.max())
    }

    /// The vendor does not take the token.
    public static func authFailed(_ reason: AuthReason, _ message: String) -> CallFailure {
        var failure = CallFailure(.authFailed, message)
        failure.authReason = reason
        return failure
    }

    /// The vendor is at fault.
    public static func vendorFault(_ message: String, afterMs: Int64? = nil) -> CallFailure {
        var failure = CallFailure(.vendorFault, message)
        failure.retryAfterMs = afterMs
        return failure
    }

    /// The vendor is at fault, and may have said in `Retry-After` for how long.
    public static func vendorFault(_ message: String, by response: Response) -> CallFailure {
        var failure = CallFailure.vendorFault(message, afterMs: response.retryAfterMs)
        failure.retryAtUnixMs = response.retryAtUnixMs
        return failure
    }

    /// The answer could not be understood.
    public static func protocolError(_ message: String) -> CallFailure { CallFailure(.protocolError, message) }

    /// The vendor said no to the request as a whole.
    public static func refused(code: String? = nil, field: String? = nil, _ message: String) -> CallFailure {
        var failure = CallFailure(.refused, message)
        failure.code = code
        failure.field = field
        return failure
    }

    /// Some task of the batch is at fault.
    public static func split(_ message: String) -> CallFailure { CallFailure(.split, message) }

    /// The descriptor offers what the connector does not do.
    static func notWritten(_ operation: String) -> CallFailure {
        .protocolError(
            "The connector's descriptor offers \(operation), but the connector does not do it. Its author must mend "
                + "that."
        )
    }
}
