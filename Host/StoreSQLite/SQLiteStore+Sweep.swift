import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

/// The rows of a rotation, read and written in batches.
extension SQLiteStore {
    package func rows(notUnder key: Int64, after row: Int64, limit: Int) async throws -> [SealedRow] {
        try await sealedRows("key_number <> ? AND rowid > ?", [key, row], limit)
    }

    package func rows(after row: Int64, limit: Int) async throws -> [SealedRow] { try await sealedRows("rowid > ?", [row], limit) }

    private func sealedRows(_ condition: String, _ arguments: [Int64], _ limit: Int) async throws -> [SealedRow] {
        try await read { db in
            let sql = "SELECT \(SealedToken.columns), rowid FROM token WHERE \(condition) ORDER BY rowid LIMIT ?"
            var origins: [String: [String]] = [:]
            return try db.rows(sql, StatementArguments(arguments + [Int64(limit)])) { row in
                // Most rows of a batch name the same origins, and decoding them costs more than opening the seal.
                let text = try row.text(5)
                // A list that cannot be read is one that the seal does not fit: the row does not open, and is told of.
                let known = origins[text] ?? (try? JSONText.decodeList(text)) ?? []
                origins[text] = known
                return SealedRow(row: try row.number(SealedToken.columnCount), token: try SealedToken(row, origins: known))
            }
        }
    }

    package func rowCounts(notUnder key: Int64) async throws -> (all: Int, others: Int) {
        try await read { db in
            let found = try db.first("SELECT count(*), count(*) FILTER (WHERE key_number <> ?) FROM token", [key]) { row in
                (all: Int(try row.number(0)), others: Int(try row.number(1)))
            }
            return found ?? (0, 0)
        }
    }

    package func record(
        _ rows: [ResealedRow], faults: [RotationFault], key: Int64, fence: Int64, cursor: Int64, leaseUntil: Timestamp
    ) async throws -> Int {
        try await transaction { db in
            let held = try db.run(
                "UPDATE rotation SET sweep_row = ?, lease_until_ms = ? WHERE key_number = ? AND fence = ? AND retired_at_ms IS NULL",
                [cursor, leaseUntil.milliseconds, key, fence])
            guard held == 1 else { throw StoreError.rotationTaken }
            let update = try db.cachedStatement(
                sql: """
                    UPDATE token SET sealed = ?, key_number = ? WHERE rowid = ? AND id = ? AND generation = ? AND key_number = ?
                    """)
            var written = 0
            for row in rows {
                try update.execute(arguments: [Data(row.sealed), key, row.row, row.tokenID, row.generation, row.oldKey])
                written += db.changesCount
            }
            for fault in faults {
                // Where the token was set anew meanwhile, there is no such row and no fault.
                try db.run(
                    """
                    INSERT OR REPLACE INTO rotation_fault (key_number, token_id, code, message)
                    SELECT ?, id, ?, ? FROM token WHERE id = ?
                    """, [key, fault.code.rawValue, fault.message, fault.tokenID])
            }
            return written
        }
    }

    package func rotationFaults(key: Int64) async throws -> [RotationFault] {
        try await read { db in
            try db.rows(
                """
                SELECT f.token_id, t.integration_id, f.code, f.message FROM rotation_fault f JOIN token t ON t.id = f.token_id
                WHERE f.key_number = ? AND t.key_number <> f.key_number ORDER BY t.integration_id
                """, [key]
            ) { row in
                RotationFault(
                    tokenID: try row.text(0), integrationID: try row.number(1), code: ErrorCode(rawValue: try row.text(2)),
                    message: try row.text(3))
            }
        }
    }

    package func scrub() async throws -> Bool {
        do {
            return try await pool.writeWithoutTransaction { db in
                // Busy, pages in the log, pages copied back.
                let row = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                return try row?.number(0) == 0
            }
        } catch {
            let error = StoreError(mapping: error, path: path)
            if error.code == .storeLocked { return false }
            throw error
        }
    }

    package func markScrubbed(key: Int64, now: Timestamp) async throws {
        try await transaction { db in
            _ = try db.run("UPDATE rotation SET scrubbed_at_ms = ? WHERE key_number = ?", [now.milliseconds, key])
        }
    }

    package func room() async throws -> (free: Int64, used: Int64)? {
        let facts = try? FileManager.default.attributesOfFileSystem(forPath: path)
        let file = try? FileManager.default.attributesOfItem(atPath: path)
        guard let free = facts?[.systemFreeSize] as? NSNumber, let used = file?[.size] as? NSNumber else { return nil }
        return (free.int64Value, used.int64Value)
    }
}
