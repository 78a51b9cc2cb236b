import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func rotation() async throws -> RotationRecord? {
        try await read { db in
            try db.first(
                """
                SELECT key_number, from_number, owner, owner_mark, lease_until_ms, fence, sweep_row, started_at_ms, \
                promoted_at_ms,
                    retired_at_ms, proved_rows, scrubbed_at_ms
                FROM rotation ORDER BY key_number DESC LIMIT 1
                """
            ) { row in
                RotationRecord(
                    key: try row.number(0), from: try row.number(1), owner: try row.text(2), ownerMark: try row.text(3),
                    leaseUntil: try row.time(4), fence: try row.number(5), cursor: try row.number(6),
                    startedAt: try row.time(7),
                    promotedAt: try row.optionalTime(8), retiredAt: try row.optionalTime(9),
                    provedRows: try row.optionalNumber(10).map { Int($0) }, scrubbedAt: try row.optionalTime(11))
            }
        }
    }

    package func beginRotation(_ key: DataKeyRecord, _ rotation: RotationRecord, rootKeyID: String) async throws {
        try await transaction { db in
            try Self.requireRoot(rootKeyID, db)
            let others =
                "SELECT EXISTS (SELECT 1 FROM rotation WHERE retired_at_ms IS NULL) OR EXISTS (SELECT 1 FROM "
                + "staged_root)"
            guard try db.first(others, [], { try $0.number(0) }) == 0 else {
                throw StoreError(
                    .keyBusy,
                    "A rotation of the keys is not finished. `patchbay key status` tells which; end it, then run this "
                        + "again."
                )
            }
            try Self.insert(key, db)
            try db.run(
                """
                INSERT INTO rotation (key_number, from_number, owner, owner_mark, lease_until_ms, fence, started_at_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    rotation.key, rotation.from, rotation.owner, rotation.ownerMark, rotation.leaseUntil.milliseconds,
                    rotation.fence,
                    rotation.startedAt.milliseconds,
                ])
        }
    }

    package func claimRotation(key: Int64, _ claim: RotationClaim, takeOver: Int64?) async throws -> Int64? {
        try await transaction { db in
            try db.first(
                """
                UPDATE rotation SET fence = fence + 1, owner = ?, owner_mark = ?, lease_until_ms = ?
                WHERE key_number = ? AND (lease_until_ms <= ? OR fence = ?) RETURNING fence
                """,
                [
                    claim.owner, claim.ownerMark, claim.now.advanced(by: claim.lease).milliseconds, key,
                    claim.now.milliseconds,
                    takeOver,
                ]
            ) { try $0.number(0) }
        }
    }

    package func leaveRotation(key: Int64, fence: Int64) async throws {
        try await transaction { db in
            _ = try db.run("UPDATE rotation SET lease_until_ms = 0 WHERE key_number = ? AND fence = ?", [key, fence])
        }
    }

    /// All hosts are processes on this machine; see `LinkMaker` and `TokenSetup`, which read the keys anew.
    package func hostsNotHolding(_ key: Int64) async throws -> [String] { [] }

    package func promoteKey(_ key: Int64, fence: Int64, now: Timestamp) async throws {
        try await transaction { db in
            let changed = try db.run(
                "UPDATE rotation SET promoted_at_ms = coalesce(promoted_at_ms, ?) WHERE key_number = ? AND fence = ?",
                [now.milliseconds, key, fence])
            guard changed == 1 else { throw StoreError.rotationTaken }
            // The index allows one primary at any moment, so the old one steps back first.
            try db.run("UPDATE data_key SET state = 'draining' WHERE state = 'primary' AND number <> ?", [key])
            try db.run("UPDATE data_key SET state = 'primary' WHERE number = ? AND state = 'staged'", [key])
        }
    }

    package func retireKeys(for key: Int64, provedRows: Int, fence: Int64, now: Timestamp) async throws {
        try await transaction { db in
            // As two ranges of the index: the write lock is held meanwhile.
            let left = try db.first("SELECT count(*) FROM token WHERE key_number < ?1 OR key_number > ?1", [key]) {
                try $0.number(0)
            }
            guard left == 0 else {
                throw StoreError(
                    .keyInUse, "\(left ?? 0) tokens are not under key \(key) yet. Run `patchbay key rotate` again.")
            }
            let changed = try db.run(
                """
                UPDATE rotation SET retired_at_ms = ?, proved_rows = ?
                WHERE key_number = ? AND fence = ? AND promoted_at_ms IS NOT NULL AND retired_at_ms IS NULL
                """, [now.milliseconds, provedRows, key, fence])
            guard changed == 1 else { throw StoreError.rotationTaken }
            try db.run("UPDATE data_key SET state = 'retired' WHERE state = 'draining'")
        }
    }

    package func destroyKey(_ key: Int64) async throws {
        try await transaction { db in
            let state = try db.first("SELECT state FROM data_key WHERE number = ?", [key]) { try $0.text(0) }
            switch state {
            case "retired":
                try db.run("UPDATE data_key SET state = 'destroyed', wrapped = NULL WHERE number = ?", [key])
            case "destroyed": return
            case nil: throw StoreError(.inputInvalid, "There is no data key \(key). See `patchbay key list`.")
            case let state?:
                throw StoreError(
                    .keyInUse,
                    "Data key \(key) is \(state), and only a retired one is destroyed. Run `patchbay key rotate`.")
            }
        }
    }

    static func insert(_ key: DataKeyRecord, _ db: Database) throws {
        try db.run(
            "INSERT INTO data_key (number, state, wrapped, created_at_ms) VALUES (?, ?, ?, ?)",
            [key.number, key.state.rawValue, key.wrapped.map { Data($0) }, key.createdAt.milliseconds])
    }
}

extension StoreError {
    static let rotationTaken = StoreError(
        .keyBusy, "Another process has taken this rotation over. Nothing is lost; see `patchbay key status`.")
}
