import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func claimUnknown(_ request: ClaimRequest) async throws -> [ClaimedDelivery] {
        try await transaction { db in
            guard try Self.begin(request, isThorough: true, db) else { return [] }
            let scope = try ScopeSQL(request.scope, integrationID: request.integrationID)
            let deliveries = try db.rows(
                Self.unknownQuery(scope),
                scope.arguments + ["now": request.now.milliseconds, "limit": max(0, request.limit)]
            ) { row in
                ClaimedDelivery(
                    row: try row.number(0), deliveryID: try row.text(1), task: try TrackedTask(row, from: 20),
                    fence: try row.counted(2) + 1, attempt: Int(try row.number(3)),
                    firstAttemptAt: try row.optionalTime(4) ?? request.now,
                    lookUp: try LookUp(row, from: 5))
            }
            // The next time to look is the lease: a host that dies leaves the delivery due for another look after it.
            let leaseUntil = request.now.advanced(by: request.lease).milliseconds
            for delivery in deliveries {
                try db.run(
                    "UPDATE delivery SET fence = ?, lookups = lookups + 1, lookup_at_ms = ? WHERE row = ?",
                    [delivery.fence, leaseUntil, delivery.row])
            }
            return deliveries
        }
    }

    static func unknownQuery(_ scope: ScopeSQL) -> String {
        """
        SELECT d.row, d.delivery_id, d.fence, d.attempts, d.first_attempt_at_ms, \(LookUp.columns), \
        \(TrackedTask.columns)
        FROM \(scope.source) JOIN task AS t ON t.row = d.task_row
            LEFT JOIN boot AS b ON b.row = d.clock_boot LEFT JOIN attempt_origin AS o ON o.row = d.origin_row
            LEFT JOIN attempt AS a ON a.delivery_row = d.row AND a.operation = 'create' AND a.number = d.attempts
        WHERE \(scope.condition) AND d.state = 'unknown' AND d.lookup_at_ms <= :now ORDER BY d.lookup_at_ms LIMIT :limit
        """
    }

    package func hastenLookUps(integrationID: Int64, later: Timestamp, now: Timestamp) async throws -> Int {
        try await transaction { db in
            try db.run(
                "UPDATE delivery SET lookup_at_ms = ? WHERE integration_id = ? AND state = 'unknown' AND lookup_at_ms "
                    + "> ?",
                [now.milliseconds, integrationID, later.milliseconds])
        }
    }

    package func resolve(
        taskID: String, integrationID: Int64, _ resolution: Resolution, now: Timestamp
    ) async throws -> DeliveryRecord? {
        try await transaction { db in
            let row = try db.first(
                """
                SELECT d.row FROM delivery AS d JOIN task AS t ON t.row = d.task_row
                WHERE t.id = ? AND d.integration_id = ? AND d.state = 'unknown'
                """, [taskID, integrationID]
            ) { try $0.number(0) }
            guard let row else { return nil }
            // The fence moves on, so that an outcome still under way somewhere no longer counts.
            switch resolution {
            case .exists(let externalID):
                try db.run(
                    """
                    UPDATE delivery SET state = 'delivered', fence = fence + 1, unknown_since_ms = NULL, lookup_at_ms \
                    = NULL, external_id = ?,
                        delivered_at_ms = ?, delivered_revision = sending_revision, error_code = NULL, error_field = \
                    NULL,
                        error_message = NULL, failed_at_ms = NULL, \(Self.withoutClocks) WHERE row = ?
                    """, [externalID, now.milliseconds, row])
            case .notCreated:
                try db.run(
                    """
                    UPDATE delivery SET state = 'pending', fence = fence + 1, unknown_since_ms = NULL, lookup_at_ms = \
                    NULL,
                        \(Self.withoutClocks) WHERE row = ?
                    """, [row])
            }
            return try db.first(
                "SELECT \(DeliveryRecord.columns) FROM \(Self.deliveryJoin) WHERE d.row = ?", [row], DeliveryRecord.init
            )
        }
    }
}
