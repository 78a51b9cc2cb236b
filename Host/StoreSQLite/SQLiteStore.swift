import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

/// What is expected of the file when a store is opened.
package enum StoreOpenMode: Sendable {
    /// Makes the file if it is missing. One that is there must have exactly this version's schema, and is left as it
    /// is: an older one is never changed without a backup, see `StoreMigration`.
    case create
    /// The file must be there with exactly this version's schema.
    case existing
}

/// The embedded driver: one SQLite file in WAL mode, every commit synced to disk.
///
/// One connection writes, a few read; GRDB gives each its own queue. Any number of stores, also in other processes, may
/// be open on one file.
package final class SQLiteStore: Store {
    package let storeID: String
    /// Where the file is.
    package let path: String
    let pool: DatabasePool
    private let commits: SharedCommits
    /// Until the store is let go of, which is after its connections are closed.
    private let use: StoreUse?

    private init(path: String, pool: DatabasePool, storeID: String, use: StoreUse?) {
        self.path = path
        self.use = use
        self.pool = pool
        commits = SharedCommits(pool: pool)
        self.storeID = storeID
    }

    /// Opens the store at `path`, whose directory must exist.
    ///
    /// A writer waits `busyTimeout` for another one. Throws `StoreError`: `store_missing`, `store_too_old`,
    /// `store_too_new`, `store_locked`, `store_damaged`, `store_full`, `store_read_only` or `store_failed`.
    package static func open(
        path: String, mode: StoreOpenMode, busyTimeout: Duration = Limits.storeBusyTimeout
    ) async throws -> SQLiteStore {
        let start = ContinuousClock.now
        while true {
            do {
                return try await openOnce(path: path, mode: mode, busyTimeout: busyTimeout)
            } catch {
                let error = StoreError(mapping: error, path: path)
                // While another process turns a new file to WAL, SQLite gives up at once instead of asking the busy
                // handler.
                guard error.code == .storeLocked, ContinuousClock.now - start < busyTimeout else { throw error }
                usleep(Limits.storeBusyPollMicroseconds)
            }
        }
    }

    private static func openOnce(path: String, mode: StoreOpenMode, busyTimeout: Duration) async throws -> SQLiteStore {
        if mode != .create { try SQLiteFile.check(path: path) }
        let use = try StoreUse.shared(of: path, busyTimeout: busyTimeout)
        try SQLiteFile.prepare(path: path, mode: mode)
        let pool = try DatabasePool(path: path, configuration: SQLiteConnection.configuration(busyTimeout: busyTimeout))
        if mode == .create { try Schema.migrate(pool) }
        let storeID = try await pool.writeWithoutTransaction { db in
            try SQLiteConnection.makeDurable(db)
            return try String.fetchOne(db, sql: "SELECT store_id FROM meta")
        }
        guard let storeID else { throw StoreError.damaged("the store has lost its own id", path: path) }
        return SQLiteStore(path: path, pool: pool, storeID: storeID, use: use)
    }

    /// The schema this version of Patchbay reads and writes.
    package static var schemaVersion: Int { Schema.version }

    /// The schema of the file at `path`, 0 for an empty one; reads only. Throws `StoreError` as `open` does.
    package static func schemaVersion(ofFileAt path: String) async throws -> Int {
        do {
            try SQLiteFile.check(path: path)
            let use = try StoreUse.shared(of: path, busyTimeout: Limits.storeBusyTimeout)
            defer { withExtendedLifetime(use) {} }
            switch try SQLiteFile.schema(path: path) {
            case .empty: return 0
            case .older(let version), .newer(let version): return version
            case .current: return Schema.version
            }
        } catch {
            throw StoreError(mapping: error, path: path)
        }
    }

    package func close() async throws {
        // Readers first: the writer, if it is the last connection of all, then folds the log back into the file.
        pool.releaseMemory()
        do { try pool.close() } catch { throw StoreError(mapping: error, path: path) }
    }

    package func problems() async throws -> [String] {
        var found: [String]
        do {
            found = try await read { try SQLiteConnection.integrityProblems($0) + SQLiteConnection.settingProblems($0) }
        } catch let error as StoreError where error.code == .storeDamaged {
            found = [error.message]
        }
        found += try await transaction { db in
            try SQLiteConnection.settingProblems(db) + SQLiteConnection.durabilityProblems(db)
        }
        return Array(Set(found)).sorted() + SQLiteFile.modeProblems(path: path)
    }

    /// Reads one consistent state. A cancelled caller gets `cancelled`.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do { return try await pool.read(body) } catch { throw StoreError(mapping: error, path: path) }
    }

    /// One transaction that takes the write lock at its start, so that it never has to give up half-way; it is not
    /// cancelled with its caller. Callers at the same time may share one, see `SharedCommits`: `body` changes nothing
    /// but the database.
    func transaction<Value: Sendable>(
        company: Int = 1, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        do { return try await commits.transaction(company: company, body) } catch {
            throw StoreError(mapping: error, path: path)
        }
    }
}
