import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func importTasks(_ tasks: [TaskImport], now: Timestamp) async throws -> [TaskImportResult] {
        try await transaction { db in try Self.write(tasks, now: now, db) }
    }

    package func judgeTasks(_ tasks: [TaskImport], now: Timestamp) async throws -> [TaskImportResult] {
        try await transaction { db in
            var results: [TaskImportResult] = []
            try db.inSavepoint {
                results = try Self.write(tasks, now: now, db)
                return .rollback
            }
            return results
        }
    }

    private static func write(_ tasks: [TaskImport], now: Timestamp, _ db: Database) throws -> [TaskImportResult] {
        precondition(tasks.count <= Limits.importBatchTasks, "an import is written in batches")
        var results: [TaskImportResult] = []
        try db.inSavepoint {
            results = try write(tasks, holdsBack: false, now: now, db)
            return results.contains { $0.change == .aside } ? .rollback : .commit
        }
        guard results.contains(where: { $0.change == .aside }) else { return results }
        // Whoever says what those are that are left aside names the whole file again, which must make none of it twice.
        return try write(tasks, holdsBack: true, now: now, db)
    }

    private static func write(
        _ tasks: [TaskImport], holdsBack: Bool, now: Timestamp, _ db: Database
    ) throws -> [TaskImportResult] {
        let mover = try MovedDeliveryWriter(tasks, now: now, db)
        let queue = DeliveryQueue(db, mover: mover)
        let names = try integrationNames(db)
        let importer = TaskImporter(db: db, now: now, names: names, queue: queue, mover: mover, holdsBack: holdsBack)
        let results = try tasks.map(importer.write)
        try queue.write()
        return results
    }

    private static func integrationNames(_ db: Database) throws -> [Int64: String] {
        let names = try db.rows("SELECT id, name FROM integration") { (id: try $0.number(0), name: try $0.text(1)) }
        return Dictionary(uniqueKeysWithValues: names.map { ($0.id, $0.name) })
    }
}
