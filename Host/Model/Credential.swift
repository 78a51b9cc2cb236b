/// The header made of a token, built for one request and gone with it.
///
/// The vault implements it and the transport uses it, so that neither needs to know the other.
package protocol Credential: Sendable {
    /// Opens the token, calls `body` once with the whole header line (`Authorization: Bearer ...`, no line end) and
    /// with the secret parts of it that a server might echo (the token; for basic also the base64 text), then wipes
    /// both. The buffers are valid only inside `body`. Throws when the token cannot be opened, or what `body` throws.
    func withHeader<Result>(
        _ body: (_ header: UnsafeRawBufferPointer, _ secrets: [UnsafeRawBufferPointer]) throws -> Result
    ) throws
        -> Result
}

extension Credential {
    /// Opens the token once and lets it go: throws what would keep a request from getting its credential.
    package func probe() throws { try unsafe withHeader { _, _ in } }
}

/// A request's body made of secrets, built when the request starts and wiped with it.
package protocol SecretBody: Sendable {
    /// Calls `body` once with the whole body; the buffer is valid only inside it. Throws when a secret cannot be
    /// opened.
    func withBody<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result
}

/// Text from outside that holds secrets, in memory that is wiped when it is let go.
package protocol SecretText: Sendable {
    /// Gives `body` the bytes, to be read and blanked; the buffer is valid only inside it.
    func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result
}
