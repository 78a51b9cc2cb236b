import PatchbayModel

/// A token as it is kept: sealed. Everything beside `sealed` is shown to people; all but the times is bound into the seal.
package struct SealedToken: Sendable, Hashable {
    /// UUID, chosen before sealing because it is bound into the seal.
    package let id: String
    package let integrationID: Int64
    /// `api-key` or `oauth`.
    package let kind: String
    /// Counts the values a token has had; a rotation of the data key does not raise it.
    package let generation: Int64
    /// Number of the data key that sealed it.
    package let keyNumber: Int64
    /// The base URLs it may be sent to, sorted.
    package let origins: [String]
    /// Format 1 of the vault.
    package let sealed: [UInt8]
    /// Keyed, so it tells nothing about the token; the only form of it that is shown or logged.
    package let fingerprint: String
    package let setAt: Timestamp
    package let lastUsedAt: Timestamp?
    package let expiresAt: Timestamp?

    package init(
        id: String, integrationID: Int64, kind: String, generation: Int64, keyNumber: Int64, origins: [String], sealed: [UInt8],
        fingerprint: String, setAt: Timestamp, lastUsedAt: Timestamp? = nil, expiresAt: Timestamp? = nil
    ) {
        self.id = id
        self.integrationID = integrationID
        self.kind = kind
        self.generation = generation
        self.keyNumber = keyNumber
        self.origins = origins
        self.sealed = sealed
        self.fingerprint = fingerprint
        self.setAt = setAt
        self.lastUsedAt = lastUsedAt
        self.expiresAt = expiresAt
    }
}

package protocol TokenStore: Sendable {
    /// The integration's token, or nil.
    func token(integrationID: Int64) async throws -> SealedToken?
    /// All tokens, by integration id.
    func tokens() async throws -> [SealedToken]
    /// Replaces the integration's token. Refuses (`token_invalid`) a row whose blob does not fit its columns or is under another key than
    /// the primary, in our own code before the database does, and again in the database.
    func setToken(_ token: SealedToken) async throws
    /// Whether there was one.
    func removeToken(integrationID: Int64) async throws -> Bool
    func markTokenUsed(id: String, at: Timestamp) async throws
}
