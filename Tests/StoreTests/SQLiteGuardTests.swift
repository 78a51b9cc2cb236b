import Foundation
import PatchbayModel
import PatchbayStore
import Synchronization
import Testing

@testable import PatchbayStoreSQLite

@Suite("The SQLite store guards what it holds")
struct SQLiteGuardTests {
    let folder: ScratchFolder
    var path: String { folder.file("store.db") }

    init() throws { folder = try ScratchFolder() }

    func open() async throws -> SQLiteStore {
        try await SQLiteStore.open(path: path, mode: .create, busyTimeout: .milliseconds(50))
    }

    @Test("a store that another one keeps locked says so, and readers go on")
    func locked() async throws {
        let (holder, other) = (try await open(), try await open())
        let held = Mutex(false)
        let release = Mutex(false)
        let holding = Task {
            try await holder.transaction { _ in
                held.withLock { $0 = true }
                while !release.withLock({ $0 }) { usleep(100) }
            }
        }
        while !held.withLock({ $0 }) { await Task.yield() }
        await expectCode(.storeLocked) { _ = try await other.addIntegration("a") }
        #expect(try await other.integrations().isEmpty)
        release.withLock { $0 = true }
        try await holding.value
        _ = try await other.addIntegration("a")
        try await holder.close()
        try await other.close()
    }

    @Test("a full disk changes nothing and is named")
    func full() async throws {
        let store = try await open()
        let a = try await store.addIntegration("a").id
        try await store.pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA max_page_count = 1")  // SQLite takes what the file has now.
        }
        let long = String(repeating: "x", count: 100_000)
        let entry = TaskImport(task: TrackedTask(id: "t", title: "x", description: long), integrationIDs: [a])
        await expectCode(.storeFull) { _ = try await store.importTasks([entry], now: noon) }
        #expect(try await store.task(id: "t") == nil)
        try await store.close()
    }

    @Test("a connection that cannot write is read-only")
    func readOnly() async throws {
        let store = try await open()
        try await store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = ON") }
        await expectCode(.storeReadOnly) { _ = try await store.addIntegration("a") }
        try await store.close()
    }

    /// A whole row as the vault would never write it, by raw SQL.
    @Test(
        "the database itself refuses a token row that does not fit",
        arguments: [
            "text": ("'plain'", 2, 1), "short": ("zeroblob(151)", 2, 1), "zeros": ("zeroblob(152)", 2, 1),
            "uneven": ("x'A701010000000002' || x'0000000000000001' || zeroblob(137)", 2, 1),
        ].map { ($0.key, $0.value) })
    func rawMisfit(name: String, row: (blob: String, key: Int, generation: Int)) async throws {
        let store = try await open()
        let id = try await store.addIntegration("a").id
        try await store.installPrimaryKey()
        let error = await #expect(throws: StoreError.self) {
            try await store.transaction { db in
                try db.execute(
                    sql: """
                        INSERT INTO token (id, integration_id, kind, generation, key_number, origins, sealed, \
                        fingerprint, set_at_ms)
                        VALUES ('i', \(id), 'api-key', \(row.generation), \(row.key), '[]', \(row.blob), 'f', 0)
                        """)
            }
        }
        #expect(error?.cause?.contains("SQLite 275") == true || error?.cause?.contains("SQLite 3091") == true)
        #expect(error?.message.contains("plain") == false)
        #expect(try await store.tokens().isEmpty)
        try await store.close()
    }

    @Test(
        "the database itself refuses a change that breaks a token",
        arguments: [
            "UPDATE token SET generation = 2", "UPDATE token SET sealed = substr(sealed, 1, 151)",
            "UPDATE token SET sealed = CAST(x'A702' || substr(sealed, 3) AS BLOB)",
            "DELETE FROM data_key",
            "UPDATE data_key SET state = 'draining'; UPDATE token SET origins = '[\"https://evil\"]'",
            "UPDATE data_key SET state = 'draining'; UPDATE token SET sealed = sealed",
            "INSERT INTO data_key VALUES (3, 'primary', x'00', 0)",
            "INSERT INTO data_key VALUES (3, 'staged', x'00', 0); UPDATE token SET key_number = 3",
        ])
    func rawChange(sql: String) async throws {
        let store = try await open()
        let id = try await store.addIntegration("a").id
        try await store.installPrimaryKey()
        let token = SealedToken.shaped(integrationID: id)
        try await store.setToken(token)
        await expectCode(.storeFailed) { try await store.transaction { try $0.execute(sql: sql) } }
        #expect(try await store.tokens() == [token])
        try await store.close()
    }

    @Test("a token under a key that is no longer primary may still be marked as used")
    func drainingKey() async throws {
        let store = try await open()
        let id = try await store.addIntegration("a").id
        try await store.installPrimaryKey()
        let token = SealedToken.shaped(integrationID: id)
        try await store.setToken(token)
        try await store.transaction { try $0.execute(sql: "UPDATE data_key SET state = 'draining'") }
        try await store.markTokenUsed(id: token.id, at: noon)
        #expect(try await store.token(integrationID: id)?.lastUsedAt == noon)
        await expectCode(.tokenInvalid) { try await store.setToken(token) }
        try await store.close()
    }

    @Test("no error quotes a row")
    func quietErrors() async throws {
        let store = try await open()
        let secret = "canary-5e1f"
        let error = await #expect(throws: StoreError.self) {
            try await store.transaction { db in
                try db.run(
                    "INSERT INTO event (at_ms, actor, action, subject) VALUES (?, ?, ?, NULL)",
                    [secret, secret, secret])
            }
        }
        #expect(!String(reflecting: try #require(error)).contains(secret))
        try await store.close()
    }

    @Test("every connection has the settings that were asked for")
    func settings() async throws {
        let store = try await open()
        let names = ["foreign_keys", "secure_delete", "trusted_schema", "cell_size_check"]
        for name in names {
            let sql = "PRAGMA \(name)"
            let expected: Int64 = name == "trusted_schema" ? 0 : 1
            #expect(try await store.read { try $0.first(sql) { try $0.number(0) } } == expected)
            #expect(try await store.transaction { try $0.first(sql) { try $0.number(0) } } == expected)
        }
        #expect(try await store.transaction { try $0.first("PRAGMA synchronous") { try $0.number(0) } } == 2)
        try await store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = OFF") }
        #expect(try await store.problems().count == 1)
        try await store.close()
    }
}
