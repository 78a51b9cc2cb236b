import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func stagedRoot() async throws -> StagedRoot? {
        try await read { db in
            let root = try db.first("SELECT key_id, check_value, lasting_keys FROM staged_root", [], Self.root)
            guard let root else { return nil }
            let wraps = try db.rows("SELECT key_number, wrapped FROM staged_wrap") {
                (try $0.number(0), try $0.bytes(1))
            }
            return StagedRoot(root: root, wraps: Dictionary(uniqueKeysWithValues: wraps))
        }
    }

    package func stageRoot(_ staged: StagedRoot) async throws {
        try await transaction { db in
            let open = try db.first("SELECT EXISTS (SELECT 1 FROM rotation WHERE retired_at_ms IS NULL)") {
                try $0.number(0)
            }
            let live = try db.rows("SELECT number FROM data_key WHERE wrapped IS NOT NULL") { try $0.number(0) }
            guard open == 0, Set(live) == Set(staged.wraps.keys) else {
                throw StoreError(
                    .keyBusy,
                    "A rotation of the data key is not finished, or came between. Run `patchbay key rotate`, then try "
                        + "again."
                )
            }
            try db.run("DELETE FROM staged_wrap")
            try db.run("DELETE FROM staged_root")
            try db.run(
                "INSERT INTO staged_root (id, key_id, check_value, lasting_keys) VALUES (1, ?, ?, ?)",
                [staged.root.keyID, Data(staged.root.checkValue), staged.root.lastingKeys.map { Data($0) }])
            for (number, wrapped) in staged.wraps {
                try db.run("INSERT INTO staged_wrap (key_number, wrapped) VALUES (?, ?)", [number, Data(wrapped)])
            }
        }
    }

    package func activateRoot(
        keyID: String, insteadOf oldKeyID: String, slots: [RecoverySlot], insteadOf known: [RecoverySlot],
        event: EventRecord,
        chain: any EventSealing
    ) async throws {
        try await transaction { db in
            try Self.requireRoot(oldKeyID, db)
            guard try db.first("SELECT key_id FROM staged_root", [], { try $0.text(0) }) == keyID else {
                throw StoreError(.keyBusy, "The new root key is not staged any more. Run `patchbay key rewrap` again.")
            }
            guard try Self.slots(db).map(\.untested) == known.map(\.untested) else {
                throw StoreError(
                    .keyBusy, "A recovery slot was added or removed meanwhile. Run `patchbay key rewrap` again.")
            }
            try db.run("DELETE FROM root_key")
            try db.run("INSERT INTO root_key (id, key_id, check_value, lasting_keys) SELECT * FROM staged_root")
            try db.run(
                """
                UPDATE data_key SET wrapped = (SELECT wrapped FROM staged_wrap WHERE key_number = number)
                WHERE wrapped IS NOT NULL
                """)
            try db.run("DELETE FROM staged_wrap")
            try db.run("DELETE FROM staged_root")
            try db.run("DELETE FROM recovery_slot")
            for slot in slots { try Self.insert(slot, db) }
            try Self.append(event, chain: chain, db)
        }
    }

    package func recoverySlots() async throws -> [RecoverySlot] {
        try await read { db in try Self.slots(db) }
    }

    private static func slots(_ db: Database) throws -> [RecoverySlot] {
        try db.rows(
            """
            SELECT name, kind, salt, public_key, sealed_root, mark, created_at_ms, tested_at_ms FROM recovery_slot \
            ORDER BY name
            """
        ) { row in
            RecoverySlot(
                name: try row.text(0), kind: try row.word(1), salt: try row.bytes(2), publicKey: try row.bytes(3),
                sealedRoot: try row.bytes(4), mark: try row.bytes(5), createdAt: try row.time(6),
                testedAt: try row.optionalTime(7))
        }
    }

    package func addSlot(_ slot: RecoverySlot, rootKeyID: String) async throws {
        try await transaction { db in
            try Self.requireRoot(rootKeyID, db)
            guard try db.first("SELECT 1 FROM recovery_slot WHERE name = ?", [slot.name], { try $0.number(0) }) == nil
            else {
                throw StoreError(
                    .slotExists, "There is a recovery slot \(slot.name) already. Remove it first, or take another name."
                )
            }
            try Self.insert(slot, db)
        }
    }

    package func removeSlot(named name: String) async throws -> Bool {
        try await transaction { db in try db.run("DELETE FROM recovery_slot WHERE name = ?", [name]) > 0 }
    }

    package func markTested(_ slot: RecoverySlot, at: Timestamp) async throws -> Bool {
        try await transaction { db in
            try db.run(
                "UPDATE recovery_slot SET tested_at_ms = ? WHERE name = ? AND sealed_root = ?",
                [at.milliseconds, slot.name, Data(slot.sealedRoot)]) > 0
        }
    }

    /// Whoever has read the root before a rewrap would write what only the old one opens.
    static func requireRoot(_ keyID: String, _ db: Database) throws {
        guard try db.first("SELECT key_id FROM root_key", [], { try $0.text(0) }) == keyID else {
            throw StoreError(
                .keyBusy, "The root key of the store was changed meanwhile. Run the command again, with the new key.")
        }
    }

    private static func insert(_ slot: RecoverySlot, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO recovery_slot (name, kind, salt, public_key, sealed_root, mark, created_at_ms, tested_at_ms)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                slot.name, slot.kind.rawValue, Data(slot.salt), Data(slot.publicKey), Data(slot.sealedRoot),
                Data(slot.mark),
                slot.createdAt.milliseconds, slot.testedAt?.milliseconds,
            ])
    }
}
