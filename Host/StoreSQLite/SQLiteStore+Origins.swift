import GRDB
import PatchbayModel
import PatchbayStore

/// Where attempts came from, and the clocks that they are compared by.
extension SQLiteStore {
    /// What leaves a settled delivery without the clocks of its attempt.
    static let withoutClocks = "clock_boot = NULL, clock_ms = NULL, vendor_before_ms = NULL, vendor_after_ms = NULL"

    /// The row of a boot; nil where the kernel does not name it.
    static func bootRow(_ time: RunningTime, _ db: Database) throws -> Int64? {
        if time.boot.isEmpty { return nil }
        if let row = try db.first("SELECT row FROM boot WHERE id = ?", [time.boot], { try $0.number(0) }) { return row }
        try db.run("INSERT INTO boot (id) VALUES (?)", [time.boot])
        return db.lastInsertedRowID
    }

    static func originRow(_ origin: AttemptOrigin, integrationID: Int64, _ db: Database) throws -> Int64 {
        let values: StatementArguments = [
            integrationID, origin.connectorID, origin.connectorDigest, origin.baseURL, origin.settingsText,
            origin.tokenKind,
            origin.accountID ?? "",
        ]
        let row = try db.first(
            """
            SELECT row FROM attempt_origin WHERE integration_id = ? AND connector_id = ? AND connector_digest = ? AND \
            base_url = ?
                AND settings = ? AND token_kind = ? AND account_id = ?
            """, values
        ) { try $0.number(0) }
        if let row { return row }
        try db.run(
            """
            INSERT INTO attempt_origin (integration_id, connector_id, connector_digest, base_url, settings, \
            token_kind, account_id)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, values)
        return db.lastInsertedRowID
    }

    package func witnesses(integrationID: Int64, origin: AttemptOrigin, skip: Int, limit: Int) async throws -> [Witness]
    {
        try await read { db in
            let found = try Self.witnesses(integrationID, origin, skip: skip, limit: limit, db)
            return found.isEmpty && skip > 0
                ? try Self.witnesses(integrationID, origin, skip: 0, limit: limit, db) : found
        }
    }

    /// From the end of the table, where the latest lie: it stops after a few rows, however many there are.
    private static func witnesses(
        _ integrationID: Int64, _ origin: AttemptOrigin, skip: Int, limit: Int, _ db: Database
    ) throws -> [Witness] {
        let origins = try db.rows(
            """
            SELECT row FROM attempt_origin
            WHERE integration_id = ? AND connector_id = ? AND base_url = ? AND settings = ? AND token_kind = ?
            """, [integrationID, origin.connectorID, origin.baseURL, origin.settingsText, origin.tokenKind]
        ) { try $0.number(0) }
        if origins.isEmpty { return [] }
        return try db.rows(
            """
            SELECT d.delivery_id, d.external_id, coalesce(d.sent_at_ms, d.first_attempt_at_ms, d.delivered_at_ms), \
            \(TrackedTask.columns)
            FROM delivery AS d JOIN task AS t ON t.row = d.task_row
            WHERE d.integration_id = ? AND d.state = 'delivered' AND d.external_id IS NOT NULL
                AND d.origin_row IN (\(origins.map(String.init).joined(separator: ", ")))
            ORDER BY d.row DESC LIMIT ? OFFSET ?
            """, [integrationID, limit, skip]
        ) { row in
            Witness(
                deliveryID: try row.text(0), externalID: try row.text(1), task: try TrackedTask(row, from: 3),
                sentAt: try row.time(2))
        }
    }
}

extension LookUp {
    /// In the order that `init(_:from:)` reads; needs `d`, `b`, `o` and `a` for delivery, boot, origin and the last
    /// attempt to create it.
    static let columns = """
        d.lookups, d.unknown_since_ms, b.id, d.clock_ms, d.vendor_before_ms, d.vendor_after_ms, o.connector_id, \
        o.connector_digest, \
        o.base_url, o.settings, o.token_kind, o.account_id, (SELECT id FROM boot WHERE row = a.clock_boot), \
        a.clock_ms, \
        d.is_restored
        """

    init(_ row: Row, from start: Int) throws {
        var closedAt: RunningTime?
        if let boot = try row.optionalText(start + 2) {
            closedAt = RunningTime(boot: boot, milliseconds: try row.time(start + 3).milliseconds)
        }
        var claimedAt: RunningTime?
        if let boot = try row.optionalText(start + 12) {
            claimedAt = RunningTime(boot: boot, milliseconds: try row.time(start + 13).milliseconds)
        }
        var origin: AttemptOrigin?
        if let connectorID = try row.optionalText(start + 6) {
            let account = try row.text(start + 11)
            origin = AttemptOrigin(
                connectorID: connectorID, connectorDigest: try row.text(start + 7), baseURL: try row.text(start + 8),
                settingsText: try row.text(start + 9), tokenKind: try row.text(start + 10),
                accountID: account.isEmpty ? nil : account)
        }
        self.init(
            number: Int(try row.counted(start)) + 1, unknownSince: try row.time(start + 1), origin: origin,
            claimedAt: claimedAt,
            closedAt: closedAt,
            vendorBefore: try row.optionalTime(start + 4), vendorAfter: try row.optionalTime(start + 5),
            isRestored: try row.number(start + 14) == 1)
    }
}
