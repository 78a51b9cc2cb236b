import PatchbayModel

/// How an exchange ended. The cases tell apart what the server can and cannot have seen.
package enum TransferResult: Sendable, Hashable {
    /// The server answered, with whatever status.
    case response(HTTPResponse, TransferTiming)
    /// Surely nothing of the request left: no name, no connection, no TLS, or ended while waiting. It may be sent
    /// again.
    case notSent(TransportError)
    /// The server said that it did nothing with the request (RFC 9113, section 8.7). It may be sent again. Told of
    /// `once` requests, and only where libcurl's version is known to tell; else such a request is `lost`.
    case declined(TransportError)
    /// Some of the request may have left, and there is no whole answer. A `once` request is of unknown outcome.
    case lost(TransportError)
    /// The server answered, but with more than the limits allow. Like `lost`, a `once` request is of unknown outcome.
    case tooLarge(TransportError)
    /// The request breaks a rule, or its token does not open; nothing was sent, and trying again will not help.
    case refused(TransportError)
}

/// What an exchange took.
package struct TransferTiming: Sendable, Hashable {
    /// From the start until the request could be sent.
    package let connect: Duration
    /// From the start until the first byte of the answer.
    package let firstByte: Duration
    package let total: Duration
    package let reusedConnection: Bool
    package let usedHTTP2: Bool
    /// Bytes of the body as they came over the wire.
    package let bodyWireBytes: Int
    /// What the server's own clock said, where its answer tells a time that counts.
    package var date: Timestamp?
}
