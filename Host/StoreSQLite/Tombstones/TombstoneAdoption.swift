import GRDB
import PatchbayModel
import PatchbayStore

/// Makes deliveries of an integration out of the tombstones of its target, within a transaction. A tombstone is used up
/// by that.
///
/// In statements over all of them: there may be a million. Where the integration has a delivery of the task already,
/// the rule is that of `MoveDecision`, by which deliveries come from another home.
struct TombstoneAdoption {
    /// Which tasks.
    enum Tasks {
        case all
        /// Those of these deliveries.
        case of(deliveryRows: [Int64])
        /// Those that the integration has a delivery of.
        case bound
    }

    let integrationID: Int64
    let target: DeliveryTarget
    let now: Timestamp
    let db: Database

    init(integrationID: Int64, target: DeliveryTarget, now: Timestamp, _ db: Database) {
        self.integrationID = integrationID
        self.target = target
        self.now = now
        self.db = db
    }

    /// What becomes of a tombstone and the delivery that there is. As words of the table of choices; whole ones are
    /// states.
    private enum Choice {
        /// The delivery keeps its state, and is looked up as the tombstone's, should it be put back.
        static let mark = "mark"
        /// It was surely not made, nor was the delivery ever sent: that gets the tombstone's delivery id.
        static let idAlone = "id"
    }

    /// Gives how many became deliveries, by state, without those of which the delivery id alone counts, and how many
    /// were used up in all.
    func adopt(_ tasks: Tasks = .all) throws -> (states: [DeliveryState: Int], used: Int) {
        guard target.isComplete else { return ([:], 0) }
        let places = try TombstonePlaces(of: target, db)
        if places.isEmpty { return ([:], 0) }
        try db.run(Self.table)
        let used = try choose(tasks, places)
        if used == 0 { return ([:], 0) }
        try nameOrigins()
        try take()
        let states = try db.rows("SELECT choice, count(*) FROM adoption WHERE \(Self.isWhole) GROUP BY choice") { row in
            (try row.word(0) as DeliveryState, Int(try row.number(1)))
        }
        try noteDelivered()
        try db.run("DELETE FROM tombstone WHERE row IN (SELECT tombstone FROM adoption)")
        try db.run("DELETE FROM adoption")
        try TombstonePlaces.dropEmpty(db)
        return (Dictionary(uniqueKeysWithValues: states), used)
    }

    // MARK: Choosing

    /// Empty but within a transaction.
    private static let table = """
        CREATE TEMP TABLE IF NOT EXISTS adoption (
            tombstone INTEGER PRIMARY KEY,
            delivery_row INTEGER,
            choice TEXT NOT NULL,
            -- Looked up first, when it is put back.
            is_doubtful INTEGER NOT NULL,
            -- Sent as things are now, if it was: after a copy was made that was restored.
            is_guess INTEGER NOT NULL,
            origin_row INTEGER
        ) STRICT
        """

    private static let isWhole = "choice <> '\(Choice.mark)' AND choice <> '\(Choice.idAlone)'"

    /// NULL where what the integration has already stays as it is.
    private static let choice = """
        CASE
            -- Nothing that was still to be sent comes back by itself.
            WHEN d.row IS NULL THEN iif(t.state = 'pending', NULL, t.state)
            WHEN d.state = 'delivered' OR d.state = 'sending' THEN NULL
            WHEN t.state = 'delivered' THEN 'delivered'
            WHEN d.state = 'unknown' THEN NULL
            WHEN d.state = 'cancelled' OR d.state = 'refused' THEN
                iif(
                    (t.state = 'sending' OR t.state = 'unknown' OR t.is_restored) AND NOT d.is_restored,
                    '\(Choice.mark)', NULL)
            WHEN t.state = 'sending' OR t.state = 'unknown' THEN t.state
            -- Somebody has bound it anew, and nobody knows whether it was sent before.
            WHEN t.is_restored THEN 'unknown'
            WHEN d.attempts = 0 THEN '\(Choice.idAlone)'
        END
        """

