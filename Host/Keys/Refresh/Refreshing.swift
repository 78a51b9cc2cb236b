import PatchbayModel
import PatchbayStore
import PatchbayTransport
import PatchbayVault

/// One refresh, from the lease to the commit.
struct Refreshing: Sendable {
    let refresher: TokenRefresher
    /// As it was when the refresh was found to be needed.
    let token: SealedToken
    let server: RefreshServer
    let integration: String
    let isForced: Bool

    private var store: any Store { refresher.store }
    private var name: String { "the token of \(integration)" }

    /// What one exchange under the lease came to.
    private enum Outcome {
        case renewed(SealedToken)
        /// Another host has written a newer value.
        case changed
        /// The vendor does not know the refresh token any more.
        case refused
        case failed(RefreshError)
    }

    func run() async throws -> SealedToken {
        try await refresher.bringInRescued()
        var attempts = 0
        var refusals = 0
        var pause = Limits.refreshPauseFirst
        let giveUpAt = ContinuousClock.now + Limits.refreshLease * 2
        while true {
            let row = try await current()
            guard row.generation == token.generation else { return row }
            guard let fence = try await takeLease(row) else {
                if mayUse(row) { return row }
                guard ContinuousClock.now < giveUpAt else {
                    throw RefreshError(
                        .unreachable,
                        "\(name) is being refreshed by another host, which does not come to an end; try again")
                }
                try await Task.sleep(for: Limits.refreshLookTime)
                continue
            }
            attempts += 1
            switch try await exchange(row, fence) {
            case .renewed(let renewed): return renewed
            case .changed: continue
            case .refused:
                refusals += 1
                // Once more where a spent token is answered: what refused may have lagged behind what had accepted.
                if refusals > 1 || server.reuseWindow <= .zero { try await giveUp(row) }
                try? await store.releaseRefresh(tokenID: row.id, fence: fence)
            case .failed(let error):
                try? await store.releaseRefresh(tokenID: row.id, fence: fence)
                guard attempts < Limits.refreshAttemptsMax else {
                    guard mayUse(row) else { throw error }
                    refresher.logger.warning(
                        "token could not be refreshed early",
                        metadata: ["integration": "\(integration)", "reason": "\(error.message)"])
                    return row
                }
            }
            try await Task.sleep(for: pause * Double.random(in: 0.5...1))
            pause *= 2
        }
    }

    /// The row as it is now. Throws `token_missing`, `token_needs_reauth`.
    private func current() async throws -> SealedToken {
        guard let row = try await store.token(integrationID: token.integrationID), row.id == token.id else {
            throw RefreshError(.tokenMissing, "\(name) was removed or replaced meanwhile; try again")
        }
        if !refresher.vault.holds(row.keyNumber) { try refresher.vault.refresh(await store.keyring()) }
        guard row.refresh?.needsReauthSince == nil else { throw needsReauth }
        return row
    }

    private func takeLease(_ row: SealedToken) async throws -> Int64? {
        try await store.takeRefresh(tokenID: row.id, generation: row.generation, now: .now, lease: Limits.refreshLease)
    }

    /// The access token at hand still works, so far as is known.
    private func mayUse(_ row: SealedToken) -> Bool { !isForced && (row.expiresAt.map { $0 > .now } ?? true) }

    private var needsReauth: RefreshError {
        RefreshError(
            .tokenNeedsReauth,
            "the vendor no longer refreshes \(name); grant access there anew, and set what it gives with "
                + "`patchbay token set \(integration) --kind oauth`")
    }

    /// The vendor's last word. The token is kept, and says so.
    private func giveUp(_ row: SealedToken) async throws {
        guard try await store.noteNeedsReauth(tokenID: row.id, generation: row.generation, at: .now) else { return }
        await refresher.record("token_needs_reauth", integration, "generation \(row.generation)")
        throw needsReauth
    }

    // MARK: The exchange

