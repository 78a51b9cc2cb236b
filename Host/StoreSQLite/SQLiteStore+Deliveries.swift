import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func due(integrationID: Int64, scope: DeliveryScope, limit: Int, now: Timestamp) async throws
        -> [DeliveryRecord]
    {
        try await read { db in
            let scope = try ScopeSQL(scope, integrationID: integrationID)
            return try db.rows(
                """
                WITH due AS (
                    SELECT * FROM (\(scope.readyRows))
                    UNION ALL
                    SELECT d.row, d.priority_rank, d.due_rank, d.turn FROM \(scope.source)
                    WHERE \(scope.condition) AND \(ScopeSQL.waitedEnough))
                SELECT \(DeliveryRecord.columns) FROM due JOIN \(Self.deliveryJoin) ON d.row = due.row
                ORDER BY \(ScopeSQL.order) LIMIT :limit
                """, scope.arguments + ["now": now.milliseconds, "limit": max(0, limit)], DeliveryRecord.init)
        }
    }

    package func failures(integrationID: Int64?, codes: Set<ErrorCode>?, limit: Int) async throws -> [DeliveryRecord] {
        try await read { db in
            var condition = "d.state IN ('refused', 'waiting', 'unknown')"
            var arguments: StatementArguments = ["limit": max(0, limit)]
            if let integrationID {
                condition += " AND d.integration_id = :integration"
                arguments += ["integration": integrationID]
            }
            if let codes {
                condition += " AND d.error_code IN (SELECT value FROM json_each(:codes))"
                arguments += ["codes": try JSONText.encode(codes.map(\.rawValue))]
            }
            return try db.rows(
                """
                SELECT \(DeliveryRecord.columns) FROM \(Self.deliveryJoin)
                WHERE \(condition) ORDER BY d.failed_at_ms DESC, d.row DESC LIMIT :limit
                """, arguments, DeliveryRecord.init)
        }
    }

    package func retry(taskIDs: [String]?, integrationID: Int64?, codes: Set<ErrorCode>?, now: Timestamp) async throws
        -> Int
    {
        try await transaction { db in
            var condition = "state IN ('refused', 'waiting')"
            var arguments = StatementArguments()
            if let integrationID {
                condition += " AND integration_id = :integration"
                arguments += ["integration": integrationID]
            }
            if let taskIDs {
                condition += " AND task_row IN (SELECT row FROM task WHERE id IN (SELECT value FROM json_each(:ids)))"
                arguments += ["ids": try JSONText.encode(taskIDs)]
            }
            if let codes {
                condition += " AND error_code IN (SELECT value FROM json_each(:codes))"
                arguments += ["codes": try JSONText.encode(codes.map(\.rawValue))]
            }
            let refused = try db.run(
                "UPDATE delivery SET \(RestoredDeliveries.putBack(now: now)) WHERE \(condition) AND state = 'refused'",
                arguments)
            return refused
                + (try db.run(
                    "UPDATE delivery SET due_at_ms = NULL WHERE \(condition) AND state = 'waiting'", arguments))
        }
    }

    package func attempts(deliveryRow: Int64) async throws -> [AttemptRecord] {
        try await read { db in
            try db.rows(
                """
                SELECT operation, number, outcome, started_at_ms, ended_at_ms, http_status, vendor_request_id, \
                error_code, error_message
                FROM attempt WHERE delivery_row = ?1
                UNION ALL
                SELECT 'create', attempts, 'delivered', sent_at_ms, delivered_at_ms, http_status, vendor_request_id, \
                NULL, NULL
                FROM delivery WHERE row = ?1 AND sent_at_ms IS NOT NULL
                ORDER BY 5, 1, 2 LIMIT ?2
                """, [deliveryRow, Limits.listPageRows]
            ) { row in
                AttemptRecord(
                    operation: try row.word(0), number: Int(try row.number(1)), outcome: try row.word(2),
                    startedAt: try row.time(3),
                    endedAt: try row.time(4), httpStatus: try row.optionalNumber(5).map { Int($0) },
                    vendorRequestID: try row.optionalText(6), errorCode: try row.optionalCode(7),
                    errorMessage: try row.optionalText(8))
            }
        }
    }

    /// What `DeliveryRecord.columns` needs, from the delivery on.
    static let deliveryJoin = """
        (delivery AS d JOIN task AS t ON t.row = d.task_row JOIN integration AS i ON i.id = d.integration_id)
        """
}