    /// Of several of one task the one that is surest, and of equals the latest.
    private func choose(_ tasks: Tasks, _ places: TombstonePlaces) throws -> Int {
        var arguments = try places.arguments()
        arguments += ["integration": integrationID]
        var source = "tombstone AS t"
        var join = "LEFT JOIN"
        switch tasks {
        case .all: break
        case .bound: join = "JOIN"
        case .of(let rows):
            // From the few deliveries, whatever the planner thinks of places.
            source = """
                (SELECT DISTINCT task_row FROM delivery WHERE row IN (SELECT value FROM json_each(:rows))) AS o
                CROSS JOIN tombstone AS t ON t.task_row = o.task_row
                """
            arguments += ["rows": try JSONText.encode(rows)]
        }
        return try db.run(
            """
            INSERT INTO adoption (tombstone, delivery_row, choice, is_doubtful, is_guess)
            SELECT tombstone, delivery_row, choice, is_restored,
                (choice = 'unknown' OR choice = '\(Choice.mark)') AND state <> 'unknown' AND state <> 'sending'
            FROM (
                SELECT *, row_number() OVER (
                    PARTITION BY task_row
                    ORDER BY CASE state
                        WHEN 'delivered' THEN 0 WHEN 'sending' THEN 1 WHEN 'unknown' THEN 2 WHEN 'pending' THEN 4 ELSE 3
                    END, tombstone DESC
                ) AS place FROM (
                    SELECT t.row AS tombstone, t.task_row, t.state, t.is_restored, d.row AS delivery_row,
                        \(Self.choice) AS choice
                    FROM \(source) \(join) delivery AS d ON d.task_row = t.task_row AND d.integration_id = :integration
                    WHERE \(TombstonePlaces.condition)
                ) WHERE choice IS NOT NULL
            ) WHERE place = 1
            """, arguments)
    }

    /// The few origins of what was chosen, as rows of the integration.
    private func nameOrigins() throws {
        let known = Dictionary(uniqueKeysWithValues: try TombstonePlaces.origins(db).map { ($0.row, $0.origin) })
        let wanted = try db.rows(
            "SELECT DISTINCT t.origin_row, a.is_guess FROM adoption AS a JOIN tombstone AS t ON t.row = a.tombstone"
        ) { row in (was: try row.optionalNumber(0), isGuess: try row.number(1) == 1) }
        for (was, isGuess) in wanted {
            let origin = was.flatMap { known[$0] }
            guard let origin = isGuess ? try assumedOrigin(origin?.accountID) : origin else { continue }
            try db.run(
                """
                UPDATE adoption SET origin_row = ? WHERE is_guess = ? AND
                    (SELECT origin_row FROM tombstone WHERE row = adoption.tombstone) IS ?
                """, [try SQLiteStore.originRow(origin, integrationID: integrationID, db), isGuess, was])
        }
    }

    /// As a restored store assumes it: as the integration is now, by that account if it is known.
    private func assumedOrigin(_ account: String?) throws -> AttemptOrigin? {
        try db.first(
            """
            SELECT coalesce(t.id || ' ' || t.generation, ''), i.settings || ' ' || coalesce(i.base_url, ''),
                coalesce(t.kind, ''), t.account_id
            FROM integration AS i LEFT JOIN token AS t ON t.integration_id = i.id AND t.role = 'current' WHERE i.id = ?
            """, [integrationID]
        ) { row in
            AttemptOrigin(
                connectorID: "", connectorDigest: "", baseURL: try row.text(0), settingsText: try row.text(1),
                tokenKind: try row.text(2),
                accountID: try account ?? row.optionalText(3))
        }
    }

    // MARK: Taking

