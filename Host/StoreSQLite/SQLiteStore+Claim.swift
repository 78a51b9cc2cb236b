import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func claim(_ request: ClaimRequest) async throws -> [ClaimedDelivery] {
        try await transaction { try Self.claim(request, $0) }
    }

    static func claim(_ request: ClaimRequest, _ db: Database) throws -> [ClaimedDelivery] {
        guard try begin(request, db) else { return [] }
        let scope = try ScopeSQL(request.scope, integrationID: request.integrationID)
        try wakeWaiting(request, scope, db)
        while true {
            let due = try ready(request, scope, db)
            // What was made there before is taken over, and others come in its place.
            if try adoptTombstones(of: due, request, db) { continue }
            return try mark(due, request, db)
        }
    }

    /// What every claim begins with. False while the integration is paused. A thorough one looks at all leases: a wall
    /// clock that was set back makes dead ones look alive.
    static func begin(_ request: ClaimRequest, isThorough: Bool = false, _ db: Database) throws -> Bool {
        let pause = try db.first("SELECT paused_until_ms FROM integration WHERE id = ?", [request.integrationID]) {
            try $0.optionalTime(0)
        }
        guard let pause else { throw StoreError.integrationNotFound(id: request.integrationID) }
        try endDeadLeases(request, isThorough: isThorough, db)
        return pause.map { $0 <= request.now } ?? true
    }

    /// A lease that has ended.
    private struct DeadLease {
        let row: Int64
        let attempt: Int64
        let startedAt: Int64?
        let endedAt: Int64
        /// Of the attempt: its origin, clock (boot and time), and what the vendor's told before.
        let ground: [Int64?]
    }

    /// Within one boot the running time decides, because a wall clock that jumps ahead must not end a lease that
    /// somebody still sends under.
    private static func deadLeases(_ request: ClaimRequest, isThorough: Bool, _ db: Database) throws -> [DeadLease] {
        try db.rows(
            """
            SELECT row, attempts, first_attempt_at_ms, lease_until_ms, origin_row, clock_boot, clock_ms, \
            vendor_before_ms FROM delivery
            WHERE integration_id = :id AND state = 'sending' \(isThorough ? "" : "AND lease_until_ms <= :now")
                AND iif(clock_boot = (SELECT row FROM boot WHERE id = :boot), clock_ms + :lease <= :clock, \
            lease_until_ms <= :now)
            ORDER BY lease_until_ms LIMIT :limit
            """,
            [
                "id": request.integrationID, "now": request.now.milliseconds, "boot": request.clock.boot,
                "lease": request.lease.wholeMilliseconds, "clock": request.clock.milliseconds,
                "limit": Limits.claimSweepRows,
            ]
        ) { row in
            DeadLease(
                row: try row.number(0), attempt: try row.number(1), startedAt: try row.optionalNumber(2),
                endedAt: try row.number(3),
                ground: try (4...7).map { try row.optionalNumber($0) })
        }
    }

    /// Whoever held the lease may have sent: the delivery is unknown, and its attempt says why.
    private static func endDeadLeases(_ request: ClaimRequest, isThorough: Bool, _ db: Database) throws {
        let dead = try deadLeases(request, isThorough: isThorough, db)
        if dead.isEmpty { return }
        let boot = try bootRow(request.clock, db)
        let message =
            "The host that was sending it stopped before it recorded an outcome. It must be looked up before it is "
            + "sent again."
        for delivery in dead {
            try db.run(
                """
                UPDATE delivery SET state = 'unknown', lease_until_ms = NULL, failed_at_ms = ?1,
                    unknown_since_ms = ?1, lookup_at_ms = ?1, error_code = ?2, error_field = NULL, error_message = ?3,
                    vendor_request_id = NULL, clock_boot = ?4, clock_ms = ?5
                WHERE row = ?6
                """,
                [
                    request.now.milliseconds, ErrorCode.hostStopped.rawValue, message, boot,
                    boot == nil ? nil : request.clock.milliseconds, delivery.row,
                ])
            // Nobody wrote down when this attempt began; it was claimed a lease before that ended.
            let claimedAt = delivery.endedAt - request.lease.wholeMilliseconds
            let startedAt = max(claimedAt, delivery.startedAt ?? claimedAt)
            try db.run(
                AttemptRecord.insertion,
                [
                    delivery.row, DeliveryOperation.create.rawValue, delivery.attempt, DeliveryState.unknown.rawValue,
                    startedAt,
                    delivery.endedAt, nil, nil,
                    ErrorCode.hostStopped.rawValue, message,
                ] + StatementArguments(delivery.ground))
        }
    }

    /// What is due of those that waited is ready.
    private static func wakeWaiting(_ request: ClaimRequest, _ scope: ScopeSQL, _ db: Database) throws {
        try db.run(
            """
            UPDATE delivery SET due_at_ms = NULL WHERE row IN (
                SELECT d.row FROM \(scope.source) WHERE \(scope.condition) AND \(ScopeSQL.waitedEnough)
                ORDER BY d.due_at_ms LIMIT :limit)
            """, scope.arguments + ["now": request.now.milliseconds, "limit": Limits.claimSweepRows])
    }

    /// A delivery that may be sent, and the revision of its task.
    private typealias Ready = (delivery: ClaimedDelivery, revision: Int64)

    private static func ready(_ request: ClaimRequest, _ scope: ScopeSQL, _ db: Database) throws -> [Ready] {
        var due: [Ready] = []
        let ready = try BareStatement(db, claimQuery(scope), scope.arguments + ["limit": max(0, request.limit)])
        defer { ready.reset() }
        while try ready.step() {
            let delivery = ClaimedDelivery(
                row: ready.number(0), deliveryID: ready.text(1), task: try TrackedTask(ready, from: 6),
                fence: try ready.counted(2) + 1, attempt: Int(try ready.counted(3)) + 1,
                firstAttemptAt: try ready.optionalTime(4) ?? request.now)
            due.append((delivery, ready.number(5)))
        }
        return due
    }

    /// Whatever bound them: what has a tombstone of this very place is not sent. False where none has one. Where one
    /// has, there may be many, and all that are bound are taken over at once.
    private static func adoptTombstones(of due: [Ready], _ request: ClaimRequest, _ db: Database) throws -> Bool {
        guard let target = request.target, !due.isEmpty, try TombstoneAdoption.isAny(db) else { return false }
        let adoption = TombstoneAdoption(integrationID: request.integrationID, target: target, now: request.now, db)
        guard try adoption.adopt(.of(deliveryRows: due.map(\.delivery.row))).used > 0 else { return false }
        _ = try adoption.adopt(.bound)
        return true
    }

    /// Marks what is due as being sent by the owner, and gives it with its tasks.
    private static func mark(_ due: [Ready], _ request: ClaimRequest, _ db: Database) throws -> [ClaimedDelivery] {
        if due.isEmpty { return [] }
        let marking = try BareStatement(
            db,
            """
            UPDATE delivery SET state = 'sending', lease_until_ms = ?1, fence = ?2, attempts = ?3, first_attempt_at_ms \
            = ?4,
                sending_revision = ?5, origin_row = ?7, clock_boot = ?8, clock_ms = ?9,
                vendor_before_ms = iif(origin_row IS ?7, coalesce(vendor_before_ms, ?10), ?10)
            WHERE row = ?6
            """)
        try marking.bind(request.now.advanced(by: request.lease).milliseconds, at: 1)
        let boot = try bootRow(request.clock, db)
        try marking.bind(try request.origin.map { try originRow($0, integrationID: request.integrationID, db) }, at: 7)
        try marking.bind(boot, at: 8)
        try marking.bind(boot == nil ? nil : request.clock.milliseconds, at: 9)
        try marking.bind(request.vendorDate?.milliseconds, at: 10)
        for (delivery, revision) in due {
            try marking.bind(delivery.fence, at: 2)
            try marking.bind(Int64(delivery.attempt), at: 3)
            try marking.bind(delivery.firstAttemptAt.milliseconds, at: 4)
            try marking.bind(revision, at: 5)
            try marking.bind(delivery.row, at: 6)
            try marking.run()
        }
        return due.map(\.delivery)
    }

    /// The rows of a claim with their tasks. The inner query stops at its limit; the outer order is over those rows
    /// only.
    static func claimQuery(_ scope: ScopeSQL) -> String {
        """
        SELECT d.row, d.delivery_id, d.fence, d.attempts, d.first_attempt_at_ms, t.revision, \(TrackedTask.columns)
        FROM \(scope.source) JOIN task AS t ON t.row = d.task_row
        WHERE \(scope.condition) AND \(ScopeSQL.ready) ORDER BY \(ScopeSQL.order) LIMIT :limit
        """
    }
}