    private func exchange(_ row: SealedToken, _ fence: Int64) async throws -> Outcome {
        guard row.origins.contains(server.base.description) else {
            throw RefreshError(
                .tokenOriginChanged,
                "\(name) was set for \(row.origins.joined(separator: ", ")), and is now to be refreshed at "
                    + "\(server.base); set it again if "
                    + "that is right")
        }
        // A host that the store's keys have left behind says so before it spends a token.
        try refresher.vault.refresh(await store.keyring())
        let place = row.place(storeID: store.storeID)
        let body = refresher.vault.refreshBody(sealed: row.sealed, place: place, isJSON: server.isJSON)
        let type = server.isJSON ? "application/json" : "application/x-www-form-urlencoded"
        switch await refresher.transport.post(body, contentType: type, to: server.base, path: server.path) {
        case .refused(let error): throw RefreshError(error.code, error.message, context: error.context)
        case .notSent(let error), .lost(let error):
            return .failed(
                RefreshError(.unreachable, "\(name) could not be refreshed at \(server.base): \(error.message)"))
        case .answered(let status, _, let answer):
            return try await understood(status, answer, row, fence)
        }
    }

    private func understood(_ status: Int, _ answer: SecretAnswer, _ row: SealedToken, _ fence: Int64) async throws
        -> Outcome
    {
        let fields: GrantFields
        do { fields = try GrantFields(answer: answer) } catch {
            return .failed(
                RefreshError(
                    .vendorAnswerInvalid,
                    "the authorisation server \(server.base) answered \(status) without a token; try again later"))
        }
        guard (200...299).contains(status), fields.hasAccess else {
            return try await refusal(status, fields.rest.error, row)
        }
        await learnKeys()
        let now = Timestamp.now
        let ends = fields.rest.expiresInSeconds.map {
            now.advanced(by: .milliseconds(Int64(max(0, min($0, 1e9)) * 1_000)))
        }
        let value = try refresher.vault.renew(
            sealed: row.sealed, place: row.place(storeID: store.storeID), with: fields, issuedAt: now, expiresAt: ends)
        let notes = RefreshNotes(issuedAt: now, lapsesAt: server.idle.map(now.advanced(by:)))
        return try await commit(row.renewed(value, expiresAt: ends, refresh: notes), fence)
    }

    /// A rotation of the data key may have begun meanwhile, and the store takes values under its newest key only. Where
    /// that cannot be had, after a change of the root or without the store, what was refreshed is sealed under the key
    /// at hand, and kept beside the store.
    private func learnKeys() async {
        do { try refresher.vault.refresh(await store.keyring()) } catch {
            let reason = (error as? any PatchbayFailure)?.message ?? "\(error)"
            refresher.logger.warning("the store's keys could not be read anew", metadata: ["reason": "\(reason)"])
        }
    }

    private func refusal(_ status: Int, _ word: String?, _ row: SealedToken) async throws -> Outcome {
        if word == "invalid_grant" {
            return try await store.token(integrationID: row.integrationID)?.generation == row.generation
                ? .refused : .changed
        }
        let words =
            word == "invalid_client"
            ? "does not accept the client id and secret; check them at the vendor and set the token again"
            : "answered \(status)\(Self.known(word).map { " (\($0))" } ?? ""); try again later"
        return .failed(
            RefreshError(
                status == 429 ? .rateLimited : .vendorError, "the authorisation server \(server.base) \(words)"))
    }

    /// The words of RFC 6749 and its kin for what went wrong. Nothing else of such an answer is shown: a server that
    /// repeats what it was sent would repeat the refresh token or the client's secret, which no mask covers here.
    private static let words: Set<String> = [
        "access_denied", "expired_token", "invalid_request", "invalid_scope", "invalid_target", "server_error",
        "slow_down", "temporarily_unavailable", "unauthorized_client", "unsupported_grant_type",
    ]

    private static func known(_ word: String?) -> String? { word.flatMap { words.contains($0) ? $0 : nil } }

    /// Stored before it is used: in the store, or where that does not go, in a file of its own.
    private func commit(_ renewed: SealedToken, _ fence: Int64) async throws -> Outcome {
        do {
            if try await store.commitRefresh(renewed, fence: fence) {
                await refresher.record(
                    "token_refreshed", integration,
                    "generation \(renewed.generation), fingerprint \(renewed.fingerprint)")
                return .renewed(renewed)
            }
            // Too slow: another host has taken over. What it gets may be lost; then this is what there is.
            if try await store.token(integrationID: renewed.integrationID)?.generation == renewed.generation - 1 {
                try refresher.rescue.keep(renewed)
            }
            return .changed
        } catch let failure as any PatchbayFailure {
            try refresher.rescue.keep(renewed)
            refresher.logger.error(
                "a refreshed token could not be stored, and was kept beside the store",
                metadata: ["integration": "\(integration)", "code": "\(failure.code)"])
            return .renewed(renewed)
        }
    }
}
