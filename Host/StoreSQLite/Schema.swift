import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

/// The schema's versions and how one becomes the next. A version that was released never changes; a new one is added below it.
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

    static var version: Int { migrator.migrations.count }

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { db in
            try db.execute(sql: SchemaV1.sql + "\nPRAGMA application_id = \(applicationID);")
            try db.execute(
                sql: "INSERT INTO meta (id, store_id, created_at_ms) VALUES (1, ?, ?)",
                arguments: [UUID().uuidString.lowercased(), Timestamp.now.milliseconds])
        }
        migrator.registerMigration("v2") { db in try db.execute(sql: SchemaV2.sql) }
        migrator.registerMigration("v3") { db in try db.execute(sql: SchemaV3.sql) }
        migrator.registerMigration("v4") { db in try db.execute(sql: SchemaV4.sql) }
        migrator.registerMigration("v5") { db in try db.execute(sql: SchemaV5.sql) }
        return migrator
    }

    /// Brings the schema up to date. Two processes may do it at once: each version is one transaction, and whoever finds that the other was
    /// first with one goes on behind it.
    static func migrate(_ pool: some DatabaseWriter) throws {
        var applied = -1
        while true {
            do {
                return try migrator.migrate(pool)
            } catch {
                let found = try pool.read { try migrator.appliedIdentifiers($0).count }
                guard found > applied else { throw error }
                applied = found
            }
        }
    }

    /// Throws `store_damaged` when the file is a database of something else.
    static func find(_ db: Database, path: String) throws -> Found {
        // GRDB makes tables of its own before the first migration; an `init` that ended there has made nothing yet.
        let tables = try Int64.fetchOne(
            db, sql: "SELECT count(*) FROM sqlite_schema WHERE tbl_name NOT GLOB 'grdb_*' AND tbl_name NOT GLOB 'sqlite_*'")
        if tables == 0 { return .empty }
        guard try Int64.fetchOne(db, sql: "PRAGMA application_id") == applicationID else {
            throw StoreError.damaged("it is another program's database", path: path)
        }
        let applied = try migrator.appliedIdentifiers(db)
        let known = Set(migrator.migrations)
        if !applied.isSubset(of: known) {
            return .newer(applied.compactMap { Int($0.dropFirst()) }.max() ?? version + 1)
        }
        return applied == known ? .current : .older(applied.count)
    }
}
