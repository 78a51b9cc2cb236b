import Logging
import PatchbayConnectors
import PatchbayKeys
import PatchbayModel
import PatchbayRecording
import PatchbayStore
import PatchbayTransport
import PatchbayVault

/// Readies integrations to be spoken to: finds the connector, checks settings, token and base URL, opens a session.
package struct LinkMaker: Sendable {
    private let catalog: ConnectorCatalog
    private let vault: Vault?
    private let storeID: String
    private let budgets: BudgetBook
    private let vendors = VendorWatches()
    private let recorder: Recorder?
    private let refresher: TokenRefresher?
    private let store: (any IntegrationStore)?
    private let readKeysAnew: @Sendable () async throws -> Void

    /// `vault` is nil where no root key is at hand: then only links without a token can be made. `recorder` takes down
    /// what is said over every link. With a `store` the waits of stored tokens are kept there for every host. Without a
    /// `refresher` OAuth tokens are used until they end. `readKeysAnew` is called when a token names a data key that
    /// the vault does not have: a rotation may have made it since.
    package init(
        catalog: ConnectorCatalog, vault: Vault?, storeID: String, store: (any IntegrationStore)? = nil,
        recorder: Recorder? = nil,
        refresher: TokenRefresher? = nil,
        readKeysAnew: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.readKeysAnew = readKeysAnew
        self.recorder = recorder
        self.refresher = refresher
        self.catalog = catalog
        self.vault = vault
        self.storeID = storeID
        self.store = store
        budgets = BudgetBook()
    }

    /// Everything that can be said to be wrong is said before anything is sent: `integration_inactive`,
    /// `connector_not_found`, `settings_missing`, `token_missing`, `token_origin_changed` and their like, with the
    /// integration in the context.
    ///
    /// An OAuth token is refreshed first when it is time, or when `refused` is its generation; one that is not stored
    /// yet (`isStored`) is taken as it is, and so is any where `refreshes` is false. With `attempted`, a link for
    /// look-ups of what was sent from there, by today's token; throws `target_changed` where that token cannot be used.
    package func link(
        _ integration: IntegrationRecord, token: SealedToken?, partial: Bool = false, isStored: Bool = true,
        refreshes: Bool = true, refused: Int64? = nil,
        attempted: AttemptOrigin? = nil
    ) async throws(CallError) -> IntegrationLink {
        do {
            let connector = try await catalog.connector(forType: integration.type)
            let descriptor = connector.descriptor
            let settings = try descriptor.valid(integration.settings, isPartial: partial)
            guard var token else {
                throw CallError(.tokenMissing, "it has no token; set one with `patchbay token set \(integration.name)`")
            }
            guard let kind = descriptor.tokenKinds.first(where: { $0.name == token.kind }) else {
                let kinds = descriptor.tokenKinds.map(\.name).joined(separator: ", ")
                throw CallError(
                    .tokenInvalid,
                    "its token is of kind \(token.kind), which \(descriptor.name) does not take; set one of \(kinds)"
                )
            }
            let base = try Self.base(of: integration, settings: settings, kind: kind, descriptor: descriptor)
            if let vault, !vault.holds(token.keyNumber) { try await readKeysAnew() }
            if isStored, refreshes, let refresher, let server = try Self.refreshServer(of: integration, kind: kind) {
                token = try await refresher.fresh(token, at: server, integration: integration.name, refused: refused)
            }
            try keepScheme(of: token, kind: kind, file: connector.path, integration: integration.name)
            let credential = try credential(integration, token, kind: kind, settings: settings, base: base)
            let origin = AttemptOrigin(
                connectorID: descriptor.id, connectorDigest: connector.digest, baseURL: base.description,
                settings: descriptor.targetSettings(of: settings), tokenKind: kind.name, accountID: token.accountID)
            var opening = ConnectorOpening(
                settings: settings, tokenKind: kind.name, facts: integration.facts, isPartial: partial,
                account: token.accountID,
                origin: base.description, holder: token.id)
            if let attempted {
                opening = try LookUpPlace(integration, descriptor, base: base, kind: kind).opening(
                    opening, for: attempted)
            }
            let session = try await connector.open(opening)
            let canRefresh = token.refresh != nil && refresher != nil && isStored
            let budget = await budgets.budget(
                origin: base.origin, fingerprint: token.fingerprint, descriptor: descriptor,
                // What is known is of the token that is stored.
                notes: isStored ? integration.budget : [])
            let pauses =
                isStored && integration.id > 0
                ? store.map { TokenPauses(store: $0, integrationID: integration.id, tokenID: token.id) } : nil
            return IntegrationLink(
                integration: integration, descriptor: descriptor, session: session, base: base, credential: credential,
                budget: budget,
                tokenID: token.id, generation: token.generation, span: canRefresh ? TokenSpan(token) : nil,
                canRefresh: canRefresh,
                origin: origin, target: DeliveryTarget(of: integration, descriptor),
                vendor: vendors.watch(integrationID: integration.id, base: base, integration.vendorClock),
                pauses: pauses,
                recorder: recorder?.link(
                    connector, integration: integration.name, type: integration.type, opening: opening, base: base))
        } catch let failure as any PatchbayFailure {
            let context = failure.context.filled(
                from: ErrorContext(system: integration.type, integration: integration.name))
            throw CallError(failure.code, "integration \(integration.name): \(failure.message)", context: context)
        } catch {
            throw CallError(.internalError, "\(error)", context: ErrorContext(integration: integration.name))
        }
    }

    /// Where the integration's requests go. Throws `base_url_invalid`, `settings_missing`.
    package static func base(
        of integration: IntegrationRecord, settings: [String: SettingValue], kind: TokenKind,
        descriptor: ConnectorDescriptor
    ) throws(CallError) -> BaseURL {
        let fixed: BaseURL?
        if case .fixed(let origin) = descriptor.origin { fixed = kind.origin ?? origin } else { fixed = kind.origin }
        let text: String
        if let fixed {
            guard let replaced = integration.baseURL else { return fixed }
            text = replaced
        } else {
            guard case .setting(let name) = descriptor.origin else {
                throw CallError(.baseURLInvalid, "\(descriptor.name) names no origin")
            }
            guard integration.baseURL == nil else {
                throw CallError(
                    .baseURLInvalid,
                    "\(descriptor.name) takes its address from the setting \(name); set that instead of a base URL")
            }
            guard case .text(let value)? = settings[name] else {
                throw CallError(
                    .settingsMissing,
                    "missing required settings: \(name); set it with `patchbay integration set \(integration.name) "
                        + "\(name)=VALUE`"
                )
            }
            text = value
        }
        do { return try BaseURL(parsing: text) } catch {
            throw CallError(.baseURLInvalid, "the base URL \(text) \(error)")
        }
    }

    /// Where the integration's tokens of that kind are refreshed; nil for a kind that is not.
    package static func refreshServer(of integration: IntegrationRecord, kind: TokenKind) throws -> RefreshServer? {
        guard let facts = kind.oauth, let tokenURL = facts.tokenURL else { return nil }
        return try RefreshServer(
            tokenURL: tokenURL, replaced: integration.authURL, isJSON: facts.tokenRequestIsJSON,
            reuseWindow: facts.reuseWindow,
            idle: facts.refreshIdle)
    }

    private func credential(
        _ integration: IntegrationRecord, _ token: SealedToken, kind: TokenKind, settings: [String: SettingValue],
        base: BaseURL
    ) throws -> any Credential {
        guard let vault else {
            throw CallError(.keyMissing, "the root key is needed to open its token, and is not at hand")
        }
        let scheme: CredentialScheme
        switch kind.scheme {
        case .bearer: scheme = .bearer
        case .header(let name): scheme = .header(name: name)
        case .basic(let userSetting):
            guard case .text(let user)? = settings[userSetting] else {
                throw CallError(.settingsMissing, "missing required settings: \(userSetting)")
            }
            scheme = .basic(user: user)
        }
        return try vault.credential(sealed: token.sealed, place: place(of: token), base: base, scheme: scheme)
    }

    private func place(of token: SealedToken) -> TokenPlace {
        TokenPlace(
            storeID: storeID, tokenID: token.id, kind: token.kind, integrationID: token.integrationID,
            generation: token.generation,
            origins: token.origins)
    }

    /// Throws `token_scheme_changed` where a connector would send a token otherwise than it was set for. One that does
    /// not open is told of when it is used.
    private func keepScheme(of token: SealedToken, kind: TokenKind, file: String, integration: String) throws(CallError)
    {
        guard let vault, let word = try? vault.inspect(sealed: token.sealed, place: place(of: token)).scheme,
            !kind.scheme.fits(word)
        else { return }
        throw CallError(
            .tokenSchemeChanged,
            "its token was set to be sent \(TokenScheme.words(word)), and the connector \(file) would send it "
                + "\(TokenScheme.words(kind.scheme.word)); if you know that file and want it so, set the token again "
                + "with `patchbay token set \(integration)`")
    }
}

/// One budget a token: two integrations with one token share it.
package actor BudgetBook {
    private var budgets: [String: TokenBudget] = [:]

    func budget(origin: String, fingerprint: String, descriptor: ConnectorDescriptor, notes: [BudgetNote])
        -> TokenBudget
    {
        let name = origin + " " + fingerprint
        if let budget = budgets[name] { return budget }
        let budget = TokenBudget(
            requestsMax: descriptor.requestsConcurrentMax ?? Limits.concurrentCallsDefault,
            writesMax: descriptor.writesConcurrentMax ?? .max,
            budgets: descriptor.budgets.map {
                RateBudget(scope: $0.scope, limit: $0.limit, window: $0.window / DebugSeam.windowDivisor)
            },
            notes: notes, now: .now)
        budgets[name] = budget
        return budget
    }
}

extension ConnectorDescriptor {
    /// The settings by name, checked and completed with defaults. Throws as `completed` does.
    package func valid(_ settings: [String: SettingValue], isPartial: Bool) throws(ConnectorError) -> [String:
        SettingValue]
    {
        Dictionary(uniqueKeysWithValues: try completed(settings, isPartial: isPartial).map { ($0.0.name, $0.1) })
    }
}
