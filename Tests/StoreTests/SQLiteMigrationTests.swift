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
        #expect(try await Upgrade.run(path)?.from == 1)
        let store = try await SQLiteStore.open(path: path, mode: .existing)
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
                    INSERT INTO integration (name, type, settings, is_active, facts, created_at_ms) VALUES ('asana', \
                    'asana', '{}', 1, '{}', 0);
                    """)
            for (row, task) in ["a1", "a2", "a3", "b1", "b2", "done"].enumerated() {
                let meeting = String(task.prefix(1))
                try db.execute(
                    sql: """
                        INSERT INTO task (id, meeting_id, title, priority, status, imported_at_ms) VALUES (?, ?, 'x', \
                        'none', 'open', 0)
                        """, arguments: [task, meeting])
                try db.execute(
                    sql: """
                        INSERT INTO delivery (task_row, integration_id, delivery_id, state, priority_rank, due_rank, \
                        meeting_id, external_id)
                        VALUES (?, 1, ?, ?, 4, '9999-99-99', ?, ?)
                        """,
                    arguments: [
                        row + 1, "22222222-2222-4222-8222-22222222222\(row)", task == "done" ? "delivered" : "pending",
                        meeting,
                        task == "done" ? "X-1" : nil,
                    ])
            }
        }
        try queue.close()
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    @Test("keeps each delivery as it was, its attempts, and which row numbers were used")
    func fromFourth() async throws {
        let folder = try ScratchFolder()
        let path = folder.file("store.db")
        try Self.makeFourth(at: path)
        let report = try #require(try await Upgrade.run(path))
        #expect(report.from == 4 && report.tasks == 7 && report.deliveries == 7)
        let store = try await SQLiteStore.open(path: path, mode: .existing)
        #expect(try await store.problems() == [])
        let a = try #require(try await store.integrations().first).id
        let states = try await store.counts(now: noon)[0].byState
        #expect(
            states == [.pending: 1, .waiting: 1, .sending: 1, .refused: 1, .unknown: 1, .cancelled: 1, .delivered: 1])
        let delivered = try await store.delivery("delivered", a)
        #expect(
            delivered.externalID == "ext" && delivered.displayID == "T-1" && delivered.attempts == 2
                && delivered.deliveredAt == noon)
        #expect(try await store.attempts(deliveryRow: delivered.row).map(\.outcome) == [.waiting, .delivered])
        let refused = try await store.delivery("refused", a)
        #expect(
            refused.errorCode == .taskRefused && refused.errorMessage == "too long" && refused.errorField == "title")
        // What waits is sent in its turn, and a late outcome of what was being sent still counts.
        let sending = try await store.delivery("sending", a)
        let late = DeliveryUpdate(row: sending.row, fence: 3, state: .refused, startedAt: noon, endedAt: noon)
        #expect(try await store.record([late]) == [])
        #expect(try await store.take(a).map(\.task.id) == ["pending"])
        // Row 9 was there once: a late outcome of it must not meet a younger delivery.
        try await store.importPlain(["new"], to: [a])
        #expect(try await store.delivery("new", a).row == 10)
        try await store.close()
    }

    /// A store as the fourth version made it, with a delivery in each state.
    private static func makeFourth(at path: String) throws {
        let queue = try DatabaseQueue(path: path)
        try Schema.migrate(queue, upTo: 4)
        try queue.write { db in
            try db.execute(
                sql: """
                    INSERT INTO integration (name, type, settings, is_active, facts, created_at_ms) VALUES ('a', \
                    'asana', '{}', 1, '{}', 1);
                    """)
            let rest: [(state: String, more: String)] = [
                ("pending", ""), ("waiting", ", due_at_ms = 9000000000000"),
                ("sending", ", lease_until_ms = 9000000000000, fence = 3, attempts = 1"),
                (
                    "refused",
                    ", error_code = 'task_refused', error_field = 'title', error_message = 'too long', failed_at_ms = 5"
                ),
                ("unknown", ", unknown_since_ms = 5, lookup_at_ms = 9000000000000"),
                ("cancelled", ", cancelled_by = 'user'"),
                (
                    "delivered",
                    ", external_id = 'ext', display_id = 'T-1', attempts = 2, delivered_at_ms = \(noon.milliseconds)"
                ),
            ]
            for (place, (state, more)) in rest.enumerated() {
                try db.execute(
                    sql: """
                        INSERT INTO task (id, title, priority, status, imported_at_ms) VALUES ('\(state)', 'T', \
                        'none', 'open', 1);
                        INSERT INTO delivery (task_row, integration_id, delivery_id, state, priority_rank, due_rank, \
                        turn)
                            VALUES (last_insert_rowid(), 1, '\(UUID().uuidString.lowercased())', 'pending', 4, \
                        '9999-99-99', \(place));
                        UPDATE delivery SET state = '\(state)'\(more) WHERE row = last_insert_rowid();
                        """)
            }
            try db.execute(
                sql: """
                    INSERT INTO attempt (delivery_row, operation, number, outcome, started_at_ms, ended_at_ms)
                        VALUES (7, 'create', 1, 'waiting', 1, 2), (7, 'create', 2, 'delivered', 3, 4);
                    UPDATE sqlite_sequence SET seq = 9 WHERE name = 'delivery';
                    """)
        }
        try queue.close()
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
}
