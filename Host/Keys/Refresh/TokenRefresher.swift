import Logging
import PatchbayModel
import PatchbayStore
import PatchbayTransport
import PatchbayVault

/// Refreshes OAuth tokens: one host at a time, stored before used, and never giving a grant up while it may still be
/// saved.
package struct TokenRefresher: Sendable {
    let store: any Store
    let vault: Vault
    let transport: Transport
    let rescue: RescueFolder
    let logger: Logger
    /// Writes a line of the audit trail: action, subject, detail.
    let record: @Sendable (_ action: String, _ subject: String, _ detail: String) async -> Void

    package init(
        store: any Store, vault: Vault, transport: Transport, rescue: RescueFolder, logger: Logger,
        record: @escaping @Sendable (_ action: String, _ subject: String, _ detail: String) async -> Void
    ) {
        self.store = store
        self.vault = vault
        self.transport = transport
        self.rescue = rescue
        self.logger = logger
        self.record = record
    }

    /// The token to use: the one given, or what a refresh makes of it when four fifths of its life are over.
    ///
    /// `refused` is the generation that the vendor has just turned away, or that is to be replaced for another reason:
    /// then it is refreshed whatever its time. Not cancelled with its caller, because a single-use token may be spent
    /// already. Throws `token_needs_reauth`, and what kept the refresh from succeeding when the token at hand has
    /// ended.
    package func fresh(
        _ token: SealedToken, at server: RefreshServer, integration: String, refused: Int64? = nil
    ) async throws -> SealedToken {
        let isForced = refused == token.generation
        guard token.refresh != nil else {
            guard isForced else { return token }
            throw RefreshError(
                .tokenNotRefreshable,
                "its token cannot be refreshed; set a new one with `patchbay token set \(integration)`")
        }
        guard isForced || Self.isDue(token, now: .now) else { return token }
        let work = Refreshing(
            refresher: self, token: token, server: server, integration: integration, isForced: isForced)
        return try await Task { try await work.run() }.value
    }

    /// Four fifths of an access token's life, earlier by up to a twentieth so that hosts do not all come at once.
    static func isDue(_ token: SealedToken, now: Timestamp) -> Bool {
        guard let notes = token.refresh, let end = token.expiresAt else { return false }
        let life = Double(max(0, end.milliseconds - notes.issuedAt.milliseconds))
        let due = Double(notes.issuedAt.milliseconds) + life * (0.8 - Double.random(in: 0...0.05))
        return Double(now.milliseconds) >= due
    }

    /// Brings into the store what an earlier refresh could not write there. Gives how many came in.
    @discardableResult
    package func bringInRescued() async throws -> Int {
        var count = 0
        for (file, rescued) in rescue.tokens() {
            let place = rescued.place(storeID: store.storeID)
            let value: SealedValue
            do { value = try vault.reseal(sealed: rescued.sealed, place: place) } catch {
                logger.warning("a rescued token does not open", metadata: ["file": "\(file)", "code": "\(error.code)"])
                continue
            }
            let token = rescued.with(value)
            let isIn = try await store.commitRefresh(token, fence: nil)
            rescue.remove(file)
            guard isIn else { continue }
            count += 1
            await record("token_rescued", "integration \(token.integrationID)", "generation \(token.generation)")
        }
        return count
    }
}

extension SealedToken {
    /// The place that the seal is bound to.
    package func place(storeID: String) -> TokenPlace {
        TokenPlace(
            storeID: storeID, tokenID: id, kind: kind, integrationID: integrationID, generation: generation,
            origins: origins)
    }

    /// The same row with another sealed value of the same generation.
    package func with(_ value: SealedValue) -> SealedToken {
        SealedToken(
            id: id, integrationID: integrationID, kind: kind, generation: generation, keyNumber: value.keyNumber,
            origins: origins,
            sealed: value.bytes, fingerprint: value.fingerprint, setAt: setAt, lastUsedAt: lastUsedAt,
            expiresAt: expiresAt,
            accountID: accountID, refresh: refresh)
    }

    /// The same row with its next value.
    func renewed(_ value: SealedValue, expiresAt: Timestamp?, refresh: RefreshNotes) -> SealedToken {
        SealedToken(
            id: id, integrationID: integrationID, kind: kind, generation: generation + 1, keyNumber: value.keyNumber,
            origins: origins,
            sealed: value.bytes, fingerprint: value.fingerprint, setAt: setAt, lastUsedAt: lastUsedAt,
            expiresAt: expiresAt,
            accountID: accountID, refresh: refresh)
    }
}
