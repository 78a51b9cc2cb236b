import GRDB
import PatchbayModel
import PatchbayStore

/// Makes tombstones of what an integration that is being removed has, within the transaction that removes it.
struct TombstoneKeeping {
    let integrationID: Int64
    let target: DeliveryTarget?
    let now: Timestamp
    let db: Database

    init(integrationID: Int64, target: DeliveryTarget?, now: Timestamp, _ db: Database) {
        self.integrationID = integrationID
        self.target = target
        self.now = now
        self.db = db
    }

    /// What a tombstone has of its delivery, under the same names.
    static let shared = """
        task_row, delivery_id, state, lease_until_ms, attempts, first_attempt_at_ms, sending_revision, \
        delivered_revision, delivered_at_ms, external_id, display_id, url, vendor_request_id, warnings, sent_at_ms, \
        http_status, unknown_since_ms, lookups, failed_at_ms, error_code, error_field, error_message, cancelled_by, \
        is_restored, clock_boot, clock_ms, vendor_before_ms, vendor_after_ms
        """

    /// What was or may have been made, and what a person took back, as it is; of all else the delivery id alone. What
    /// was refused was not made; but a copy that was restored cannot know that.
    private static let state =
        "iif(d.state IN ('pending', 'waiting') OR (d.state = 'refused' AND NOT d.is_restored), 'pending', d.state)"

    /// Gives how many by state, without those that are known by their delivery id alone.
    func keep() throws -> [DeliveryState: Int] {
        var counts = Dictionary(
            uniqueKeysWithValues: try db.rows(
                "SELECT \(Self.state), count(*) FROM delivery AS d WHERE d.integration_id = ? GROUP BY 1",
                [integrationID]
            ) { (try $0.word(0) as DeliveryState, Int(try $0.number(1))) })
        if counts.isEmpty { return [:] }
        counts[.pending] = nil
        let removed = try keepIntegration()
        try db.run(
            """
            INSERT INTO removed_origin
                (removed_row, was_row, connector_id, connector_digest, base_url, settings, token_kind, account_id)
            SELECT ?, row, connector_id, connector_digest, base_url, settings, token_kind, account_id
            FROM attempt_origin WHERE integration_id = ? ORDER BY row
            """, [removed, integrationID])
        // What was never sent is taken for what would have been sent as the last was.
        try db.run(
            """
            INSERT INTO tombstone (\(Self.shared),
                removed_row, origin_row, tried_from_ms, tried_until_ms, claim_boot, claim_ms)
            SELECT \(Self.values), :removed,
                coalesce(
                    (SELECT o.row FROM removed_origin AS o WHERE o.removed_row = :removed AND o.was_row = d.origin_row),
                    iif(\(Self.state) IN ('pending', 'refused', 'cancelled'), :last, NULL)),
                a.started_at_ms, a.ended_at_ms, a.clock_boot, a.clock_ms
            FROM delivery AS d JOIN integration AS i ON i.id = d.integration_id
                LEFT JOIN attempt AS a ON a.delivery_row = d.row AND a.operation = 'create' AND a.number = d.attempts
            WHERE d.integration_id = :integration ORDER BY d.row
            """, ["removed": removed, "integration": integrationID, "last": try lastOrigin(removed)])
        return counts
    }

    private func lastOrigin(_ removed: Int64) throws -> Int64? {
        try db.first("SELECT max(row) FROM removed_origin WHERE removed_row = ? AND connector_id <> ''", [removed]) {
            try $0.optionalNumber(0)
        } ?? nil
    }

    /// What stands for the shared columns.
    private static let values: String = {
        let changed = [
            "state": state,
            "vendor_before_ms": "coalesce(d.vendor_before_ms, iif(\(state) = 'pending', i.vendor_date_ms, NULL))",
        ]
        return shared.split(separator: ", ").map { changed[String($0)] ?? "d.\($0)" }.joined(separator: ", ")
    }()

    private func keepIntegration() throws -> Int64 {
        let settings = try db.first("SELECT settings FROM integration WHERE id = ?", [integrationID]) {
            try JSONText.decode($0.text(0), as: [String: SettingValue].self)
        }
        let names = target.map { Set($0.fields.map(\.name)) }
        let kept = (settings ?? [:]).filter { name, value in
            if let names { return names.contains(name) }
            if case .map = value { return false }
            return true
        }
        try db.run(
            """
            INSERT INTO removed_integration (name, type, connector_id, base_url, settings, removed_at_ms)
            SELECT name, type, ?, base_url, ?, ? FROM integration WHERE id = ?
            """, [target?.connectorID, try JSONText.encode(kept), now.milliseconds, integrationID])
        return db.lastInsertedRowID
    }
}