    private func take() throws {
        try db.run(
            """
            UPDATE delivery SET delivery_id = t.delivery_id
            FROM adoption AS a JOIN tombstone AS t ON t.row = a.tombstone
            WHERE delivery.row = a.delivery_row AND a.choice = '\(Choice.idAlone)'
            """)
        try db.run(
            """
            UPDATE delivery SET is_restored = 1, fence = fence + 1, delivery_id = t.delivery_id,
                origin_row = a.origin_row, first_attempt_at_ms = t.first_attempt_at_ms,
                vendor_before_ms = t.vendor_before_ms, sending_revision = t.sending_revision
            FROM adoption AS a JOIN tombstone AS t ON t.row = a.tombstone
            WHERE delivery.row = a.delivery_row AND a.choice = '\(Choice.mark)'
            """)
        try db.run("DELETE FROM delivery WHERE row IN (SELECT delivery_row FROM adoption WHERE \(Self.isWhole))")
        try db.run(Self.insertion, ["integration": integrationID, "now": now.milliseconds])
        // A look-up goes by when the last attempt was claimed.
        try db.run(
            """
            INSERT INTO attempt (delivery_row, operation, number, outcome, started_at_ms, ended_at_ms, http_status,
                vendor_request_id, error_code, error_message, origin_row, clock_boot, clock_ms, vendor_before_ms)
            SELECT d.row, 'create', t.attempts, 'unknown', t.tried_from_ms, t.tried_until_ms, t.http_status,
                t.vendor_request_id, t.error_code, t.error_message, a.origin_row, t.claim_boot, t.claim_ms,
                t.vendor_before_ms
            FROM adoption AS a JOIN tombstone AS t ON t.row = a.tombstone
                JOIN delivery AS d ON d.task_row = t.task_row AND d.integration_id = ?
            WHERE a.choice = 'unknown' AND NOT a.is_guess AND t.attempts > 0 AND t.tried_from_ms IS NOT NULL
                AND t.tried_until_ms IS NOT NULL
            """, [integrationID])
    }

    /// What is its own of the delivery's columns, each from the tombstone or from what becomes of it. It has no turn,
    /// and hardly needs one.
    private static let insertion: String = {
        let changed = [
            "state": "a.choice", "is_restored": "a.is_doubtful",
            "lease_until_ms": "iif(a.choice = 'sending', t.lease_until_ms, NULL)",
            "unknown_since_ms": "iif(a.choice = 'unknown', coalesce(t.unknown_since_ms, :now), NULL)",
            "cancelled_by": "iif(a.choice = 'cancelled', coalesce(t.cancelled_by, 'user'), NULL)",
        ]
        let names = TombstoneKeeping.shared.split(separator: ", ").map(String.init)
        let values = names.map { changed[$0] ?? "t.\($0)" }
        let ranks = Priority.allCases.map { "WHEN '\($0.rawValue)' THEN \($0.rank)" }.joined(separator: " ")
        return """
            INSERT INTO delivery (\(names.joined(separator: ", ")),
                integration_id, origin_row, priority_rank, due_rank, lookup_at_ms)
            SELECT \(values.joined(separator: ", ")), :integration, a.origin_row, CASE k.priority \(ranks) END,
                coalesce(k.due_time, k.due_date, '9999-99-99'), iif(a.choice = 'unknown', :now, NULL)
            FROM adoption AS a JOIN tombstone AS t ON t.row = a.tombstone JOIN task AS k ON k.row = t.task_row
            WHERE \(isWhole) ORDER BY a.tombstone
            """
    }()

    private func noteDelivered() throws {
        try db.run(
            """
            UPDATE integration SET last_delivered_at_ms = last.at FROM (
                SELECT max(t.delivered_at_ms) AS at FROM adoption AS a JOIN tombstone AS t ON t.row = a.tombstone
                WHERE a.choice = 'delivered'
            ) AS last WHERE id = ? AND last.at > coalesce(last_delivered_at_ms, 0)
            """, [integrationID])
    }

    /// For a claim, which must not pay for what there is not.
    static func isAny(_ db: Database) throws -> Bool {
        let some = try BareStatement(db, "SELECT 1 FROM tombstone LIMIT 1")
        defer { some.reset() }
        return try some.step()
    }
}
