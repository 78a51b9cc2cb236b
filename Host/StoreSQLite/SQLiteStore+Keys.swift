import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func rootKey() async throws -> RootKeyRecord? {
        try await read { db in try Self.rootKey(db) }
    }

    static func rootKey(_ db: Database) throws -> RootKeyRecord? {
        try db.first("SELECT key_id, check_value, lasting_keys FROM root_key", [], Self.root)
    }

    package func dataKeys() async throws -> [DataKeyRecord] {
        try await read { db in try Self.dataKeys(db) }
    }

    package func keys() async throws -> (root: RootKeyRecord?, dataKeys: [DataKeyRecord]) {
        try await read { db in (try Self.rootKey(db), try Self.dataKeys(db)) }
    }

    static func dataKeys(_ db: Database) throws -> [DataKeyRecord] {
        try db.rows("SELECT number, state, wrapped, created_at_ms FROM data_key ORDER BY number") { row in
            DataKeyRecord(
                number: try row.number(0), state: try row.word(1),
                wrapped: try row.decode(Data?.self, atIndex: 2).map { [UInt8]($0) }, createdAt: try row.time(3))
        }
    }

    package func installKey(root: RootKeyRecord, dataKey: DataKeyRecord) async throws {
        try await transaction { db in
            let taken = try db.first(
                """
                SELECT EXISTS (SELECT 1 FROM root_key) OR EXISTS (SELECT 1 FROM data_key) OR EXISTS (SELECT 1 FROM \
                token)
                """
            ) { try $0.number(0) }
            guard taken == 0 else {
                throw StoreError(
                    .keyExists,
                    "The store has a key already; a second one would make its tokens unreadable. Use the key it was "
                        + "made with."
                )
            }
            try Self.writeKey(root, dataKey, db)
        }
    }

    static func root(_ row: Row) throws -> RootKeyRecord {
        RootKeyRecord(
            keyID: try row.text(0), checkValue: try row.bytes(1),
            lastingKeys: try row.decode(Data?.self, atIndex: 2).map { [UInt8]($0) })
    }

    package func resetKey(
        root: RootKeyRecord, insteadOf oldKeyID: String, dataKey: DataKeyRecord, event: EventRecord,
        chain: any EventSealing
    ) async throws -> Int {
        try await transaction { db in
            try Self.requireRoot(oldKeyID, db)
            let givenUp = try db.run("DELETE FROM token")
            for table in ["rotation", "staged_wrap", "staged_root", "recovery_slot", "root_key", "data_key"] {
                try db.run("DELETE FROM \(table)")
            }
            try Self.writeKey(root, dataKey, db)
            try db.run("UPDATE event SET mac = NULL WHERE mac IS NOT NULL")
            try Self.append(event, chain: chain, db)
            return givenUp
        }
    }

    private static func writeKey(_ root: RootKeyRecord, _ dataKey: DataKeyRecord, _ db: Database) throws {
        try db.run(
            "INSERT INTO root_key (id, key_id, check_value) VALUES (1, ?, ?)", [root.keyID, Data(root.checkValue)])
        try insert(dataKey, db)
    }
}
