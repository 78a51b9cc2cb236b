import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func token(integrationID: Int64) async throws -> SealedToken? {
        try await read { db in try Self.token(integrationID, db) }
    }

    static func token(_ integrationID: Int64, _ db: Database) throws -> SealedToken? {
        try db.first(
            "SELECT \(SealedToken.columns) FROM token WHERE role = 'current' AND integration_id = ?", [integrationID],
            SealedToken.init)
    }

    package func tokens() async throws -> [SealedToken] {
        try await read { db in
            try db.rows(
                "SELECT \(SealedToken.columns) FROM token WHERE role = 'current' ORDER BY integration_id", [],
                SealedToken.init)
        }
    }

    package func setToken(_ token: SealedToken) async throws {
        if let reason = token.misfit { throw StoreError.tokenInvalid(reason) }
        try await transaction { db in
            try Self.checkPlace(of: token, db)
            try db.run("DELETE FROM token WHERE integration_id = ?", [token.integrationID])
            try Self.insert(token, db)
        }
    }

    static func checkPlace(of token: SealedToken, _ db: Database) throws {
        guard try Self.integrationName(token.integrationID, db) != nil else {
            throw StoreError.integrationNotFound(id: token.integrationID)
        }
        try checkKey(of: token, db)
    }

    static func checkKey(of token: SealedToken, _ db: Database) throws {
        let primary = try db.first("SELECT number FROM data_key WHERE state = 'primary'") { try $0.number(0) }
        guard primary == token.keyNumber else {
            throw StoreError.tokenInvalid("it is sealed under key \(token.keyNumber), which is not the primary key")
        }
    }

    static func insert(_ token: SealedToken, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO token (id, integration_id, kind, generation, key_number, origins, sealed, fingerprint, \
            set_at_ms,
                last_used_at_ms, expires_at_ms, account_id, issued_at_ms, lapses_at_ms, needs_reauth_at_ms)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                token.id, token.integrationID, token.kind, token.generation, token.keyNumber,
                try JSONText.encode(token.origins),
                Data(token.sealed), token.fingerprint, token.setAt.milliseconds, token.lastUsedAt?.milliseconds,
                token.expiresAt?.milliseconds, token.accountID, token.refresh?.issuedAt.milliseconds,
                token.refresh?.lapsesAt?.milliseconds, token.refresh?.needsReauthSince?.milliseconds,
            ])
    }

    package func removeToken(integrationID: Int64) async throws -> Bool {
        try await transaction { db in try db.run("DELETE FROM token WHERE integration_id = ?", [integrationID]) > 0 }
    }

    package func noteAccount(tokenID: String, generation: Int64, accountID: String) async throws {
        try await transaction { db in
            _ = try db.run(
                "UPDATE token SET account_id = ? WHERE id = ? AND generation = ?", [accountID, tokenID, generation])
        }
    }

    package func markTokenUsed(id: String, at: Timestamp) async throws {
        try await transaction { db in
            _ = try db.run("UPDATE token SET last_used_at_ms = ? WHERE id = ?", [at.milliseconds, id])
        }
    }
}

extension StoreError {
    static func tokenInvalid(_ reason: String) -> StoreError {
        StoreError(.tokenInvalid, "The sealed token was not stored: \(reason). Set the token again.")
    }
}

extension SealedToken {
    static let columns = """
        id, integration_id, kind, generation, key_number, origins, sealed, fingerprint, set_at_ms, last_used_at_ms, \
        expires_at_ms, \
        account_id, issued_at_ms, lapses_at_ms, needs_reauth_at_ms
        """

    init(_ row: Row) throws {
        self.init(
            id: try row.text(0), integrationID: try row.number(1), kind: try row.text(2), generation: try row.number(3),
            keyNumber: try row.number(4), origins: try JSONText.decode(row.text(5)), sealed: try row.bytes(6),
            fingerprint: try row.text(7), setAt: try row.time(8), lastUsedAt: try row.optionalTime(9),
            expiresAt: try row.optionalTime(10), accountID: try row.optionalText(11),
            refresh: try row.optionalTime(12).map {
                RefreshNotes(
                    issuedAt: $0, lapsesAt: try row.optionalTime(13), needsReauthSince: try row.optionalTime(14))
            })
    }

    /// Why header and columns do not belong together, or nil. The table's own checks say the same; here it is said in
    /// words.
    var misfit: String? {
        let (headBytes, tagBytes, blockBytes) = (72, 16, 64)
        let payloadBytes = sealed.count - headBytes - tagBytes
        if payloadBytes < blockBytes || payloadBytes % blockBytes != 0 { return "its length does not fit the format" }
        if sealed[0] != 0xA7 || sealed[1] != 1 { return "it is not in the sealed format 1" }
        if Self.bigEndian(sealed[4..<8]) != keyNumber { return "its header names another key than its row" }
        if Self.bigEndian(sealed[8..<16]) != generation { return "its header names another generation than its row" }
        if id.isEmpty || kind.isEmpty || fingerprint.isEmpty { return "its id, kind or fingerprint is missing" }
        return nil
    }

    private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int64 {
        Int64(bitPattern: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}
