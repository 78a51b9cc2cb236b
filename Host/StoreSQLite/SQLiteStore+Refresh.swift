import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

/// Refresh and rotation of tokens.
extension SQLiteStore {
    package func takeRefresh(tokenID: String, generation: Int64, now: Timestamp, lease: Duration) async throws -> Int64?
    {
        try await transaction { db in
            try db.first(
                """
                UPDATE token SET refresh_until_ms = ?1, refresh_fence = refresh_fence + 1
                WHERE id = ?2 AND generation = ?3 AND role = 'current' AND (refresh_until_ms IS NULL OR \
                refresh_until_ms <= ?4)
                RETURNING refresh_fence
                """, [now.advanced(by: lease).milliseconds, tokenID, generation, now.milliseconds]
            ) { try $0.number(0) }
        }
    }

    package func releaseRefresh(tokenID: String, fence: Int64) async throws {
        try await transaction { db in
            _ = try db.run(
                "UPDATE token SET refresh_until_ms = NULL WHERE id = ? AND refresh_fence = ?", [tokenID, fence])
        }
    }

    package func commitRefresh(_ token: SealedToken, fence: Int64?) async throws -> Bool {
        if let reason = token.misfit { throw StoreError.tokenInvalid(reason) }
        return try await transaction { db in
            let before = "id = ?1 AND generation = ?2 - 1 AND role = 'current' AND (?3 IS NULL OR refresh_fence = ?3)"
            let isThere = try db.first(
                "SELECT EXISTS (SELECT 1 FROM token WHERE \(before))", [token.id, token.generation, fence]
            ) { try $0.number(0) }
            guard isThere == 1 else { return false }
            try Self.checkKey(of: token, db)
            return try db.run(
                """
                UPDATE token SET generation = ?2, key_number = ?4, sealed = ?5, fingerprint = ?6, expires_at_ms = ?7, \
                issued_at_ms = ?8,
                    lapses_at_ms = ?9, needs_reauth_at_ms = NULL, refresh_until_ms = NULL
                WHERE \(before)
                """,
                [
                    token.id, token.generation, fence, token.keyNumber, Data(token.sealed), token.fingerprint,
                    token.expiresAt?.milliseconds, token.refresh?.issuedAt.milliseconds,
                    token.refresh?.lapsesAt?.milliseconds,
                ]) == 1
        }
    }

    package func noteNeedsReauth(tokenID: String, generation: Int64, at: Timestamp) async throws -> Bool {
        try await transaction { db in
            try db.run(
                "UPDATE token SET needs_reauth_at_ms = ?, refresh_until_ms = NULL WHERE id = ? AND generation = ?",
                [at.milliseconds, tokenID, generation]) == 1
        }
    }

    package func rotateToken(_ token: SealedToken, previousUntil: Timestamp) async throws {
        if let reason = token.misfit { throw StoreError.tokenInvalid(reason) }
        try await transaction { db in
            try Self.checkPlace(of: token, db)
            try db.run("DELETE FROM token WHERE integration_id = ? AND role = 'previous'", [token.integrationID])
            try db.run(
                "UPDATE token SET role = 'previous', previous_until_ms = ? WHERE integration_id = ?",
                [previousUntil.milliseconds, token.integrationID])
            try Self.insert(token, db)
        }
    }

    package func previousTokens(integrationID: Int64?, now: Timestamp) async throws -> [PreviousToken] {
        try await read { db in
            try db.rows(
                """
                SELECT \(SealedToken.columns), previous_until_ms FROM token
                WHERE role = 'previous' AND previous_until_ms > ?1 AND (?2 IS NULL OR integration_id = ?2) ORDER BY \
                integration_id
                """, [now.milliseconds, integrationID]
            ) { PreviousToken(token: try SealedToken($0), until: try $0.time(15)) }
        }
    }

    package func undoRotation(integrationID: Int64) async throws -> Bool {
        try await transaction { db in
            let hasPrevious = try db.first(
                "SELECT EXISTS (SELECT 1 FROM token WHERE integration_id = ? AND role = 'previous')", [integrationID]
            ) { try $0.number(0) }
            guard hasPrevious == 1 else { return false }
            try db.run("DELETE FROM token WHERE integration_id = ? AND role = 'current'", [integrationID])
            try db.run(
                "UPDATE token SET role = 'current', previous_until_ms = NULL WHERE integration_id = ?", [integrationID])
            return true
        }
    }
}
