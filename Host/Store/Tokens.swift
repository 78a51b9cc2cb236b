import PatchbayModel

/// A token as it is kept: sealed. Everything beside `sealed` is shown to people; all but the times is bound into the
/// seal.
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
    package var expiresAt: Timestamp?
    /// Who the token is at the vendor, as its check told; nil when nobody asked.
    package var accountID: String?
    /// For an OAuth token that can be refreshed.
    package var refresh: RefreshNotes?

    package init(
        id: String, integrationID: Int64, kind: String, generation: Int64, keyNumber: Int64, origins: [String],
        sealed: [UInt8],
        fingerprint: String, setAt: Timestamp, lastUsedAt: Timestamp? = nil, expiresAt: Timestamp? = nil,
        accountID: String? = nil,
        refresh: RefreshNotes? = nil
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
        self.accountID = accountID
        self.refresh = refresh
    }
}

/// What is known of an OAuth token's refresh token, none of it secret.
package struct RefreshNotes: Sendable, Hashable {
    /// When the access token was given.
    package var issuedAt: Timestamp
    /// When the refresh token lapses if it is not used; nil = never.
    package var lapsesAt: Timestamp?
    /// Since when the vendor refuses to refresh it: a person must grant access anew.
    package var needsReauthSince: Timestamp?

    package init(issuedAt: Timestamp, lapsesAt: Timestamp? = nil, needsReauthSince: Timestamp? = nil) {
        self.issuedAt = issuedAt
        self.lapsesAt = lapsesAt
        self.needsReauthSince = needsReauthSince
    }
}

/// The previous value of a rotated token.
package struct PreviousToken: Sendable, Hashable {
    package let token: SealedToken
    /// Not used after.
    package let until: Timestamp

    package init(token: SealedToken, until: Timestamp) {
        self.token = token
        self.until = until
    }
}

package protocol TokenStore: Sendable {
    /// The integration's token, or nil.
    func token(integrationID: Int64) async throws -> SealedToken?
    /// All tokens, by integration id.
    func tokens() async throws -> [SealedToken]
    /// Replaces the integration's token. Refuses (`token_invalid`) a row whose blob does not fit its columns or is
    /// under another key than the primary, in our own code before the database does, and again in the database.
    func setToken(_ token: SealedToken) async throws
    /// Whether there was one.
    func removeToken(integrationID: Int64) async throws -> Bool
    func markTokenUsed(id: String, at: Timestamp) async throws
    /// Notes whose token this value is. Nothing happens when the token has another value by now.
    func noteAccount(tokenID: String, generation: Int64, accountID: String) async throws

    // MARK: Refresh

    /// Takes the right to refresh this value of a token, in one statement, whose commit also proves that the store can
    /// be written before a single-use token is spent. Gives the fencing number; nil while another holds it, or when the
    /// token has another value by now.
    func takeRefresh(tokenID: String, generation: Int64, now: Timestamp, lease: Duration) async throws -> Int64?
    /// Gives it back early; nothing happens under an older fence.
    func releaseRefresh(tokenID: String, fence: Int64) async throws
    /// Puts the next value in the place of the one before, in one transaction. False, and nothing is changed, when the
    /// token has another value by now, or somebody else has taken the right since. Nil `fence`: whoever holds it.
    func commitRefresh(_ token: SealedToken, fence: Int64?) async throws -> Bool
    /// Notes that the vendor refuses to refresh this value. False when the token has another by now.
    func noteNeedsReauth(tokenID: String, generation: Int64, at: Timestamp) async throws -> Bool

    // MARK: Rotation

    /// Puts a new token in the place of the integration's, which is kept as its previous one until then. Refuses as
    /// `setToken` does.
    func rotateToken(_ token: SealedToken, previousUntil: Timestamp) async throws
    /// The previous value, while it may be used; all of them without an integration.
    func previousTokens(integrationID: Int64?, now: Timestamp) async throws -> [PreviousToken]
    /// Puts the previous value back, whatever its time; false when there is none.
    func undoRotation(integrationID: Int64) async throws -> Bool
}
