import PatchbayModel
import PatchbayStore

/// When a token's value is to be replaced in the midst of a sync, by our clock.
package struct TokenSpan: Sendable, Hashable {
    /// From then on another one is fetched, while this one still serves.
    package let renewAt: Timestamp
    /// From then on nothing is sent by it: what leaves now would hardly arrive in time.
    package let holdAt: Timestamp
    package let endsAt: Timestamp

    /// Nil where no end is known, or where it comes so soon that one could do nothing but fetch values.
    init?(_ token: SealedToken) {
        guard let issuedAt = token.refresh?.issuedAt, let endsAt = token.expiresAt else { return nil }
        let life = Duration.milliseconds(endsAt.milliseconds - issuedAt.milliseconds)
        guard life >= Limits.tokenLifeMin else { return nil }
        self.endsAt = endsAt
        renewAt = issuedAt.advanced(by: life * 0.8)
        holdAt = endsAt.advanced(by: .zero - min(life / 20, Limits.tokenHoldTime))
    }
}

/// What a request goes out with.
package enum CredentialLeave: Sendable {
    case speak((any Credential)?)
    /// There is none that could do: the request does not leave.
    case none
}
