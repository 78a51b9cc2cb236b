import Foundation
import GRDB
import PatchbayModel
import PatchbayStore
import Testing

@testable import PatchbayStoreSQLite

@Suite("The SQLite store opens only what it should")
struct SQLiteOpeningTests {
    let folder: ScratchFolder
    var path: String { folder.file("store.db") }

    init() throws { folder = try ScratchFolder() }

    func open(_ mode: StoreOpenMode = .existing) async throws -> SQLiteStore {
        try await SQLiteStore.open(path: path, mode: mode, busyTimeout: .milliseconds(50))
    }

    /// Makes a store, runs `sql` in it and closes it.
    func makeStore(_ sql: String = "") async throws {
        let store = try await open(.create)
        try await store.pool.writeWithoutTransaction { try $0.execute(sql: sql) }
        try await store.close()
    }

    func permissions(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test("a new store is for its owner only, and its id stays")
    func create() async throws {
        let store = try await open(.create)
        _ = try await store.addIntegration("a")
        for file in [path, path + "-wal", path + "-shm"] { #expect(try permissions(file) == 0o600) }
        #expect(try await store.problems() == [])
        try await store.close()
        for mode in [StoreOpenMode.create, .existing] {
            let again = try await open(mode)
            #expect(again.storeID == store.storeID)
            #expect(try await again.integrations().map(\.name) == ["a"])
            try await again.close()
        }
    }

    @Test("a file that others may read is named as a problem")
    func looseMode() async throws {
        try await makeStore()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        let store = try await open()
        #expect(try await store.problems().contains { $0.contains("chmod 600") })
        try await store.close()
    }

    @Test("a missing store, a missing directory and an empty file are not a store")
    func missing() async throws {
        await expectCode(.storeMissing) { _ = try await open() }
        await expectCode(.storeMissing) { _ = try await Upgrade.run(path) }
        await expectCode(.storeMissing) {
            _ = try await SQLiteStore.open(path: folder.file("no/store.db"), mode: .create)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
        try Data().write(to: URL(fileURLWithPath: path))
        await expectCode(.storeMissing) { _ = try await open() }
        #expect(try await SQLiteStore.schemaVersion(ofFileAt: path) == 0)
    }

    @Test("neither a link nor a directory is followed")
    func irregular() async throws {
        let real = folder.file("real.db")
        try await SQLiteStore.open(path: real, mode: .create).close()
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: real)
        await expectCode(.storeFailed) { _ = try await open() }
        await expectCode(.storeFailed) { _ = try await open(.create) }
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        await expectCode(.storeFailed) { _ = try await open(.create) }
    }

    @Test("a newer schema is refused in every mode and left as it is")
    func newer() async throws {
        try await makeStore("INSERT INTO grdb_migrations VALUES ('v7')")
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        for mode in [StoreOpenMode.existing, .create] {
            await expectCode(.storeTooNew) { _ = try await open(mode) }
        }
        await expectCode(.storeTooNew) { _ = try await Upgrade.run(path) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        #expect(try await SQLiteStore.schemaVersion(ofFileAt: path) == 7)
    }

    @Test("an older schema asks for migrate in every mode, and is left as it is")
    func older() async throws {
        try await makeStore("DELETE FROM grdb_migrations WHERE identifier > 'v4'")
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        for mode in [StoreOpenMode.existing, .create] {
            await expectCode(.storeTooOld) { _ = try await open(mode) }
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test("another program's database is refused and left as it is")
    func foreign() async throws {
        try await makeStore("PRAGMA application_id = 1")
        await expectCode(.storeDamaged) { _ = try await open(.create) }
    }

    @Test("a store whose making was cut short is made anew")
    func cutShort() async throws {
        // What is there before the first migration commits.
        try await makeHalf()
        await expectCode(.storeMissing) { _ = try await open() }
        let store = try await open(.create)
        #expect(try await store.integrations().isEmpty)
        try await store.close()
    }

    /// A store without its own tables.
    func makeHalf() async throws {
        let store = try await open(.create)
        let names = try await store.read { db in
            try db.rows(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name <> "
                    + "'grdb_migrations'"
            ) {
                try $0.text(0)
            }
        }
        try await store.pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            for name in names { try db.execute(sql: "DROP TABLE \(name)") }
            try db.execute(sql: "DELETE FROM grdb_migrations; PRAGMA application_id = 0")
        }
        try await store.close()
    }

    @Test("a file that is no database, or is cut, is damaged")
    func damaged() async throws {
        try Data(repeating: 0x41, count: 8_192).write(to: URL(fileURLWithPath: path))
        await expectCode(.storeDamaged) { _ = try await open() }
        try FileManager.default.removeItem(atPath: path)
        try await makeStore()
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.truncate(atOffset: 4_096)
        try file.close()
        await expectCode(.storeDamaged) { _ = try await open() }
    }

    @Test("a damaged page is reported, not believed")
    func damagedPage() async throws {
        let store = try await open(.create)
        let a = try await store.addIntegration("a").id
        for start in stride(from: 0, to: 1_000, by: 500) {
            try await store.importPlain((start..<start + 500).map { "task \($0)" }, to: [a])
        }
        let root = try await store.read { db in
            try db.first("SELECT rootpage FROM sqlite_schema WHERE name = 'task'") { try $0.number(0) }
        }
        try await store.close()
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seek(toOffset: UInt64(try #require(root) - 1) * 4_096)
        try file.write(contentsOf: Data(repeating: 0xEE, count: 4_096))
        try file.close()
        let again = try await open()
        await expectCode(.storeDamaged) { _ = try await again.tasks(TaskFilter(), after: 0, limit: 10) }
        #expect(try await !again.problems().isEmpty)
        try await again.close()
    }

    @Test("two processes may make one store at the same time")
    func together() async throws {
        let path = path
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let store = try await SQLiteStore.open(path: path, mode: .create)
                    try await store.close()
                    return store.storeID
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
    }

    @Test("what another process made since the file was looked at is not made again")
    func madeMeanwhile() async throws {
        try await makeHalf()
        let path = path
        let queue = try DatabaseQueue(path: path)
        try await queue.writeWithoutTransaction { db in
            #expect(try !db.tableExists("task"))
            try Schema.migrate(DatabaseQueue(path: path))
            try db.inTransaction(.immediate) {
                try Schema.apply(db)
                return .commit
            }
        }
        try queue.close()
        let store = try await open()
        #expect(try await store.problems() == [])
        try await store.close()
    }
}
