import Foundation
import PatchbayCalls
import PatchbayConnectors
import PatchbayKeys
import PatchbayModel
import PatchbayStore
import PatchbayVault

/// Where a token that comes from outside will be kept, worked out before it is sealed.
struct TokenPlan: Sendable {
    let integration: IntegrationRecord
    let kind: TokenKind
    let place: TokenPlace
    /// The one it takes the place of.
    let old: SealedToken?
    /// The system can be asked who the token is.
    let canCheck: Bool
    /// For a kind that is refreshed.
    let server: RefreshServer?

    /// The row, once the token is sealed.
    func row(_ value: SealedValue, expiresAt: Timestamp? = nil, canRefresh: Bool = false) -> SealedToken {
        let now = Timestamp.now
        let notes = canRefresh ? RefreshNotes(issuedAt: now, lapsesAt: server?.idle.map(now.advanced(by:))) : nil
        return SealedToken(
            id: place.tokenID, integrationID: integration.id, kind: kind.name, generation: place.generation,
            keyNumber: value.keyNumber,
            origins: place.origins, sealed: value.bytes, fingerprint: value.fingerprint, setAt: now,
            expiresAt: expiresAt, refresh: notes)
    }

    /// What is sealed beside it.
    func payload(expiresAt: Timestamp? = nil, clientID: String? = nil) -> TokenPayload {
        TokenPayload(issuedAt: .now, expiresAt: expiresAt, scheme: kind.scheme.word, clientID: clientID)
    }
}
