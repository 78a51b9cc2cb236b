import PatchbayModel
import PatchbayStore
import Testing

@testable import PatchbayStoreSQLite

@Suite("The SQLite store reads by index")
struct SQLitePlanTests {
    /// What SQLite says it will do.
    private func plan(_ sql: String, _ scope: ScopeSQL, limit: Bool) async throws -> String {
        let folder = try ScratchFolder()
        let store = try await SQLiteStore.open(path: folder.file("store.db"), mode: .create)
        let lines = try await store.read { db in
            var arguments = scope.arguments
            _ = limit ? arguments.append(contentsOf: ["limit": 50]) : arguments.append(contentsOf: ["now": 1])
            return try db.rows("EXPLAIN QUERY PLAN " + sql, arguments) { try $0.text(3) }
        }
        try await store.close()
        return lines.joined(separator: "\n")
    }

    @Test("a claim is a range of one index and sorts nothing") func claim() async throws {
        let scope = try ScopeSQL(DeliveryScope(), integrationID: 1)
        for sql in [SQLiteStore.claimQuery(scope), scope.readyRows] {
            let plan = try await plan(sql, scope, limit: true)
            #expect(plan.contains("delivery_ready (integration_id=?)"))
            #expect(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"))
        }
    }

    @Test("a claim for a meeting reads the deliveries of its tasks, and no others") func meeting() async throws {
        let scope = try ScopeSQL(DeliveryScope(meetingID: "m"), integrationID: 1)
        for sql in [SQLiteStore.claimQuery(scope), scope.readyRows] {
            let plan = try await plan(sql, scope, limit: true)
            #expect(
                plan.contains("task_meeting (meeting_id=?)") && plan.contains("(task_row=? AND integration_id=?)"),
                "\(plan)")
            #expect(!plan.contains("SCAN"))
        }
    }

    @Test("a claim of named tasks goes from the names to the rows")
    func named() async throws {
        let scope = try ScopeSQL(DeliveryScope(taskIDs: ["a"]), integrationID: 1)
        let plan = try await plan(SQLiteStore.claimQuery(scope), scope, limit: true)
        #expect(!plan.contains("SCAN d") && !plan.contains("SCAN k") && !plan.contains("SCAN t"))
    }

    @Test("finding whose time to wait is over reads one index") func waiting() async throws {
        let scope = try ScopeSQL(DeliveryScope(), integrationID: 1)
        let sql =
            "SELECT d.row FROM \(scope.source) WHERE \(scope.condition) AND \(ScopeSQL.waitedEnough) ORDER BY "
            + "d.due_at_ms"
        let plan = try await plan(sql, scope, limit: false)
        #expect(plan.contains("delivery_waiting"))
        #expect(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"))
    }

    @Test("the table's rules and indexes build nothing for a row that is written") func rules() async throws {
        let folder = try ScratchFolder()
        let store = try await SQLiteStore.open(path: folder.file("store.db"), mode: .create)
        let steps = try await store.read { db in
            try db.rows("EXPLAIN UPDATE delivery SET state = 'sending', lease_until_ms = 1 WHERE row = 1") {
                try $0.text(1)
            }
        }
        try await store.close()
        #expect(steps.contains("IdxDelete") && !steps.contains("OpenEphemeral"))
    }
}
