import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

/// The rows of a rotation, read and written in batches.
extension SQLiteStore {
    package func rows(notUnder key: Int64, after row: Int64, limit: Int) async throws -> [SealedRow] {
        try await sealedRows("key_number <> ? AND rowid > ?", [key, row], limit)
    }

    package func rows(after row: Int64, limit: Int) async throws -> [SealedRow] {
        try await sealedRows("rowid > ?", [row], limit)
    }

    private func sealedRows(_ condition: String, _ arguments: [Int64], _ limit: Int) async throws -> [SealedRow] {
        try await read { db in
            let statement = try BareStatement(
                db,
                """
                SELECT rowid, id, integration_id, kind, generation, key_number, origins, sealed FROM token
                WHERE \(condition) ORDER BY rowid LIMIT ?
                """)
            defer { statement.reset() }
            for (index, value) in (arguments + [Int64(limit)]).enumerated() {
                try statement.bind(value, at: Int32(index + 1))
            }
            var rows: [SealedRow] = []
            rows.reserveCapacity(limit)
            var (text, origins): (String, [String]) = ("", [])
            while try statement.step() {
                // Neighbours mostly name the same origins, and decoding them costs more than opening the seal.
                let found = statement.text(6)
                if found != text {
                    // A list that cannot be read is one that the seal does not fit: the row does not open, and is told
                    // of.
                    (text, origins) = (found, (try? JSONText.decodeList(found)) ?? [])
                }
                rows.append(
                    SealedRow(
                        row: statement.number(0), tokenID: statement.text(1), integrationID: statement.number(2),
                        kind: statement.text(3), generation: statement.number(4), keyNumber: statement.number(5),
                        origins: origins,
                        sealed: statement.bytes(7)))
            }
            return rows
        }
    }

    package func rowCounts(notUnder key: Int64) async throws -> (all: Int, others: Int) {
        try await read { db in
            // Two ranges of the index: under the other keys there is mostly nothing, and then nothing is read.
            let others =
                "(SELECT count(*) FROM token WHERE key_number < ?1) + (SELECT count(*) FROM token WHERE key_number > "
                + "?1)"
            let found = try db.first("SELECT (SELECT count(*) FROM token), \(others)", [key]) { row in
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
                "UPDATE rotation SET sweep_row = ?, lease_until_ms = ? WHERE key_number = ? AND fence = ? AND "
                    + "retired_at_ms IS NULL",
                [cursor, leaseUntil.milliseconds, key, fence])
            guard held == 1 else { throw StoreError.rotationTaken }
            try db.execute(sql: "PRAGMA cache_size = -\(Limits.rotationCacheKiB)")
            let update = try BareStatement(
                db,
                "UPDATE token SET sealed = ?, key_number = ? WHERE rowid = ? AND id = ? AND generation = ? AND "
                    + "key_number = ?"
            )
            defer { update.reset() }
            try update.bind(key, at: 2)
            var written = 0
            for row in rows {
                try update.bind(row.sealed, at: 1)
                try update.bind(row.row, at: 3)
                try update.bind(row.tokenID, at: 4)
                try update.bind(row.generation, at: 5)
                try update.bind(row.oldKey, at: 6)
                _ = try update.step()
                update.reset()
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
                SELECT f.token_id, t.integration_id, f.code, f.message FROM rotation_fault f JOIN token t ON t.id = \
                f.token_id
                WHERE f.key_number = ? AND t.key_number <> f.key_number ORDER BY t.integration_id
                """, [key]
            ) { row in
                RotationFault(
                    tokenID: try row.text(0), integrationID: try row.number(1),
                    code: ErrorCode(rawValue: try row.text(2)),
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
