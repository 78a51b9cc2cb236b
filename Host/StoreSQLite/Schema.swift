import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

/// The schema's versions and how one becomes the next. A version that was released never changes; a new one is added
/// below it.
enum Schema {
    enum Found: Equatable {
        case empty
        case older(Int)
        case current
        /// The version, where its name is one that we understand, else one more than ours.
        case newer(Int)
    }

    /// Marks the file as ours ("PBAY"), so that another program's database is never taken for a store.
    static let applicationID: Int64 = 0x5042_4159

    static var version: Int { steps.count }

    /// The library's own table, in its words: it names the versions that were made.
    static let versionsTable = "grdb_migrations"
    static let versionsTableSQL = "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)"

    /// What makes each version of the one before, in their order.
    private static let steps: [(name: String, make: @Sendable (Database) throws -> Void)] = [
        ("v1", makeFirst),
        ("v2", { try $0.execute(sql: SchemaV2.sql) }),
        ("v3", { try $0.execute(sql: SchemaV3.sql) }),
        ("v4", { try $0.execute(sql: SchemaV4.sql) }),
        ("v5", { try $0.execute(sql: SchemaV5.sql) }),
        ("v6", { try $0.execute(sql: SchemaV6.sql) }),
    ]

    /// The names of the versions that were made, as the file has them now: the library's own question answers from what
    /// a connection remembers of the schema, which another process may have changed since.
    static func applied(_ db: Database) throws -> Set<String> {
        let made = try Int64.fetchOne(
            db, sql: "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?", arguments: [versionsTable])
        return made == 0 ? [] : try Set(String.fetchAll(db, sql: "SELECT identifier FROM \(versionsTable)"))
    }

    @Sendable private static func makeFirst(_ db: Database) throws {
        try db.execute(sql: SchemaV1.sql + "\nPRAGMA application_id = \(applicationID);")
        try db.execute(
            sql: "INSERT INTO meta (id, store_id, created_at_ms) VALUES (1, ?, ?)",
            arguments: [UUID().uuidString.lowercased(), Timestamp.now.milliseconds])
    }

    /// Brings the schema up to date, all versions in one transaction: the library's own way has one for each, and a
    /// process that dies between two of them would leave a store that neither the old version nor the new one opens.
    /// Two processes may do it at once.
    static func migrate(_ writer: some DatabaseWriter, upTo goal: Int = version) throws {
        try writer.writeWithoutTransaction { db in
            guard try applied(db).count < goal else { return }
            try withoutForeignKeys(db) {
                try db.inTransaction(.immediate) {
                    try apply(db, upTo: goal)
                    return .commit
                }
            }
        }
    }

    /// Runs `body` while references are not enforced, which can be said outside of a transaction only: a table that is
    /// made anew is missing for a moment.
    static func withoutForeignKeys(_ db: Database, _ body: () throws -> Void) throws {
        try db.execute(sql: "PRAGMA foreign_keys = OFF")
        defer { try? db.execute(sql: "PRAGMA foreign_keys = ON") }
        try body()
    }

    /// Takes the steps that are left, within a transaction of the caller's. At its end every reference must hold.
    static func apply(_ db: Database, upTo goal: Int = version) throws {
        let applied = try applied(db)
        if applied.isEmpty { try db.execute(sql: "DROP TABLE IF EXISTS \(versionsTable); \(versionsTableSQL)") }
        for step in steps.prefix(goal) where !applied.contains(step.name) {
            try step.make(db)
            try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES (?)", arguments: [step.name])
        }
        try db.checkForeignKeys()
    }

    /// Throws `store_damaged` when the file is a database of something else.
    static func find(_ db: Database, path: String) throws -> Found {
        // GRDB made tables of its own before the first migration; an `init` that ended there has made nothing yet.
        let tables = try Int64.fetchOne(
            db,
            sql: "SELECT count(*) FROM sqlite_schema WHERE tbl_name NOT GLOB 'grdb_*' AND tbl_name NOT GLOB 'sqlite_*'")
        if tables == 0 { return .empty }
        guard try Int64.fetchOne(db, sql: "PRAGMA application_id") == applicationID else {
            throw StoreError.damaged("it is another program's database", path: path)
        }
        let applied = try applied(db)
        let known = Set(steps.map(\.name))
        if !applied.isSubset(of: known) {
            return .newer(applied.compactMap { Int($0.dropFirst()) }.max() ?? version + 1)
        }
        return applied == known ? .current : .older(applied.count)
    }
}
