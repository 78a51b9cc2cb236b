import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func record(_ updates: [DeliveryUpdate]) async throws -> [Int64] {
        try await transaction { try Self.record(updates, $0) }
    }

    package func record(
        _ updates: [DeliveryUpdate], thenClaim request: ClaimRequest, company: Int
    ) async throws -> (stale: [Int64], next: Result<[ClaimedDelivery], any Error>) {
        do {
            return try await transaction(company: company) { db in
                let stale = try Self.record(updates, db)
                return (stale, .success(try Self.claim(request, db)))
            }
        } catch {
            // The outcomes count for more than the claim, and may be what it did not fail for.
            let stale = try await record(updates)
            do { return (stale, .success(try await claim(request))) } catch { return (stale, .failure(error)) }
        }
    }

    private static func record(_ updates: [DeliveryUpdate], _ db: Database) throws -> [Int64] {
        var recorder = try OutcomeRecorder(db)
        var stale: [Int64] = []
        for update in updates {
            precondition(update.state != .sending, "a recorded delivery is not being sent")
            if try !recorder.write(update) { stale.append(update.row) }
        }
        try recorder.noteDelivered()
        return stale
    }
}

/// Writes the outcomes of one transaction. What nearly every delivery goes through is prepared once for all of them.
private struct OutcomeRecorder {
    private let db: Database
    private let holding: BareStatement
    private let delivering: BareStatement
    private let trying: BareStatement
    private var deliveredAt: [Int64: Int64] = [:]
    private var warnings: (list: [DeliveryWarning], text: String?) = ([], nil)

    init(_ db: Database) throws {
        self.db = db
        holding = try BareStatement(db, Self.held)
        delivering = try BareStatement(db, Self.delivered + " WHERE row = ?9")
        trying = try BareStatement(db, AttemptRecord.insertion)
    }

    /// What a row's new state belongs to.
    private struct Holding {
        let attempts: Int64
        let lookups: Int64
        let integrationID: Int64
        let isUnknown: Bool
        /// Of the attempt: its origin, clock (boot and time), and what the vendor's told before.
        let ground: [Int64?]
    }

    /// False when the row's fence has moved on or it is settled.
    ///
    /// A delivery that became unknown because its lease ran out still takes the late outcome of the one claim that sent
    /// it: its fence has not moved, so nobody has looked it up or sent it since.
    mutating func write(_ update: DeliveryUpdate) throws -> Bool {
        guard let held = try hold(update) else { return false }
        guard update.attempted else {
            try takeBack(update, attempts: held.attempts)
            return true
        }
        guard update.state == .delivered else {
            try leave(update)
            try writeAttempt(update, held)
            return true
        }
        try deliver(update)
        let endedAt = update.endedAt.milliseconds
        deliveredAt[held.integrationID] = max(deliveredAt[held.integrationID] ?? endedAt, endedAt)
        // What delivered it stands in the delivery itself: nearly every delivery has that one attempt.
        if update.operation == .find {
            try writeAttempt(update, held)
        } else if held.isUnknown {
            // A late outcome takes the place of the attempt that only said that the lease had run out.
            try db.run(
                "DELETE FROM attempt WHERE delivery_row = ? AND operation = 'create' AND number = ?",
                [update.row, held.attempts])
        }
        return true
    }

    /// When each integration was last delivered to.
    func noteDelivered() throws {
        for (integrationID, time) in deliveredAt {
            try db.run(
                "UPDATE integration SET last_delivered_at_ms = max(coalesce(last_delivered_at_ms, ?1), ?1) WHERE id = "
                    + "?2",
                [time, integrationID])
        }
    }

    /// Read beforehand: `RETURNING` would build a temporary table for each row, which takes longer than all the rest.
    private func hold(_ update: DeliveryUpdate) throws -> Holding? {
        defer { holding.reset() }
        try holding.bind(update.row, at: 1)
        try holding.bind(update.fence, at: 2)
        guard try holding.step() else { return nil }
        return Holding(
            attempts: holding.number(0), lookups: holding.number(1), integrationID: holding.number(2),
            isUnknown: holding.number(3) == 1,
            ground: (4...7).map { holding.optionalNumber($0) })
    }

    private mutating func warningsText(_ list: [DeliveryWarning]) throws -> String? {
        if list != warnings.list { warnings = (list, try JSONText.encodeUnlessEmpty(list)) }
        return warnings.text
    }

    private mutating func deliver(_ update: DeliveryUpdate) throws {
        try delivering.bind(update.externalID, at: 1)
        try delivering.bind(update.displayID, at: 2)
        try delivering.bind(update.url, at: 3)
        try delivering.bind(update.endedAt.milliseconds, at: 4)
        try delivering.bind(update.vendorRequestID, at: 5)
        try delivering.bind(try warningsText(update.warnings), at: 6)
        let isCreate = update.operation == .create
        try delivering.bind(isCreate ? update.startedAt.milliseconds : nil, at: 7)
        try delivering.bind(isCreate ? update.httpStatus.map(Int64.init) : nil, at: 8)
        try delivering.bind(update.row, at: 9)
        try delivering.run()
    }

