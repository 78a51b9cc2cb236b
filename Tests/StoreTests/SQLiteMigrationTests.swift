import Foundation
import GRDB
import PatchbayModel
import PatchbayStore
import Testing

@testable import PatchbayStoreSQLite

@Suite("A store of an earlier version")
struct SQLiteMigrationTests {
    @Test("is brought up to date with all that it holds, and what waits is sent in turns")
    func fromFirst() async throws {
        let folder = try ScratchFolder()
        let path = folder.file("store.db")
        try Self.makeFirst(at: path)
        await expectCode(.storeTooOld) { _ = try await SQLiteStore.open(path: path, mode: .existing) }
        let store = try await SQLiteStore.open(path: path, mode: .migrate)
        #expect(try await store.problems() == [])
        #expect(try await store.take(1, limit: 5).map(\.task.id) == ["a1", "b1", "a2", "b2", "a3"])
        _ = try await store.importPlain(["b3"], meeting: "b", to: [1])
        #expect(try await store.task(id: "done")?.deliveries.first?.externalID == "X-1")
        try await store.close()
    }

    /// A store as version 1 made it: two meetings, one after the other, and a delivered task.
    private static func makeFirst(at path: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { db in
            try db.execute(sql: SchemaV1.sql + "\nPRAGMA application_id = \(Schema.applicationID);")
            try db.execute(
                sql: """
                    CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
                    INSERT INTO grdb_migrations VALUES ('v1');
                    INSERT INTO meta VALUES (1, '11111111-1111-4111-8111-111111111111', 0);
                    INSERT INTO integration (name, type, settings, is_active, facts, created_at_ms) VALUES ('asana', 'asana', '{}', 1, '{}', 0);
                    """)
            for (row, task) in ["a1", "a2", "a3", "b1", "b2", "done"].enumerated() {
                let meeting = String(task.prefix(1))
                try db.execute(
                    sql: """
                        INSERT INTO task (id, meeting_id, title, priority, status, imported_at_ms) VALUES (?, ?, 'x', 'none', 'open', 0)
                        """, arguments: [task, meeting])
                try db.execute(
                    sql: """
                        INSERT INTO delivery (task_row, integration_id, delivery_id, state, priority_rank, due_rank, meeting_id, external_id)
                        VALUES (?, 1, ?, ?, 4, '9999-99-99', ?, ?)
                        """,
                    arguments: [
                        row + 1, "22222222-2222-4222-8222-22222222222\(row)", task == "done" ? "delivered" : "pending", meeting,
                        task == "done" ? "X-1" : nil,
                    ])
            }
        }
        try queue.close()
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
}
