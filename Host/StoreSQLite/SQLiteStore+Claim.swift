import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func claim(_ request: ClaimRequest) async throws -> [ClaimedDelivery] {
        try await transaction { try Self.claim(request, $0) }
    }

    static func claim(_ request: ClaimRequest, _ db: Database) throws -> [ClaimedDelivery] {
        try begin(request, db) ? try take(request, db) : []
    }

    /// What every claim begins with. False while the integration is paused.
    static func begin(_ request: ClaimRequest, _ db: Database) throws -> Bool {
        let pause = try db.first("SELECT paused_until_ms FROM integration WHERE id = ?", [request.integrationID]) {
            try $0.optionalTime(0)
        }
        guard let pause else { throw StoreError.integrationNotFound(id: request.integrationID) }
        try endDeadLeases(request, db)
        return pause.map { $0 <= request.now } ?? true
    }

    /// Whoever held the lease may have sent: the delivery is unknown, and its attempt says why.
    private static func endDeadLeases(_ request: ClaimRequest, _ db: Database) throws {
        let dead = try db.rows(
            """
            SELECT row, attempts, first_attempt_at_ms, lease_until_ms FROM delivery
            WHERE integration_id = ? AND state = 'sending' AND lease_until_ms <= ? ORDER BY lease_until_ms LIMIT ?
            """, [request.integrationID, request.now.milliseconds, Limits.claimSweepRows]
        ) { row in
            (row: try row.number(0), attempt: try row.number(1), startedAt: try row.optionalNumber(2), endedAt: try row.number(3))
        }
        let message = "The host that was sending it stopped before it recorded an outcome. It must be looked up before it is sent again."
        for delivery in dead {
            try db.run(
                """
                UPDATE delivery SET state = 'unknown', lease_until_ms = NULL, failed_at_ms = ?1,
                    unknown_since_ms = ?1, lookup_at_ms = ?1, error_code = ?2, error_field = NULL, error_message = ?3, vendor_request_id = NULL
                WHERE row = ?4
                """, [request.now.milliseconds, ErrorCode.hostStopped.rawValue, message, delivery.row])
            // Nobody wrote down when this attempt began; it was claimed a lease before that ended.
            let claimedAt = delivery.endedAt - request.lease.wholeMilliseconds
            let startedAt = max(claimedAt, delivery.startedAt ?? claimedAt)
            try db.run(
                AttemptRecord.insertion,
                [
                    delivery.row, DeliveryOperation.create.rawValue, delivery.attempt, DeliveryState.unknown.rawValue, startedAt,
                    delivery.endedAt, nil, nil,
                    ErrorCode.hostStopped.rawValue, message,
                ])
        }
    }

    /// Marks what is due as being sent by the owner, and gives it with its tasks.
    private static func take(_ request: ClaimRequest, _ db: Database) throws -> [ClaimedDelivery] {
        let scope = try ScopeSQL(request.scope, integrationID: request.integrationID)
        try db.run(
            """
            UPDATE delivery SET due_at_ms = NULL WHERE row IN (
                SELECT d.row FROM \(scope.source) WHERE \(scope.condition) AND \(ScopeSQL.waitedEnough)
                ORDER BY d.due_at_ms LIMIT :limit)
            """, scope.arguments + ["now": request.now.milliseconds, "limit": Limits.claimSweepRows])
        var claimed: [ClaimedDelivery] = []
        var revisions: [Int64] = []
        let ready = try BareStatement(db, claimQuery(scope), scope.arguments + ["limit": max(0, request.limit)])
        defer { ready.reset() }
        while try ready.step() {
            claimed.append(
                ClaimedDelivery(
                    row: ready.number(0), deliveryID: ready.text(1), task: try TrackedTask(ready, from: 6), fence: ready.number(2) + 1,
                    attempt: Int(ready.number(3)) + 1, firstAttemptAt: try ready.optionalTime(4) ?? request.now))
            revisions.append(ready.number(5))
        }
        let marking = try BareStatement(
            db,
            """
            UPDATE delivery SET state = 'sending', lease_until_ms = ?, fence = ?, attempts = ?, first_attempt_at_ms = ?,
                sending_revision = ?
            WHERE row = ?
            """)
        try marking.bind(request.now.advanced(by: request.lease).milliseconds, at: 1)
        for (delivery, revision) in zip(claimed, revisions) {
            try marking.bind(delivery.fence, at: 2)
            try marking.bind(Int64(delivery.attempt), at: 3)
            try marking.bind(delivery.firstAttemptAt.milliseconds, at: 4)
            try marking.bind(revision, at: 5)
            try marking.bind(delivery.row, at: 6)
            try marking.run()
        }
        return claimed
    }

    /// The rows of a claim with their tasks. The inner query stops at its limit; the outer order is over those rows only.
    static func claimQuery(_ scope: ScopeSQL) -> String {
        """
        SELECT d.row, d.delivery_id, d.fence, d.attempts, d.first_attempt_at_ms, t.revision, \(TrackedTask.columns)
        FROM \(scope.source) JOIN task AS t ON t.row = d.task_row
        WHERE \(scope.condition) AND \(ScopeSQL.ready) ORDER BY \(ScopeSQL.order) LIMIT :limit
        """
    }
}
