import Foundation
import GRDB
import PatchbayModel
import PatchbayStore
import Synchronization
import Testing

@testable import PatchbayStoreSQLite

/// Brings a store up to date as the command does.
enum Upgrade {
    static func run(_ path: String, isStopped: @escaping @Sendable () -> Bool = { false }) async throws
        -> StoreMigration.Report?
    {
        try await StoreMigration.run(store: path, madeBy: "test", actor: "somebody", isStopped: isStopped) { _ in
            PlainChain()
        }
    }
}

@Suite("Bringing a store up to date")
struct SQLiteUpgradeTests {
    private let folder: ScratchFolder
    private var path: String { folder.file("store.db") }
    private var backup: String { path + ".before-schema-\(Schema.version)" }

    init() throws { folder = try ScratchFolder() }

    /// A store of that version with some rows in it.
    private func make(version: Int, tasks: Int = 3) throws {
        let queue = try DatabaseQueue(path: path)
        try Schema.migrate(queue, upTo: version)
        try queue.write { db in
            for number in 0..<tasks {
                try db.execute(
                    sql:
                        "INSERT INTO task (id, title, priority, status, imported_at_ms) VALUES (?, 'T', 'none', "
                        + "'open', 1)",
                    arguments: ["t\(number)"])
            }
        }
        try queue.close()
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    private func schema() async throws -> Int { try await SQLiteStore.schemaVersion(ofFileAt: path) }

    /// What lies there, but for logs: whoever only reads a store cannot remove them.
    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm")
        }.sorted()
    }

    @Test("leaves a backup that can be restored, a line in the trail, and one file", arguments: 1..<6)
    func whole(version: Int) async throws {
        try make(version: version)
        let report = try #require(try await Upgrade.run(path))
        #expect(report.from == version && report.tasks == 3 && report.deliveries == 0 && !report.isOlderBackup)
        #expect(report.backup == backup)
        #expect(try await StoreRestore.look(at: backup).manifest.schema == version)
        #expect(try names() == ["store.db", "store.db.before-schema-\(Schema.version)", "store.db.lock"])
        let store = try await SQLiteStore.open(path: path, mode: .existing)
        #expect(try await store.problems() == [])
        #expect(try await store.events(limit: 1).map(\.action) == ["store_migrated"])
        try await store.close()
        #expect(try await Upgrade.run(path) == nil, "a second time changes nothing")
    }

    @Test("is one transaction, however many versions lie between: one that fails takes all with it")
    func oneTransaction() async throws {
        try make(version: 3)
        let queue = try DatabaseQueue(path: path)
        // What a later version of the schema makes, under the name that it needs.
        try await queue.write { try $0.execute(sql: "CREATE TABLE boot (x)") }
        #expect(throws: (any Error).self) { try Schema.migrate(queue) }
        #expect(try await queue.read { try Schema.applied($0) } == ["v1", "v2", "v3"])
        #expect(try await queue.read { try $0.columns(in: "delivery").map(\.name) }.contains("is_restored") == false)
        try queue.close()
        await expectCode(.storeDamaged) { _ = try await Upgrade.run(path) }
        #expect(try await schema() == 3)
        #expect(
            try names() == ["store.db", "store.db.lock"],
            "a store whose tables are not those of its version has no backup")
    }

    @Test("is refused at once while anybody uses the store, and not when it is up to date")
    func inUse() async throws {
        try make(version: 5)
        let use = try StoreUse.shared(of: path, busyTimeout: .zero)
        let start = ContinuousClock.now
        await expectCode(.storeLocked) { _ = try await Upgrade.run(path) }
        #expect(ContinuousClock.now - start < Limits.storeBusyTimeout, "it did not wait for the lock")
        #expect(try names() == ["store.db", "store.db.lock"])
        withExtendedLifetime(use) {}
        try FileManager.default.removeItem(atPath: path)
        let store = try await SQLiteStore.open(path: path, mode: .create)
        #expect(try await Upgrade.run(path) == nil)
        try await store.close()
    }

    @Test("may be told to stop until the commit, and then has changed nothing")
    func stopped() async throws {
        try make(version: 5)
        await expectCode(.cancelled) { _ = try await Upgrade.run(path, isStopped: { true }) }
        #expect(try await schema() == 5)
        // The backup was made by then, and the next try has no other.
        #expect(try await Upgrade.run(path)?.isOlderBackup == true)
        #expect(try names() == ["store.db", "store.db.before-schema-\(Schema.version)", "store.db.lock"])
    }

    @Test("takes a backup of a try before this one only for the very same state, and replaces nothing")
    func reuse() async throws {
        try make(version: 5)
        try "mine".write(toFile: backup, atomically: true, encoding: .utf8)
        let queue = try DatabaseQueue(path: path)
        _ = try StoreBackup.make(of: queue, at: backup + "-2", madeBy: "test", isStopped: { false })
        let bytes = try Data(contentsOf: URL(fileURLWithPath: backup + "-2"))
        try await queue.write { try $0.execute(sql: "UPDATE task SET title = 'U' WHERE id = 't1'") }
        // The same but for one value, which there is NULL.
        _ = try StoreBackup.make(of: queue, at: backup + "-3", madeBy: "test", isStopped: { false })
        try await queue.write { try $0.execute(sql: "UPDATE task SET description = '' WHERE id = 't1'") }
        _ = try StoreBackup.make(of: queue, at: backup + "-4", madeBy: "test", isStopped: { false })
        try queue.close()
        let report = try #require(try await Upgrade.run(path))
        #expect(report.isOlderBackup && report.backup == backup + "-4")
        #expect(try String(contentsOfFile: backup, encoding: .utf8) == "mine")
        #expect(try Data(contentsOf: URL(fileURLWithPath: backup + "-2")) == bytes)
        #expect(!FileManager.default.fileExists(atPath: backup + "-5"))
    }

    @Test("another program's change between backup and step is seen, and nothing is changed")
    func intruded() async throws {
        try make(version: 5)
        let path = path
        // Asked right before the step, when the backup is made.
        await expectCode(.storeLocked) {
            let asked = Asked()
            _ = try await Upgrade.run(
                path,
                isStopped: {
                    if asked.isFirst, let queue = try? DatabaseQueue(path: path) {
                        try? queue.write { try $0.execute(sql: "UPDATE task SET title = 'V'") }
                    }
                    return false
                })
        }
        #expect(try await schema() == 5)
    }

    private final class Asked: Sendable {
        private let flag = Atomic<Bool>(false)
        var isFirst: Bool { !flag.exchange(true, ordering: .relaxed) }
    }
}
