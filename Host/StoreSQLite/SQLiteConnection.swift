import Foundation
import GRDB
import PatchbayModel
import PatchbayStore
import Synchronization

/// How every connection is set up, and that it really is.
enum SQLiteConnection {
    /// For the writer and all readers; `synchronous` of the writer follows in `makeDurable`.
    static func configuration(busyTimeout: Duration) -> Configuration {
        var configuration = Configuration()
        configuration.label = "patchbay.store"
        configuration.foreignKeysEnabled = true
        // Row values stay out of errors and logs.
        configuration.publicStatementArguments = false
        configuration.maximumReaderCount = Limits.storeReadersMax
        let patience = BusyPatience(limit: busyTimeout)
        configuration.busyMode = .callback { patience.waitsOn(tries: $0) }
        configuration.prepareDatabase { db in
            if db.configuration.readonly {
                try db.execute(
                    sql: "PRAGMA busy_timeout = \(max(0, min(busyTimeout.wholeMilliseconds, Int64(Int32.max))))")
            } else {
                // Negative means KiB. The second bounds the write-ahead log, and how often a page that changes often is
                // copied back.
                try db.execute(
                    sql:
                        "PRAGMA cache_size = -\(Limits.storeCacheKiB); PRAGMA wal_autocheckpoint = "
                        + "\(Limits.storeCheckpointPages)"
                )
            }
            try db.execute(sql: "PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
            try refuse(settingProblems(db))
        }
        return configuration
    }

    /// Every commit is on disk when it returns; GRDB's own choice for WAL would leave the last ones to chance. Read
    /// back.
    static func makeDurable(_ db: Database) throws {
        try db.execute(sql: "PRAGMA synchronous = FULL")
        try refuse(settingProblems(db) + durabilityProblems(db))
    }

    private static func refuse(_ problems: [String]) throws {
        guard problems.isEmpty else { throw StoreError(.storeFailed, problems.joined(separator: " ")) }
    }

    /// Settings that each connection has for itself.
    static func settingProblems(_ db: Database) throws -> [String] {
        let wanted: [(name: String, value: Int64, consequence: String)] = [
            ("foreign_keys", 1, "rows could point to nothing"),
            ("secure_delete", 1, "removed tokens could stay in the file"),
            ("trusted_schema", 0, "a tampered schema could call functions"),
            ("ignore_check_constraints", 0, "a token row could be written that does not fit"),
        ]
        return try wanted.compactMap { name, value, consequence in
            let found = try Int64.fetchOne(db, sql: "PRAGMA \(name)")
            return found == value
                ? nil
                : "SQLite did not take the setting \(name) = \(value): \(consequence). Use a SQLite library that "
                    + "supports it."
        }
    }

    /// Settings of the connection that writes.
    static func durabilityProblems(_ db: Database) throws -> [String] {
        var found: [String] = []
        if try String.fetchOne(db, sql: "PRAGMA journal_mode") != "wal" {
            found.append("The store is not in WAL mode. Keep it on a local file system.")
        }
        if try Int64.fetchOne(db, sql: "PRAGMA synchronous") != 2 {
            found.append("SQLite did not take synchronous = FULL: a power cut could lose outcomes.")
        }
        return found
    }

    /// What SQLite itself and the schema's own rules say about the content.
    static func integrityProblems(_ db: Database) throws -> [String] {
        var found: [String] = []
        // Not of what is attached to it.
        let words = try String.fetchAll(db, sql: "PRAGMA main.integrity_check(\(Limits.storeProblemsMax))")
        if words != ["ok"] {
            found += words.map { "The store's file is damaged (\($0)). Restore it from a backup." }
        }
        let dangling = try String.fetchAll(
            db, sql: "SELECT DISTINCT \"table\" FROM pragma_foreign_key_check LIMIT \(Limits.storeProblemsMax)")
        found += dangling.map { "Rows of \($0) point to rows that are gone. Restore the store from a backup." }
        let keyless = try Bool.fetchOne(
            db,
            sql: "SELECT EXISTS (SELECT 1 FROM token) AND NOT EXISTS (SELECT 1 FROM data_key WHERE state = 'primary')")
        if keyless == true { found.append("The store holds tokens but no primary key. Restore it from a backup.") }
        return found
    }
}

/// How long one writer waits for others: SQLite asks after each failed try whether to go on.
private final class BusyPatience: Sendable {
    private let limit: Duration
    private let since = Mutex<ContinuousClock.Instant?>(nil)

    init(limit: Duration) { self.limit = limit }

    /// Pauses and says true until the limit is reached. Called on the writer's own queue only.
    func waitsOn(tries: Int) -> Bool {
        let start = since.withLock { since in
            let now = ContinuousClock.now
            if tries == 0 { since = now }
            return since ?? now
        }
        guard ContinuousClock.now - start < limit else { return false }
        usleep(Limits.storeBusyPollMicroseconds)
        return true
    }
}