    private mutating func leave(_ update: DeliveryUpdate) throws {
        let isUnknown = update.state == .unknown
        let boot = isUnknown ? try update.closedAt.flatMap { try SQLiteStore.bootRow($0, db) } : nil
        let since = isUnknown ? update.endedAt.milliseconds : nil
        let lookUpAt = update.state == .unknown ? (update.dueAt ?? update.endedAt).milliseconds : nil
        try db.run(
            Self.undelivered + " WHERE row = ?",
            [
                update.state.rawValue, dueAt(update), since, lookUpAt, update.endedAt.milliseconds, update.externalID,
                update.displayID,
                update.url, update.errorCode?.rawValue, update.errorField, update.errorMessage, update.vendorRequestID,
                try warningsText(update.warnings), boot, boot == nil ? nil : update.closedAt?.milliseconds,
                isUnknown ? update.vendorAfter?.milliseconds : nil, isUnknown, update.row,
            ])
    }

    /// Nothing left the host. A lease that ran out meanwhile has left an attempt behind.
    private func takeBack(_ update: DeliveryUpdate, attempts: Int64) throws {
        precondition(update.operation == .create, "a look-up is recorded or not, never taken back")
        try db.run(Self.takenBack + " WHERE row = ?3", [update.state.rawValue, dueAt(update), update.row])
        try db.run(
            "DELETE FROM attempt WHERE delivery_row = ? AND operation = 'create' AND number > ?",
            [update.row, attempts - 1])
    }

    private func writeAttempt(_ update: DeliveryUpdate, _ held: Holding) throws {
        try trying.bind(update.row, at: 1)
        try trying.bind(update.operation.rawValue, at: 2)
        try trying.bind(update.operation == .find ? held.lookups : held.attempts, at: 3)
        try trying.bind(update.state.rawValue, at: 4)
        try trying.bind(update.startedAt.milliseconds, at: 5)
        try trying.bind(update.endedAt.milliseconds, at: 6)
        try trying.bind(update.httpStatus.map(Int64.init), at: 7)
        try trying.bind(update.vendorRequestID, at: 8)
        try trying.bind(update.errorCode?.rawValue, at: 9)
        try trying.bind(update.errorMessage, at: 10)
        for (place, value) in held.ground.enumerated() {
            try trying.bind(update.operation == .create ? value : nil, at: Int32(11 + place))
        }
        try trying.run()
    }

    private func dueAt(_ update: DeliveryUpdate) -> Int64? {
        update.state == .waiting ? update.dueAt?.milliseconds : nil
    }

    private static let held = """
        SELECT attempts, lookups, integration_id, state = 'unknown', origin_row, clock_boot, clock_ms, vendor_before_ms
        FROM delivery WHERE row = ? AND fence = ? AND state IN ('sending', 'unknown')
        """

    private static let delivered = """
        UPDATE delivery SET state = 'delivered', lease_until_ms = NULL, delivered_revision = sending_revision, \
        unknown_since_ms = NULL,
            lookup_at_ms = NULL, external_id = ?1, display_id = ?2, url = ?3, delivered_at_ms = ?4, vendor_request_id \
        = ?5, warnings = ?6,
            sent_at_ms = ?7, http_status = ?8,
            error_code = NULL, error_field = NULL, error_message = NULL, failed_at_ms = NULL, \
        \(SQLiteStore.withoutClocks)
        """

    private static let undelivered = """
        UPDATE delivery SET state = ?, lease_until_ms = NULL, due_at_ms = ?,
            unknown_since_ms = iif(?3 IS NULL, NULL, coalesce(unknown_since_ms, ?3)), lookup_at_ms = ?4, failed_at_ms \
        = ?,
            external_id = coalesce(?, external_id), display_id = coalesce(?, display_id), url = coalesce(?, url),
            error_code = ?, error_field = ?, error_message = ?, vendor_request_id = ?, warnings = ?,
            clock_ms = iif(?17, iif(?14 IS NULL, clock_ms, ?15), NULL), clock_boot = iif(?17, coalesce(?14, \
        clock_boot), NULL),
            vendor_after_ms = iif(?17, coalesce(vendor_after_ms, ?16), NULL)
        """

    /// The attempt did not take place, and what was known before stays: one that failed before waits again.
    private static let takenBack = """
        UPDATE delivery SET clock_boot = NULL, clock_ms = NULL,
            state = iif(?1 = 'pending' AND attempts > 1 AND error_code IS NOT NULL, 'waiting', ?1), lease_until_ms = \
        NULL,
            due_at_ms = ?2, attempts = attempts - 1,
            unknown_since_ms = NULL, lookup_at_ms = NULL,
            first_attempt_at_ms = iif(attempts > 1, first_attempt_at_ms, NULL)
        """
}

extension AttemptRecord {
    /// A late outcome takes the place of the attempt that only said that the lease had run out.
    static let insertion = """
        INSERT INTO attempt (delivery_row, operation, number, outcome, started_at_ms, ended_at_ms, http_status, \
        vendor_request_id, error_code,
            error_message, origin_row, clock_boot, clock_ms, vendor_before_ms)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (delivery_row, operation, number) DO UPDATE SET outcome = excluded.outcome, started_at_ms = \
        excluded.started_at_ms,
            ended_at_ms = excluded.ended_at_ms, http_status = excluded.http_status,
            vendor_request_id = excluded.vendor_request_id, error_code = excluded.error_code, error_message = \
        excluded.error_message
        """
}
