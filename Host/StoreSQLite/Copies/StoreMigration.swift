import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

/// Brings a store of an earlier version up to date: a backup first, then all versions in one transaction. Whatever ends
/// it, the store is the old one, whole, or the new one.
package struct StoreMigration: Sendable {
    /// What came of it.
    package struct Report: Sendable {
        package let from: Int
        /// The way back: a backup of the store as it was.
        package let backup: String
        /// A try before this one made it, of the same state.
        package let isOlderBackup: Bool
        package let tasks: Int
        package let deliveries: Int
        package let duration: Duration
    }

    private let path: String
    private let madeBy: String
    private let actor: String
    private let isStopped: @Sendable () -> Bool
    private let chain: @Sendable (SoundBackup) -> any EventSealing

    /// Nil, and nothing changed, when the store is up to date. Holds it alone; throws `store_locked` at once while
    /// anybody uses it, `store_full` when there is not the room, `store_damaged` when it does not pass the checks of
    /// its backup, `cancelled` until the commit, and what opening a store throws. After each of them the store is as it
    /// was; a backup that was made by then is left for the next try.
    ///
    /// `actor` and the chain, which is asked for with what the store says of its keys, are for the line in its trail.
    package static func run(
        store path: String, madeBy: String, actor: String, isStopped: @escaping @Sendable () -> Bool = { false },
        chain: @escaping @Sendable (SoundBackup) -> any EventSealing
    ) async throws -> Report? {
        let migration = StoreMigration(path: path, madeBy: madeBy, actor: actor, isStopped: isStopped, chain: chain)
        return try await Task.detached {
            do { return try migration.run() } catch { throw StoreError(mapping: error, path: path) }
        }.value
    }

    private func run() throws -> Report? {
        let start = ContinuousClock.now
        guard try isOlder() else { return nil }
        let use = try StoreUse.alone(of: path, to: "migrate")
        defer { withExtendedLifetime(use) {} }
        // Another one may have been first.
        guard let version = try SQLiteFile.olderSchema(path: path) else { return nil }
        let queue = try open()
        defer { try? queue.close() }
        DebugSeam.reached("M1")
        let before = try backup(queue, version)
        DebugSeam.reached("M2")
        try queue.writeWithoutTransaction { try takeStep($0, before) }
        DebugSeam.reached("M4")
        #if DEBUG
            CommitDeath.committed()
        #endif
        // What is left in the log is folded in by whoever opens the store next.
        try? queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA main.wal_checkpoint(TRUNCATE)") }
        try? queue.close()
        DebugSeam.reached("M5")
        let manifest = before.sound.manifest
        return Report(
            from: version, backup: before.file, isOlderBackup: before.isOlder, tasks: manifest.tasks,
            deliveries: manifest.deliveries.values.reduce(0, +), duration: ContinuousClock.now - start)
    }

    /// Looked at together with whoever uses the store: one that is up to date may be in use.
    private func isOlder() throws -> Bool {
        try SQLiteFile.check(path: path)
        let use = try StoreUse.shared(of: path, busyTimeout: .zero)
        defer { withExtendedLifetime(use) {} }
        return try SQLiteFile.olderSchema(path: path) != nil
    }

    /// The one connection to the store. Throws `store_locked` at once while another program, which knows nothing of our
    /// lock, writes.
    private func open() throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: path, configuration: SQLiteConnection.configuration(busyTimeout: .zero))
        try queue.writeWithoutTransaction { db in
            // A restore that died may have left it without a log.
            try db.execute(sql: "PRAGMA journal_mode = WAL")
            try SQLiteConnection.makeDurable(db)
            try db.execute(sql: "BEGIN IMMEDIATE; ROLLBACK")
        }
        return queue
    }

    // MARK: The backup

    private struct Before {
        let file: String
        let sound: SoundBackup
        let isOlder: Bool
    }

    /// A backup of the store as it is: one that a try before this one made and did not come to use, else a new one.
    /// Nothing is replaced.
    private func backup(_ queue: DatabaseQueue, _ version: Int) throws -> Before {
        var number = 1
        var file = path + ".before-schema-\(Schema.version)"
        while FileSteps.exists(file) {
            if let sound = try same(file, queue, version) {
                try checkRoom(queue, copies: Limits.migrationCopies)
                // Whoever made it may have died before it was surely on disk.
                try FileSteps.sync(file)
                try FileSteps.syncFolder(of: file)
                return Before(file: file, sound: sound, isOlder: true)
            }
            number += 1
            file = path + ".before-schema-\(Schema.version)-\(number)"
        }
        try checkRoom(queue, copies: Limits.migrationCopies + 1)
        do {
            let manifest = try StoreBackup.make(of: queue, at: file, madeBy: madeBy, isStopped: isStopped)
            let sound = try queue.read { db in
                SoundBackup(manifest: manifest, root: try StoreCopy.rootKey(db), dataKeys: try SQLiteStore.dataKeys(db))
            }
            return Before(file: file, sound: sound, isOlder: false)
        } catch let error as StoreError where error.code == .backupInvalid {
            throw StoreError(
                .storeDamaged,
                "The store at \(path) does not pass the checks of its own backup, and was left as it is. Run `patchbay "
                    + "doctor` with the "
                    + "version that made it.", cause: error.message)
        }
    }

    /// What the file says of itself, if it is a whole backup of just this state of the store.
    private func same(_ file: String, _ queue: DatabaseQueue, _ version: Int) throws -> SoundBackup? {
        guard let sound = try? StoreCopy.check(path: file, name: file), sound.manifest.schema == version else {
            return nil
        }
        return try queue.writeWithoutTransaction { db in
            try attach(file, db)
            defer { try? db.execute(sql: "DETACH DATABASE before") }
            return try SameContents.difference(db, from: "before") == nil ? sound : nil
        }
    }

    private func attach(_ file: String, _ db: Database) throws {
        try db.execute(sql: "ATTACH DATABASE ? AS before", arguments: [file])
    }

    /// Throws `store_full` unless there is room for so many copies of the store beside it.
    private func checkRoom(_ queue: DatabaseQueue, copies: Int64) throws {
        let used = try queue.read { db in
            try (Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0) * (Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
        }
        let facts = try? FileManager.default.attributesOfFileSystem(forPath: path)
        guard let free = (facts?[.systemFreeSize] as? NSNumber)?.int64Value else { return }
        let needed = used * copies + Limits.migrationRoomBytesMin
        guard free < needed else { return }
        func mebibytes(_ bytes: Int64) -> Int64 { (bytes + 1_048_575) / 1_048_576 }
        throw StoreError(
            .storeFull,
            "To bring the store at \(path) up to date needs \(mebibytes(needed)) MiB beside it, for its backup and its "
                + "log; only "
                + "\(mebibytes(free)) MiB are free. Free space, then try again. Nothing was changed.")
    }

    // MARK: The step

    /// Proves that the backup holds the store, changes the schema, proves that the store still holds what the backup
    /// does, and commits. Every statement on the way may be the last: SQLite then rolls all of it back.
    private func takeStep(_ db: Database, _ before: Before) throws {
        // Neither is possible within a transaction.
        try attach(before.file, db)
        try Schema.withoutForeignKeys(db) {
            // Deferred: to take the lock at once would take the backup's, too. The store is read first, and that
            // another program writes to it after that is an error when we do.
            try db.inTransaction(.deferred) {
                // One that is none of ours, and does not know our lock, may have come between.
                if let table = try SameContents.difference(db, from: "before") {
                    throw StoreError(
                        .storeLocked,
                        "Another program changed the store at \(path) meanwhile. Stop it, then try again.",
                        cause: "table \(table)")
                }
                try stopIfTold()
                try Schema.apply(db)
                try prove(db)
                try stopIfTold()
                let detail = "schema \(before.sound.manifest.schema) to \(Schema.version), backup \(before.file)"
                try SQLiteStore.append(
                    EventRecord(at: .now, actor: actor, action: "store_migrated", subject: path, detail: detail),
                    chain: chain(before.sound), db)
                DebugSeam.reached("M3")
                return .commit
            }
        }
    }

    private func prove(_ db: Database) throws {
        func fail(_ why: String) -> StoreError {
            StoreError(
                .storeFailed,
                "The store at \(path) was left as it is: brought up to date, it would not be whole. Please report "
                    + "this.",
                cause: why)
        }
        guard try SchemaText(db) == SchemaText(ofVersion: Schema.version) else {
            throw fail("the schema is another one")
        }
        if let table = try SameContents.difference(db, from: "before") {
            throw fail("table \(table) holds something else")
        }
        guard try !db.hasWritten(to: "before") else { throw fail("the backup was written to") }
        if let problem = try SQLiteConnection.integrityProblems(db).first { throw fail(problem) }
    }

    private func stopIfTold() throws {
        if isStopped() { throw StoreError(.cancelled, "It was stopped. The store is as it was.") }
    }
}
