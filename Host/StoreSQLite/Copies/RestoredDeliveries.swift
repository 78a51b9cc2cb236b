import GRDB
import PatchbayModel
import PatchbayStore

/// What a copy cannot know of its deliveries: whether they were made after it was.
enum RestoredDeliveries {
    /// Has everything that may have been sent since looked up, under its delivery id, before anything is sent. Gives
    /// how many are due.
    ///
    /// A look-up reaches back to the first attempt, so that is set to the backup's time at the latest; its patience
    /// counts from now on, because what was under way when the old store ended may still arrive. What was refused or
    /// cancelled stays so, but may have been put back and sent since; so it is marked, and looked up when somebody puts
    /// it back again.
    static func unsettle(_ db: Database, backupMadeAt: Timestamp, now: Timestamp) throws -> Int {
        // One of two clocks may be wrong; the earlier time makes a look-up reach further back.
        let backupMadeAt = min(backupMadeAt, now)
        try assumeOrigins(db)
        let message =
            "The store was restored from a backup, after which it may have been sent. It must be looked up before it "
            + "is sent again."
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO attempt (delivery_row, operation, number, outcome, started_at_ms, ended_at_ms, \
                error_code, error_message)
                SELECT row, 'create', attempts, 'unknown', coalesce(first_attempt_at_ms, ?1), \
                max(coalesce(first_attempt_at_ms, ?1), ?1), ?2, ?3
                FROM delivery WHERE state = 'sending' AND attempts > 0
                """, arguments: [backupMadeAt.milliseconds, ErrorCode.outcomeUnknown.rawValue, message])
        try db.execute(
            sql: """
                UPDATE delivery SET state = 'unknown', lease_until_ms = NULL, due_at_ms = NULL, fence = fence + 1,
                    unknown_since_ms = ?1, lookup_at_ms = ?1, failed_at_ms = ?1,
                    first_attempt_at_ms = min(coalesce(first_attempt_at_ms, ?2), ?2),
                    clock_boot = NULL, clock_ms = NULL, vendor_after_ms = NULL, is_restored = 1,
                    sending_revision = coalesce(sending_revision, (SELECT revision FROM task WHERE task.row = \
                task_row)),
                    error_code = ?3, error_field = NULL, error_message = ?4, vendor_request_id = NULL
                WHERE state IN ('pending', 'waiting', 'sending', 'unknown')
                """,
            arguments: [now.milliseconds, backupMadeAt.milliseconds, ErrorCode.outcomeUnknown.rawValue, message])
        let unsettled = db.changesCount
        try db.execute(
            sql: """
                UPDATE delivery SET is_restored = 1, fence = fence + 1, first_attempt_at_ms = \
                min(coalesce(first_attempt_at_ms, ?1), ?1),
                    sending_revision = coalesce(sending_revision, (SELECT revision FROM task WHERE task.row = task_row))
                WHERE state IN ('refused', 'cancelled')
                """, arguments: [backupMadeAt.milliseconds])
        try unsettleTombstones(db, message: message, backupMadeAt: backupMadeAt, now: now)
        return unsettled
    }

    /// An integration that was added after the backup may have taken them over and gone on with them: the same holds of
    /// them.
    private static func unsettleTombstones(
        _ db: Database, message: String, backupMadeAt: Timestamp, now: Timestamp
    ) throws {
        try db.execute(
            sql: """
                UPDATE tombstone SET first_attempt_at_ms = min(coalesce(first_attempt_at_ms, ?1), ?1), is_restored = 1,
                    sending_revision = coalesce(sending_revision, (SELECT revision FROM task WHERE task.row = task_row))
                WHERE state <> 'delivered'
                """, arguments: [backupMadeAt.milliseconds])
        try db.execute(
            sql: """
                UPDATE tombstone SET state = 'unknown', lease_until_ms = NULL, unknown_since_ms = ?1, failed_at_ms = ?1,
                    clock_boot = NULL, clock_ms = NULL, vendor_after_ms = NULL,
                    tried_until_ms = coalesce(tried_until_ms, max(coalesce(tried_from_ms, first_attempt_at_ms), ?2)),
                    tried_from_ms = coalesce(tried_from_ms, first_attempt_at_ms),
                    error_code = ?3, error_field = NULL, error_message = ?4, vendor_request_id = NULL
                WHERE state IN ('sending', 'unknown')
                """,
            arguments: [now.milliseconds, backupMadeAt.milliseconds, ErrorCode.outcomeUnknown.rawValue, message])
    }

    /// What was still to be sent may have been sent after the backup was made, as the integration then was, and not
    /// before what its vendor's clock told last. What was under way or unknown keeps the origin of its attempt.
    private static func assumeOrigins(_ db: Database) throws {
        // Of an earlier restore.
        try db.execute(
            sql:
                "UPDATE delivery SET origin_row = NULL WHERE origin_row IN (SELECT row FROM attempt_origin WHERE "
                + "connector_id = '')"
        )
        try db.execute(sql: "DELETE FROM attempt_origin WHERE connector_id = ''")
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO attempt_origin
                    (integration_id, connector_id, connector_digest, base_url, settings, token_kind, account_id)
                SELECT i.id, '', '', coalesce(t.id || ' ' || t.generation, ''), i.settings || ' ' || \
                coalesce(i.base_url, ''),
                    coalesce(t.kind, ''), coalesce(t.account_id, '')
                FROM integration AS i LEFT JOIN token AS t ON t.integration_id = i.id AND t.role = 'current'
                """)
        try db.execute(
            sql: """
                UPDATE delivery SET
                    vendor_before_ms = (SELECT vendor_date_ms FROM integration AS i WHERE i.id = integration_id),
                    origin_row = (
                        SELECT max(row) FROM attempt_origin AS o
                        WHERE o.integration_id = delivery.integration_id AND connector_id = '')
                WHERE state = 'pending' OR state = 'waiting' OR state = 'refused' OR state = 'cancelled'
                """)
    }

    /// What puts a refused or cancelled delivery back, to be sent; or, in a restored store, to be looked up first.
    static func putBack(now: Timestamp) -> String {
        """
        state = iif(is_restored, 'unknown', 'pending'), unknown_since_ms = iif(is_restored, \(now.milliseconds), NULL),
        lookup_at_ms = iif(is_restored, \(now.milliseconds), NULL), is_restored = 0, due_at_ms = NULL, cancelled_by = \
        NULL
        """
    }
}
