import Foundation
import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore
import PatchbayVault

/// Seals tokens into the store and takes them out again.
package struct TokenSetup: Sendable {
    private let store: any Store
    private let catalog: ConnectorCatalog
    private let vault: Vault
    private let accounts: AccountCheck

    package init(store: any Store, catalog: ConnectorCatalog, vault: Vault, accounts: AccountCheck) {
        self.store = store
        self.catalog = catalog
        self.vault = vault
        self.accounts = accounts
    }

    /// What `set` did.
    package struct Outcome: Sendable {
        package let token: SealedToken
        package let replaced: Bool
        /// Who the token is, where the system was asked.
        package let account: RemoteAccount?
    }

    /// Seals `bytes`, which stay the caller's to wipe, as the integration's token. With `checks`, the system is asked first who the
    /// token is, and nothing is stored when it says no or does not answer.
    package func set(
        _ token: borrowing SecretBytes, integration: IntegrationRecord, kind kindName: String?, checks: Bool
    ) async throws -> Outcome {
        let context = ErrorContext(system: integration.type, integration: integration.name)
        do {
            var (sealed, old, canCheck) = try await sealed(token, integration: integration, kind: kindName)
            var account: RemoteAccount?
            if checks, canCheck {
                account = try await accounts.ask(integration, token: sealed)
                sealed = sealed.expiring(at: account?.expiresAt)
            }
            try await store.setToken(sealed)
            // A pause belongs to the token that earned it.
            try await store.pause(integrationID: integration.id, until: nil)
            return Outcome(token: sealed, replaced: old != nil, account: account)
        } catch {
            throw SetupError(error, about: context)
        }
    }

    /// Seals a token for the integration without storing it; also gives the one it would replace, and whether the system can be asked.
    package func sealed(
        _ token: borrowing SecretBytes, integration: IntegrationRecord, kind kindName: String?
    ) async throws -> (token: SealedToken, old: SealedToken?, canCheck: Bool) {
        let descriptor = try await catalog.connector(forType: integration.type).descriptor
        guard let kind = descriptor.tokenKind(named: kindName) else {
            let kinds = descriptor.tokenKinds.map(\.name).joined(separator: ", ")
            throw SetupError(.tokenInvalid, "\(descriptor.name) takes no token of kind \(kindName ?? ""); it takes \(kinds)")
        }
        let settings = try descriptor.valid(integration.settings, isPartial: true)
        let base = try LinkMaker.base(of: integration, settings: settings, kind: kind, descriptor: descriptor)
        let old = try await store.token(integrationID: integration.id)
        let place = TokenPlace(
            storeID: store.storeID, tokenID: old?.id ?? UUID().uuidString.lowercased(), kind: kind.name,
            integrationID: integration.id, generation: (old?.generation ?? 0) + 1, origins: [base.description])
        let value = try vault.seal(token: token, place: place, payload: TokenPayload(issuedAt: .now, scheme: kind.scheme.word))
        let sealed = SealedToken(
            id: place.tokenID, integrationID: integration.id, kind: kind.name, generation: place.generation, keyNumber: value.keyNumber,
            origins: place.origins, sealed: value.bytes, fingerprint: value.fingerprint, setAt: .now)
        return (sealed, old, descriptor.operations[.check] != nil)
    }
}

extension SealedToken {
    /// The same token with what the vendor told of its end.
    fileprivate func expiring(at time: Timestamp?) -> SealedToken {
        SealedToken(
            id: id, integrationID: integrationID, kind: kind, generation: generation, keyNumber: keyNumber, origins: origins,
            sealed: sealed, fingerprint: fingerprint, setAt: setAt, lastUsedAt: lastUsedAt, expiresAt: time)
    }
}

extension TokenScheme {
    /// The word sealed beside the token.
    fileprivate var word: String {
        switch self {
        case .bearer: "bearer"
        case .basic: "basic"
        case .header: "header"
        }
    }
}
