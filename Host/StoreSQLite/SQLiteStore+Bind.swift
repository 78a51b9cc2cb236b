import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func bind(integrationID: Int64, _ selection: BindSelection, now: Timestamp) async throws -> Int {
        try await transaction { db in
            guard try Self.integrationName(integrationID, db) != nil else {
                throw StoreError.integrationNotFound(id: integrationID)
            }
            let (condition, arguments) = try Self.tasksToBind(selection, integrationID: integrationID)
            // Read whole before the first insert, which would change what the query sees.
            let tasks = try db.rows(
                "SELECT t.row, t.meeting_id, t.priority, coalesce(t.due_time, t.due_date, '9999-99-99') FROM task AS t "
                    + "WHERE \(condition) "
                    + "ORDER BY t.row", arguments
            ) { row in
                let priority: Priority = try row.word(2)
                return BoundTask(
                    row: try row.number(0), meetingID: try row.optionalText(1), priorityRank: priority.rank,
                    dueRank: try row.text(3))
            }
            let queue = DeliveryQueue(db)
            for task in tasks { try queue.add(task, integrationID: integrationID) }
            try queue.write()
            return tasks.count + (try Self.revive(selection, integrationID: integrationID, now: now, db))
        }
    }

    package func bindCount(integrationID: Int64, _ selection: BindSelection) async throws -> Int {
        try await read { db in
            let (condition, arguments) = try Self.tasksToBind(selection, integrationID: integrationID)
            let fresh =
                try db.first("SELECT count(*) FROM task AS t WHERE \(condition)", arguments) { try $0.number(0) } ?? 0
            guard let cancelled = try Self.cancelled(selection, integrationID: integrationID) else { return Int(fresh) }
            let revived = try db.first(
                "SELECT count(*) FROM delivery WHERE \(cancelled.condition)", cancelled.arguments
            ) {
                try $0.number(0)
            }
            return Int(fresh + (revived ?? 0))
        }
    }

    package func unboundCount() async throws -> Int {
        try await read { db in
            let count = try db.first("SELECT count(*) FROM task AS t WHERE \(Self.unbound)") { try $0.number(0) }
            return Int(count ?? 0)
        }
    }

    /// A task that was taken back everywhere is bound: its user has decided. So is one that a removed integration
    /// delivered, or may have: it goes elsewhere only by name.
    static let unbound = """
        NOT EXISTS (SELECT 1 FROM delivery AS d WHERE d.task_row = t.row) \
        AND NOT EXISTS (SELECT 1 FROM tombstone AS s WHERE s.task_row = t.row AND s.state <> 'pending')
        """

    /// Tasks that get a new delivery.
    private static func tasksToBind(
        _ selection: BindSelection, integrationID: Int64
    ) throws -> (condition: String, arguments: StatementArguments) {
        guard case .scope(let scope) = selection else { return (unbound, []) }
        var condition =
            "NOT EXISTS (SELECT 1 FROM delivery AS d WHERE d.task_row = t.row AND d.integration_id = :integration)"
        var arguments: StatementArguments = ["integration": integrationID]
        if let meetingID = scope.meetingID {
            condition += " AND t.meeting_id = :meeting"
            arguments += ["meeting": meetingID]
        }
        if let taskIDs = scope.taskIDs {
            condition += " AND t.id IN (SELECT value FROM json_each(:ids))"
            arguments += ["ids": try JSONText.encode(taskIDs)]
        }
        return (condition, arguments)
    }

    /// Deliveries that are put back because a scope names them; nil when the selection names none.
    private static func cancelled(
        _ selection: BindSelection, integrationID: Int64
    ) throws -> (condition: String, arguments: StatementArguments)? {
        guard case .scope(let scope) = selection else { return nil }
        let sql = try ScopeSQL(scope, integrationID: integrationID)
        let rows = "SELECT d.row FROM \(sql.source) WHERE \(sql.condition) AND d.state = 'cancelled'"
        return ("row IN (\(rows))", sql.arguments)
    }

    private static func revive(_ selection: BindSelection, integrationID: Int64, now: Timestamp, _ db: Database) throws
        -> Int
    {
        guard let cancelled = try cancelled(selection, integrationID: integrationID) else { return 0 }
        return try db.run(
            "UPDATE delivery SET \(RestoredDeliveries.putBack(now: now)) WHERE \(cancelled.condition)",
            cancelled.arguments)
    }
}
