import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

/// Puts a backup in the place of a store, in steps any of which may be the last: at each moment there is the old store,
/// whole, or the new one, and no log of the one beside the file of the other.
package final class StoreRestore: Sendable {
    /// What came of it.
    package struct Report: Sendable {
        /// Deliveries that are looked up before anything is sent for them.
        package let unsettled: Int
        /// Where the store is that was there before; nil when there was none.
        package let aside: String?
    }

    package let backup: SoundBackup
    private let path: String
    private let staged: String
    private let name: String
    private let use: StoreUse

    /// Looks at a backup and changes nothing. Throws `backup_invalid`, `store_too_new`.
    package static func look(at file: String) async throws -> SoundBackup {
        try await Task.detached { try StoreCopy.check(path: file, name: file) }.value
    }

    /// Takes a store for itself alone and brings the backup beside it, where it is checked: whatever becomes of `file`,
    /// that is restored. Throws `store_locked` while anybody uses the store, and as `look` does.
    package static func begin(_ file: String, store path: String) async throws -> StoreRestore {
        try await Task.detached { try StoreRestore(file, path) }.value
    }

    private init(_ file: String, _ path: String) throws {
        self.path = path
        name = file
        staged = path + ".restoring"
        if case .other = SQLiteFile.look(path) {
            throw StoreError(
                .storeFailed, "\(path) is not a regular file. Move it away, or name another home with --home.")
        }
        if FileSteps.isSame(file, staged) || FileSteps.isSame(file, path) {
            throw StoreCopy.invalid(
                file, "it is the store itself, or what a restore left that did not finish; name a backup")
        }
        use = try StoreUse.alone(of: path, to: "restore")
        DebugSeam.reached("T1")
        Self.removeStaged(staged)
        guard let source = FileSteps.open(file) else {
            throw StoreCopy.invalid(
                file, "it is not there, may not be read by this user, or is no regular file; a link is not followed")
        }
        defer { close(source) }
        do {
            guard let copy = try FileSteps.make(staged) else {
                throw StoreError(.storeFailed, "There is something at \(staged). Move it away, then restore again.")
            }
            defer { close(copy) }
            try FileSteps.copy(source, to: copy, path: staged)
            DebugSeam.reached("T2")
            backup = try StoreCopy.check(path: staged, name: file)
        } catch {
            Self.removeStaged(staged)
            throw error
        }
    }

    /// Leaves everything as it was.
    package func abandon() { Self.removeStaged(staged) }

    /// Makes a store of the copy and puts it in place. `event` goes into its trail.
    package func finish(event: EventRecord, chain: any EventSealing, now: Timestamp) async throws -> Report {
        try await Task.detached { try self.finishNow(event, chain, now) }.value
    }

    private func finishNow(_ event: EventRecord, _ chain: any EventSealing, _ now: Timestamp) throws -> Report {
        do {
            let unsettled = try makeStore(event, chain, now)
            try FileSteps.sync(staged)
            DebugSeam.reached("T3")
            let aside = try withOldStoreStill { try self.exchange(now) }
            return Report(unsettled: unsettled, aside: aside)
        } catch {
            Self.removeStaged(staged)
            throw StoreError(mapping: error, path: path)
        }
    }

    private func makeStore(_ event: EventRecord, _ chain: any EventSealing, _ now: Timestamp) throws -> Int {
        let queue = try DatabaseQueue(path: staged, configuration: StoreCopy.configuration(isReadOnly: false))
        defer { try? queue.close() }
        try queue.write { try StoreCopy.removeManifest($0) }
        try Schema.migrate(queue)
        let unsettled = try queue.write { db in
            let unsettled = try RestoredDeliveries.unsettle(db, backupMadeAt: backup.manifest.madeAt, now: now)
            try SQLiteStore.append(event, chain: chain, db)
            return unsettled
        }
        try queue.close()
        return unsettled
    }

    // MARK: The exchange

    /// Folds the old store's log into its file, which works only while nobody else has it open, and keeps others out
    /// meanwhile. A file that SQLite cannot read has nothing to fold.
    private func withOldStoreStill<Value>(_ body: () throws -> Value) throws -> Value {
        guard FileSteps.exists(path) else { return try body() }
        var configuration = StoreCopy.configuration(isReadOnly: false)
        configuration.busyMode = .timeout(0)
        let queue: DatabaseQueue
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.writeWithoutTransaction { try fold($0) }
        } catch {
            let mapped = StoreError(mapping: error, path: path)
            guard mapped.code == .storeDamaged else { throw mapped }
            return try body()
        }
        DebugSeam.reached("T4")
        return try queue.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN EXCLUSIVE")
            defer { try? db.execute(sql: "ROLLBACK") }
            return try body()
        }
    }

    private func fold(_ db: Database) throws {
        let isOurs = try Int64.fetchOne(db, sql: "PRAGMA application_id") == Schema.applicationID
        let isEmpty = try Int64.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
        guard isOurs || isEmpty else {
            throw StoreError(.storeFailed, "\(path) is another program's database. Name another home with --home.")
        }
        guard try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE") == "delete" else {
            throw StoreError(
                .storeLocked, "Another program uses the store at \(path). Let it finish or stop it, then restore again."
            )
        }
    }

    /// Keeps the old file under a second name and gives its own to the new one, which is one step.
    private func exchange(_ now: Timestamp) throws -> String? {
        forgetUnfinished()
        var aside: String?
        if FileSteps.exists(path) {
            let name = freeName(now)
            try FileSteps.giveSecondName(path, name)
            aside = name
            try FileSteps.syncFolder(of: path)
        }
        DebugSeam.reached("T5")
        do {
            // There is none but beside a file that could not be read, which is of no more use with it.
            for end in ["-wal", "-journal"] where FileSteps.exists(path + end) {
                try FileSteps.move(path + end, to: (aside ?? freeName(now)) + end)
            }
            FileSteps.remove(path + "-shm")
            try FileSteps.syncFolder(of: path)
            DebugSeam.reached("T6")
            try FileSteps.move(staged, to: path)
        } catch {
            if let aside, FileSteps.isSame(aside, path) { FileSteps.remove(aside) }
            throw error
        }
        DebugSeam.reached("T7")
        try FileSteps.syncFolder(of: path)
        return aside
    }

    /// A second name of the store that a restore gave it which then died.
    private func forgetUnfinished() {
        let folder = (path as NSString).deletingLastPathComponent
        let start = (path as NSString).lastPathComponent + ".before-restore-"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name.hasPrefix(start) {
            if FileSteps.isSame(folder + "/" + name, path) { FileSteps.remove(folder + "/" + name) }
        }
    }

    private func freeName(_ now: Timestamp) -> String {
        let time = now.text.filter { $0.isNumber || $0 == "T" || $0 == "Z" }
        let name = path + ".before-restore-" + time
        var number = 1
        while FileSteps.exists(number == 1 ? name : "\(name)-\(number)") { number += 1 }
        return number == 1 ? name : "\(name)-\(number)"
    }

    private static func removeStaged(_ path: String) {
        for end in ["", "-journal", "-wal", "-shm"] { FileSteps.remove(path + end) }
    }
}
