import Foundation
import PatchbayCalls
import PatchbayConnectors
import PatchbayKeys
import PatchbayModel
import PatchbayStore
import PatchbayVault

/// Seals tokens into the store, replaces them, and takes them out again.
package struct TokenSetup: Sendable {
    private let store: any Store
    private let catalog: ConnectorCatalog
    private let vault: Vault
    private let accounts: AccountCheck
    private let refresher: TokenRefresher?

    package init(
        store: any Store, catalog: ConnectorCatalog, vault: Vault, accounts: AccountCheck,
        refresher: TokenRefresher? = nil
    ) {
        self.store = store
        self.catalog = catalog
        self.vault = vault
        self.accounts = accounts
        self.refresher = refresher
    }

    /// How a token is put in its place.
    package struct Manner: Sendable {
        /// The system is asked first who the token is, and nothing is stored when it says no or does not answer.
        package var checks = true
        /// The token may belong to another account than the one before.
        package var mayChangeAccount = false
        /// The value before is kept for a while, so that calls under way finish.
        package var keepsPrevious = false

        package init(checks: Bool = true, mayChangeAccount: Bool = false, keepsPrevious: Bool = false) {
            self.checks = checks
            self.mayChangeAccount = mayChangeAccount
            self.keepsPrevious = keepsPrevious
        }
    }

    /// What `set` did.
    package struct Outcome: Sendable {
        package let token: SealedToken
        package let replaced: Bool
        /// Who the token is, where the system was asked.
        package let account: RemoteAccount?
        /// Until when the value before may still be used.
        package let previousUntil: Timestamp?
    }

    /// Seals `token`, which stays the caller's to wipe, as the integration's. Throws `token_account_changed` when it
    /// belongs to another account than the one before.
    package func set(
        _ token: borrowing SecretBytes, integration: IntegrationRecord, kind kindName: String?, _ manner: Manner
    ) async throws -> Outcome {
        do {
            let plan = try await plan(integration, kind: kindName, manner)
            return try await put(
                plan.row(vault.seal(token: token, place: plan.place, payload: plan.payload())), plan, manner)
        } catch {
            throw SetupError(error, about: ErrorContext(system: integration.type, integration: integration.name))
        }
    }

    /// The same for an OAuth token with all its parts.
    package func set(
        _ grant: borrowing GrantFields, integration: IntegrationRecord, kind kindName: String, _ manner: Manner
    ) async throws -> Outcome {
        do {
            let plan = try await plan(integration, kind: kindName, manner)
            guard plan.server != nil || !grant.hasRefresh else {
                throw SetupError(
                    .tokenInvalid, "a token of kind \(kindName) is not refreshed there; give the token alone")
            }
            let ends = try Self.end(of: grant.rest)
            let payload = plan.payload(expiresAt: ends, clientID: grant.rest.clientID)
            let value = try vault.seal(grant: grant, place: plan.place, payload: payload)
            var manner = manner
            // One that has ended needs a refresh before it can be asked anything.
            if let ends, ends <= .now { manner.checks = false }
            return try await put(plan.row(value, expiresAt: ends, canRefresh: grant.hasRefresh), plan, manner)
        } catch {
            throw SetupError(error, about: ErrorContext(system: integration.type, integration: integration.name))
        }
    }

    /// Seals a token for the integration without storing it.
    package func sealed(
        _ token: borrowing SecretBytes, integration: IntegrationRecord, kind kindName: String?
    ) async throws -> SealedToken {
        let plan = try await plan(integration, kind: kindName, Manner())
        return plan.row(try vault.seal(token: token, place: plan.place, payload: plan.payload()))
    }

    /// Gets a new access token now. Throws `token_not_refreshable`, `token_needs_reauth`, and what else kept it from
    /// succeeding.
    package func refresh(_ integration: IntegrationRecord) async throws -> SealedToken {
        do {
            guard let token = try await store.token(integrationID: integration.id) else {
                throw SetupError(
                    .tokenMissing, "it has no token; set one with `patchbay token set \(integration.name)`")
            }
            let descriptor = try await catalog.connector(forType: integration.type).descriptor
            guard let refresher, let kind = descriptor.tokenKind(named: token.kind),
                let server = try LinkMaker.refreshServer(of: integration, kind: kind)
            else {
                throw SetupError(.tokenNotRefreshable, "its token is of kind \(token.kind), which is not refreshed")
            }
            return try await refresher.fresh(
                token, at: server, integration: integration.name, refused: token.generation)
        } catch {
            throw SetupError(error, about: ErrorContext(system: integration.type, integration: integration.name))
        }
    }

    /// Puts the value before a rotation back, while it is kept.
    package func undoRotation(_ integration: IntegrationRecord) async throws {
        guard try await store.undoRotation(integrationID: integration.id) else {
            throw SetupError(
                .tokenMissing, "integration \(integration.name) has no previous token to go back to",
                context: ErrorContext(system: integration.type, integration: integration.name))
        }
    }

    // MARK: The way in

    private func put(_ sealed: SealedToken, _ plan: TokenPlan, _ manner: Manner) async throws -> Outcome {
        var sealed = sealed
        var account: RemoteAccount?
        if manner.checks, plan.canCheck {
            let found = try await accounts.ask(plan.integration, token: sealed)
            if !manner.mayChangeAccount { try await refuseOther(found, than: plan.old, manner, plan.integration) }
            sealed.expiresAt = found.expiresAt ?? sealed.expiresAt
            sealed.accountID = found.id
            account = found
        }
        // The check took its time, and a rotation of the data key may have begun meanwhile.
        let keyring = try await store.keyring()
        if keyring.dataKeys.first(where: \.isPrimary)?.number != sealed.keyNumber {
            try vault.refresh(keyring)
            sealed = sealed.with(try vault.reseal(sealed: sealed.sealed, place: plan.place))
        }
        var until: Timestamp?
        if manner.keepsPrevious, plan.old != nil {
            let end = Timestamp.now.advanced(by: Limits.rotationOverlap)
            try await store.rotateToken(sealed, previousUntil: end)
            until = end
        } else {
            try await store.setToken(sealed)
        }
        // A pause belongs to the token that earned it.
        try await store.pause(integrationID: plan.integration.id, until: nil)
        // What the token before could not prove, this one may.
        let now = Timestamp.now
        let later = now.advanced(by: Limits.leaseDuration)
        _ = try await store.hastenLookUps(integrationID: plan.integration.id, later: later, now: now)
        return Outcome(token: sealed, replaced: plan.old != nil, account: account, previousUntil: until)
    }

    /// A slip of the clipboard would from then on put every task under another name.
    private func refuseOther(
        _ found: RemoteAccount, than old: SealedToken?, _ manner: Manner, _ integration: IntegrationRecord
    ) async throws {
        guard let old, let id = found.id else { return }
        var before = old.accountID
        // Set before accounts were remembered, or without a check: the old token can still say.
        if before == nil, manner.keepsPrevious {
            before = try? await accounts.ask(integration, token: old, isStored: true).id
        }
        guard let before, before != id else { return }
        throw SetupError(
            .tokenAccountChanged,
            "the new token belongs to another account (\(id)) than the one before (\(before)); say --another-account "
                + "if that is meant"
        )
    }

    private func plan(_ integration: IntegrationRecord, kind kindName: String?, _ manner: Manner) async throws
        -> TokenPlan
    {
        let descriptor = try await catalog.connector(forType: integration.type).descriptor
        guard let kind = descriptor.tokenKind(named: kindName) else {
            let kinds = descriptor.tokenKinds.map(\.name).joined(separator: ", ")
            throw SetupError(
                .tokenInvalid, "\(descriptor.name) takes no token of kind \(kindName ?? ""); it takes \(kinds)")
        }
        let settings = try descriptor.valid(integration.settings, isPartial: true)
        let base = try LinkMaker.base(of: integration, settings: settings, kind: kind, descriptor: descriptor)
        let server = try LinkMaker.refreshServer(of: integration, kind: kind)
        let old = try await store.token(integrationID: integration.id)
        // Beside its previous value a rotated token has a row, and so an id, of its own.
        let kept = manner.keepsPrevious ? nil : old?.id
        let place = TokenPlace(
            storeID: store.storeID, tokenID: kept ?? UUID().uuidString.lowercased(), kind: kind.name,
            integrationID: integration.id,
            generation: (old?.generation ?? 0) + 1,
            origins: Set([base.description, server?.base.description].compactMap { $0 }).sorted())
        return TokenPlan(
            integration: integration, kind: kind, place: place, old: old,
            canCheck: descriptor.operations[.check] != nil, server: server)
    }

    /// When the access token ends, as its giver says.
    private static func end(of rest: GrantFields.Rest) throws -> Timestamp? {
        if let seconds = rest.expiresInSeconds {
            return Timestamp.now.advanced(by: .milliseconds(Int64(max(0, min(seconds, 1e9)) * 1_000)))
        }
        guard let text = rest.expiresAt else { return nil }
        guard let date = try? Date(text, strategy: .iso8601) else {
            throw SetupError(.tokenInvalid, "expires_at is not a time such as 2026-12-31T23:59:59Z")
        }
        return Timestamp(milliseconds: Int64(date.timeIntervalSince1970 * 1_000))
    }
}
