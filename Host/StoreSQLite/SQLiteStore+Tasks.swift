import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func tasks(_ filter: TaskFilter, after row: Int64, limit: Int) async throws -> [TaskRecord] {
        try await read { db in
            let (condition, arguments) = try Self.condition(of: filter)
            return try Self.records(
                "WHERE t.row > :after \(condition) ORDER BY t.row LIMIT :limit",
                arguments + ["after": row, "limit": max(0, limit)], db)
        }
    }

    package func task(id: String) async throws -> TaskRecord? {
        try await read { db in try Self.records("WHERE t.id = ?", [id], db).first }
    }

    package func cancelTask(id: String, now: Timestamp) async throws -> TaskRecord? {
        try await transaction { db in
            try db.run(
                """
                UPDATE delivery SET state = 'cancelled', due_at_ms = NULL, cancelled_by = 'user'
                WHERE task_row = (SELECT row FROM task WHERE id = ?) AND state IN ('pending', 'waiting')
                """, [id])
            return try Self.records("WHERE t.id = ?", [id], db).first
        }
    }

    /// The tasks alone.
    static func page(
        _ filter: TaskFilter, after row: Int64, limit: Int, _ db: Database
    ) throws -> [(row: Int64, task: TrackedTask)] {
        let (condition, arguments) = try condition(of: filter)
        return try db.rows(
            "SELECT t.row, \(TrackedTask.columns) FROM task AS t WHERE t.row > :after \(condition) ORDER BY t.row "
                + "LIMIT :limit",
            arguments + ["after": row, "limit": max(0, limit)]
        ) { row in (row: try row.number(0), task: try TrackedTask(row, from: 1)) }
    }

    /// Two statements whatever the number of tasks: the page, then all deliveries of the page.
    private static func records(_ selection: String, _ arguments: StatementArguments, _ db: Database) throws
        -> [TaskRecord]
    {
        let page = try db.rows(
            "SELECT t.row, t.imported_at_ms, \(TrackedTask.columns) FROM task AS t \(selection)", arguments
        ) { row in
            (row: try row.number(0), importedAt: try row.time(1), task: try TrackedTask(row, from: 2))
        }
        guard !page.isEmpty else { return [] }
        var deliveries: [Int64: [DeliveryRecord]] = [:]
        _ = try db.rows(
            """
            SELECT \(DeliveryRecord.columns) FROM json_each(?) AS named CROSS JOIN \(deliveryJoin) ON d.task_row = \
            named.value
            ORDER BY i.name
            """, [try JSONText.encode(page.map(\.row))]
        ) { row in
            deliveries[try row.number(DeliveryRecord.taskRowColumn), default: []].append(try DeliveryRecord(row))
        }
        return page.map { entry in
            TaskRecord(
                row: entry.row, task: entry.task, importedAt: entry.importedAt, deliveries: deliveries[entry.row] ?? [])
        }
    }

    private static func condition(of filter: TaskFilter) throws -> (sql: String, arguments: StatementArguments) {
        var sql = ""
        var arguments = StatementArguments()
        if let meetingID = filter.meetingID {
            sql += " AND t.meeting_id = :meeting"
            arguments += ["meeting": meetingID]
        }
        if let taskIDs = filter.taskIDs {
            sql += " AND t.id IN (SELECT value FROM json_each(:ids))"
            arguments += ["ids": try JSONText.encode(taskIDs)]
        }
        if filter.unbound { sql += " AND \(unbound)" }
        var delivery = ""
        if let integrationID = filter.integrationID {
            delivery += " AND d.integration_id = :integration"
            arguments += ["integration": integrationID]
        }
        if let states = filter.states {
            delivery += " AND d.state IN (SELECT value FROM json_each(:states))"
            arguments += ["states": try JSONText.encode(states.map(\.rawValue))]
        }
        if !delivery.isEmpty { sql += " AND EXISTS (SELECT 1 FROM delivery AS d WHERE d.task_row = t.row\(delivery))" }
        return (sql, arguments)
    }
}
