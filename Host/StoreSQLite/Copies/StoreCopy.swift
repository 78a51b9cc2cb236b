import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

/// A copy of a store with its manifest, as it is read and held against what it says of itself.
///
/// It comes from anywhere: its schema is compared word for word with the one of its version before a row of it is read, so that no
/// trigger, view or generated column of somebody else's ever runs.
enum StoreCopy {
    private static let table = "CREATE TABLE backup_manifest (id INTEGER PRIMARY KEY CHECK (id = 1), content TEXT NOT NULL) STRICT"

    /// Settings of a connection to a copy.
    static func configuration(isReadOnly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.label = "patchbay.copy"
        configuration.readonly = isReadOnly
        configuration.publicStatementArguments = false
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
        }
        return configuration
    }

    /// One file, whole in itself: without it the copy would ask for a log beside it.
    static func makeSingleFile(_ db: Database) throws {
        guard try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE") == "delete" else {
            throw StoreError(.storeFailed, "SQLite did not fold the copy's log into it. Try again.")
        }
    }

    static func writeManifest(_ db: Database, madeAt: Timestamp, madeBy: String) throws -> BackupManifest {
        let manifest = try manifest(counting: db, madeAt: madeAt, madeBy: madeBy)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try db.execute(sql: table)
        try db.execute(
            sql: "INSERT INTO backup_manifest (id, content) VALUES (1, ?)",
            arguments: [String(decoding: try encoder.encode(manifest), as: UTF8.self)])
        return manifest
    }

    /// What the file at `path` is, read only. `name` is what the user called it.
    static func check(path: String, name: String) throws -> SoundBackup {
        guard let file = FileSteps.open(path) else {
            throw invalid(name, "it is not there, may not be read by this user, or is no regular file; a link is not followed")
        }
        let head = try? FileHandle(fileDescriptor: file, closeOnDealloc: true).read(upToCount: 20)
        guard let head, head.count == 20, head.starts(with: Data("SQLite format 3\0".utf8)) else {
            throw invalid(name, "it is not a copy of a store")
        }
        // Bytes 18 and 19 say whether there is a log beside the file.
        guard head[18] == 1, head[19] == 1 else {
            throw invalid(name, "it is a store itself or a plain copy of one; make a backup of it with `patchbay backup`")
        }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration(isReadOnly: true))
            let sound = try queue.read { try check($0, path: path, name: name) }
            try queue.close()
            return sound
        } catch {
            throw translated(error, path: path, name: name)
        }
    }

    static func check(_ db: Database, path: String, name: String) throws -> SoundBackup {
        let version: Int
        switch try Schema.find(db, path: path) {
        case .empty: throw invalid(name, "it is empty")
        case .current: version = Schema.version
        case .older(let older): version = older
        case .newer(let newer):
            throw StoreError(
                .storeTooNew,
                "The backup \(name) has schema \(newer), this Patchbay knows \(Schema.version): a newer one made it. Upgrade Patchbay.")
        }
        guard try Schema.texts(db).subtracting([Schema.normal(table)]) == Schema.texts(ofVersion: version) else {
            throw invalid(name, "its tables are not those of schema \(version)")
        }
        let problems = try SQLiteConnection.integrityProblems(db)
        guard problems.isEmpty else { throw invalid(name, "it is damaged. \(problems[0])") }
        let kept = try manifest(in: db, name: name)
        let found = try manifest(counting: db, madeAt: kept.madeAt, madeBy: kept.madeBy)
        guard kept == found, kept.schema == version else {
            throw invalid(name, "what it says of itself does not fit what it holds: it was changed after it was made")
        }
        return SoundBackup(manifest: kept, root: try SQLiteStore.rootKey(db), dataKeys: try SQLiteStore.dataKeys(db))
    }

    /// Takes the manifest out of a copy that becomes a store.
    static func removeManifest(_ db: Database) throws { try db.execute(sql: "DROP TABLE backup_manifest") }

    private static func manifest(in db: Database, name: String) throws -> BackupManifest {
        guard try db.tableExists("backup_manifest") else {
            throw invalid(name, "it has no manifest: it was not made with `patchbay backup`")
        }
        let text = try String.fetchOne(
            db, sql: "SELECT content FROM backup_manifest WHERE length(content) <= ?", arguments: [Limits.backupManifestBytesMax])
        guard let text, let manifest = try? JSONDecoder().decode(BackupManifest.self, from: Data(text.utf8)) else {
            throw invalid(name, "its manifest cannot be read")
        }
        guard manifest.format == BackupManifest.currentFormat else {
            throw invalid(name, "its manifest has format \(manifest.format); a newer Patchbay made it: upgrade Patchbay")
        }
        return manifest
    }

    private static func manifest(counting db: Database, madeAt: Timestamp, madeBy: String) throws -> BackupManifest {
        func count(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: "SELECT count(*) FROM " + sql) ?? 0 }
        let states = try db.rows("SELECT state, count(*) FROM delivery GROUP BY state") { (try $0.text(0), Int(try $0.number(1))) }
        let version: Int =
            switch try Schema.find(db, path: "") {
            case .older(let older): older
            default: Schema.version
            }
        let columns = try db.columns(in: "token").map(\.name)
        return BackupManifest(
            madeAt: madeAt, madeBy: madeBy, storeID: try String.fetchOne(db, sql: "SELECT store_id FROM meta") ?? "", schema: version,
            keyID: try SQLiteStore.rootKey(db)?.keyID, dataKeys: try SQLiteStore.dataKeys(db).map(\.number),
            integrations: try count("integration"), tokens: try count("token"),
            refreshableTokens: columns.contains("issued_at_ms") ? try count("token WHERE issued_at_ms IS NOT NULL") : 0,
            tasks: try count("task"), deliveries: Dictionary(uniqueKeysWithValues: states))
    }

    static func invalid(_ name: String, _ why: String) -> StoreError {
        StoreError(.backupInvalid, "\(name) cannot be restored: \(why). Nothing was changed.")
    }

    /// What is wrong with a copy is never said of the store.
    static func translated(_ error: any Error, path: String, name: String) -> StoreError {
        let mapped = StoreError(mapping: error, path: path)
        switch mapped.code {
        case .storeDamaged:
            return StoreError(.backupInvalid, invalid(name, "it is damaged, or is no copy of a store").message, cause: mapped.cause)
        case .storeReadOnly:
            return StoreError(
                .backupInvalid, invalid(name, "it cannot be read, or another program was writing it").message, cause: mapped.cause)
        default: return mapped
        }
    }
}

extension Schema {
    /// The words that made each table, index and trigger, without the library's own.
    static func texts(_ db: Database) throws -> Set<String> {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT type, name, coalesce(sql, '') FROM sqlite_schema
                WHERE NOT (type IN ('table', 'index') AND (tbl_name = 'grdb_migrations' OR tbl_name GLOB 'sqlite_*'))
                    AND NOT (type = 'index' AND sql IS NULL)
                """)
        return Set(rows.map { row in normal(row[2] as String) })
    }

    static func texts(ofVersion version: Int) throws -> Set<String> {
        let queue = try DatabaseQueue()
        try migrator.migrate(queue, upTo: "v\(version)")
        return try queue.read { try texts($0) }
    }

    /// Another version of SQLite may quote and space a changed table's words differently.
    static func normal(_ text: String) -> String { text.filter { !$0.isWhitespace && $0 != "\"" } }
}
