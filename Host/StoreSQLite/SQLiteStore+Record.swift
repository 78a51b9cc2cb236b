import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func record(_ updates: [DeliveryUpdate]) async throws -> [Int64] {
        for update in updates { precondition(update.state != .sending, "a recorded delivery is not being sent") }
        return try await transaction { db in
            var stale: [Int64] = []
            var deliveredAt: [Int64: Int64] = [:]
            for update in updates {
                guard let written = try Self.write(update, db) else {
                    stale.append(update.row)
                    continue
                }
                try Self.writeAttempt(update, number: written.attempt, db)
                if update.state == .delivered {
                    deliveredAt[written.integrationID] = max(deliveredAt[written.integrationID] ?? .min, update.endedAt.milliseconds)
                }
            }
            for (integrationID, time) in deliveredAt {
                try db.run(
                    "UPDATE integration SET last_delivered_at_ms = max(coalesce(last_delivered_at_ms, ?1), ?1) WHERE id = ?2",
                    [time, integrationID])
            }
            return stale
        }
    }

    /// Which attempt a row's new state belongs to; nil when the row's fence has moved on or it is settled.
    ///
    /// A delivery that became unknown because its lease ran out still takes the late outcome of the one claim that sent it:
    /// its fence has not moved, so nobody has looked it up or sent it since.
    private static func write(_ update: DeliveryUpdate, _ db: Database) throws -> (attempt: Int64, integrationID: Int64)? {
        guard let held = try held(update, db) else { return nil }
        let (sql, arguments): (String, StatementArguments)
        let since = update.state == .unknown ? update.endedAt.milliseconds : nil
        let lookUpAt = update.state == .unknown ? (update.dueAt ?? update.endedAt).milliseconds : nil
        if !update.attempted {
            precondition(update.operation == .create, "a look-up is recorded or not, never taken back")
            (sql, arguments) = (takenBack, [update.state.rawValue, dueAt(update)])
        } else if update.state == .delivered {
            (sql, arguments) = (
                delivered,
                [
                    update.externalID, update.displayID, update.url, update.endedAt.milliseconds, update.vendorRequestID,
                    try JSONText.encodeUnlessEmpty(update.warnings),
                ]
            )
        } else {
            (sql, arguments) = (
                undelivered,
                [
                    update.state.rawValue, dueAt(update), since, lookUpAt, update.endedAt.milliseconds, update.externalID, update.displayID,
                    update.url,
                    update.errorCode?.rawValue, update.errorField, update.errorMessage, update.vendorRequestID,
                    try JSONText.encodeUnlessEmpty(update.warnings),
                ]
            )
        }
        try db.run(sql + " WHERE row = ?", arguments + [update.row])
        let number = update.operation == .find ? held.lookups : update.attempted ? held.attempts : held.attempts - 1
        return (attempt: number, integrationID: held.integrationID)
    }

    /// Read beforehand: `RETURNING` would build a temporary table for each row, which takes longer than all the rest.
    private static func held(_ update: DeliveryUpdate, _ db: Database) throws -> (attempts: Int64, lookups: Int64, integrationID: Int64)? {
        try db.first(
            "SELECT attempts, lookups, integration_id FROM delivery WHERE row = ? AND fence = ? AND state IN ('sending', 'unknown')",
            [update.row, update.fence]
        ) { row in
            (attempts: try row.number(0), lookups: try row.number(1), integrationID: try row.number(2))
        }
    }

    private static func dueAt(_ update: DeliveryUpdate) -> Int64? { update.state == .waiting ? update.dueAt?.milliseconds : nil }

    private static let delivered = """
        UPDATE delivery SET state = 'delivered', lease_owner = NULL, lease_until_ms = NULL, delivered_revision = sending_revision,
            unknown_since_ms = NULL, lookup_at_ms = NULL, external_id = ?, display_id = ?, url = ?, delivered_at_ms = ?, vendor_request_id = ?, warnings = ?,
            error_code = NULL, error_field = NULL, error_message = NULL, failed_at_ms = NULL
        """

    private static let undelivered = """
        UPDATE delivery SET state = ?, lease_owner = NULL, lease_until_ms = NULL, due_at_ms = ?,
            unknown_since_ms = iif(?3 IS NULL, NULL, coalesce(unknown_since_ms, ?3)), lookup_at_ms = ?4, failed_at_ms = ?,
            external_id = coalesce(?, external_id), display_id = coalesce(?, display_id), url = coalesce(?, url),
            error_code = ?, error_field = ?, error_message = ?, vendor_request_id = ?, warnings = ?
        """

    /// Nothing left the host: the attempt did not take place, and what was known before stays.
    private static let takenBack = """
        UPDATE delivery SET state = ?, lease_owner = NULL, lease_until_ms = NULL, due_at_ms = ?, attempts = attempts - 1,
            unknown_since_ms = NULL, lookup_at_ms = NULL,
            first_attempt_at_ms = iif(attempts > 1, first_attempt_at_ms, NULL)
        """

    private static func writeAttempt(_ update: DeliveryUpdate, number: Int64, _ db: Database) throws {
        guard update.attempted else {
            // A lease that ran out meanwhile has left an attempt behind.
            try db.run("DELETE FROM attempt WHERE delivery_row = ? AND operation = 'create' AND number > ?", [update.row, number])
            return
        }
        try db.run(
            AttemptRecord.insertion,
            [
                update.row, update.operation.rawValue, number, update.state.rawValue, update.startedAt.milliseconds,
                update.endedAt.milliseconds, update.httpStatus,
                update.vendorRequestID, update.errorCode?.rawValue, update.errorMessage,
            ])
    }
}

extension AttemptRecord {
    /// A late outcome takes the place of the attempt that only said that the lease had run out.
    static let insertion = """
        INSERT INTO attempt (delivery_row, operation, number, outcome, started_at_ms, ended_at_ms, http_status, vendor_request_id, error_code,
            error_message)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (delivery_row, operation, number) DO UPDATE SET outcome = excluded.outcome, started_at_ms = excluded.started_at_ms,
            ended_at_ms = excluded.ended_at_ms, http_status = excluded.http_status,
            vendor_request_id = excluded.vendor_request_id, error_code = excluded.error_code, error_message = excluded.error_message
        """
}
