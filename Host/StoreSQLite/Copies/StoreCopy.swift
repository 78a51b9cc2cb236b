import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

/// A copy of a store with its manifest, as it is read and held against what it says of itself.
///
/// It comes from anywhere: its schema is compared word for word with those that this version knows before a row of it
/// is read, the table that names its version too, so that no trigger, view or generated column of somebody else's ever
/// runs.
enum StoreCopy {
    private static let table =
        "CREATE TABLE backup_manifest (id INTEGER PRIMARY KEY CHECK (id = 1), content TEXT NOT NULL) STRICT"

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
            throw invalid(
                name, "it is not there, may not be read by this user, or is no regular file; a link is not followed")
        }
        let head = try? FileHandle(fileDescriptor: file, closeOnDealloc: true).read(upToCount: 20)
        guard let head, head.count == 20, head.starts(with: Data("SQLite format 3\0".utf8)) else {
            throw invalid(name, "it is not a copy of a store")
        }
        // Bytes 18 and 19 say whether there is a log beside the file.
        guard head[18] == 1, head[19] == 1 else {
            throw invalid(
                name, "it is a store itself or a plain copy of one; make a backup of it with `patchbay backup`")
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
        let version = try version(of: db, path: path, name: name)
        let problems = try SQLiteConnection.integrityProblems(db)
        guard problems.isEmpty else { throw invalid(name, "it is damaged. \(problems[0])") }
        let kept = try manifest(in: db, name: name)
        let found = try manifest(counting: db, madeAt: kept.madeAt, madeBy: kept.madeBy)
        guard kept == found, kept.schema == version else {
            throw invalid(name, "what it says of itself does not fit what it holds: it was changed after it was made")
        }
        return SoundBackup(manifest: kept, root: try rootKey(db), dataKeys: try SQLiteStore.dataKeys(db))
    }

    /// Which version's schema it has, by its words alone; only then is it asked what it says it has.
    private static func version(of db: Database, path: String, name: String) throws -> Int {
        guard try Int64.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") != 0 else {
            throw invalid(name, "it is empty")
        }
        var text = try SchemaText(db)
        let isNamed = text.has(table: Schema.versionsTable, words: Schema.versionsTableSQL)
        _ = text.remove(table: "backup_manifest", words: table)
        let version = try (1...Schema.version).reversed().first { try SchemaText(ofVersion: $0) == text }
        // What a newer version made has other tables, and says so in the one table that every version has in the same
        // words.
        guard isNamed else { throw invalid(name, "its tables are not those of any schema") }
        switch try Schema.find(db, path: path) {
        case .current where version == Schema.version: return Schema.version
        case .older(let older) where version == older: return older
        case .newer(let newer):
            throw StoreError(
                .storeTooNew,
                "The backup \(name) has schema \(newer), this Patchbay knows \(Schema.version): a newer one made it. "
                    + "Upgrade Patchbay."
            )
        case .empty: throw invalid(name, "it is empty")
        case .current: throw invalid(name, "its tables are not those of schema \(Schema.version)")
        case .older(let older): throw invalid(name, "its tables are not those of schema \(older)")
        }
    }

    /// Takes the manifest out of a copy that becomes a store.
    static func removeManifest(_ db: Database) throws { try db.execute(sql: "DROP TABLE backup_manifest") }

    private static func manifest(in db: Database, name: String) throws -> BackupManifest {
        guard try db.tableExists("backup_manifest") else {
            throw invalid(name, "it has no manifest: it was not made with `patchbay backup`")
        }
        let text = try String.fetchOne(
            db, sql: "SELECT content FROM backup_manifest WHERE length(content) <= ?",
            arguments: [Limits.backupManifestBytesMax])
        guard let text, let manifest = try? JSONDecoder().decode(BackupManifest.self, from: Data(text.utf8)) else {
            throw invalid(name, "its manifest cannot be read")
        }
        guard manifest.format == BackupManifest.currentFormat else {
            throw invalid(
                name, "its manifest has format \(manifest.format); a newer Patchbay made it: upgrade Patchbay")
        }
        return manifest
    }

    private static func manifest(counting db: Database, madeAt: Timestamp, madeBy: String) throws -> BackupManifest {
        func count(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: "SELECT count(*) FROM " + sql) ?? 0 }
        let states = try db.rows("SELECT state, count(*) FROM delivery GROUP BY state") {
            (try $0.text(0), Int(try $0.number(1)))
        }
        let version: Int =
            switch try Schema.find(db, path: "") {
            case .older(let older): older
            default: Schema.version
            }
        let columns = try db.columns(in: "token").map(\.name)
        return BackupManifest(
            madeAt: madeAt, madeBy: madeBy, storeID: try String.fetchOne(db, sql: "SELECT store_id FROM meta") ?? "",
            schema: version,
            keyID: try rootKey(db)?.keyID, dataKeys: try SQLiteStore.dataKeys(db).map(\.number),
            integrations: try count("integration"), tokens: try count("token"),
            refreshableTokens: columns.contains("issued_at_ms") ? try count("token WHERE issued_at_ms IS NOT NULL") : 0,
            tasks: try count("task"), deliveries: Dictionary(uniqueKeysWithValues: states))
    }

    /// The first schemas had no column for the keys that last.
    static func rootKey(_ db: Database) throws -> RootKeyRecord? {
        let lasting = try db.columns(in: "root_key").contains { $0.name == "lasting_keys" } ? "lasting_keys" : "NULL"
        return try db.first("SELECT key_id, check_value, \(lasting) FROM root_key", [], SQLiteStore.root)
    }

    static func invalid(_ name: String, _ why: String) -> StoreError {
        StoreError(.backupInvalid, "\(name) cannot be restored: \(why). Nothing was changed.")
    }

    /// What is wrong with a copy is never said of the store.
    static func translated(_ error: any Error, path: String, name: String) -> StoreError {
        let mapped = StoreError(mapping: error, path: path)
        switch mapped.code {
        case .storeDamaged:
            return StoreError(
                .backupInvalid, invalid(name, "it is damaged, or is no copy of a store").message, cause: mapped.cause)
        case .storeReadOnly:
            return StoreError(
                .backupInvalid, invalid(name, "it cannot be read, or another program was writing it").message,
                cause: mapped.cause)
        default: return mapped
        }
    }
}
