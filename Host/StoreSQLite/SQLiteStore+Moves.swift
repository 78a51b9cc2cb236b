import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    package func movedTasks(_ filter: TaskFilter, after row: Int64, limit: Int) async throws -> [MovedTask] {
        try await read { db in
            let page = try Self.page(filter, after: row, limit: limit, db)
            guard !page.isEmpty else { return [] }
            var deliveries: [Int64: [MovedDelivery]] = [:]
            _ = try db.rows(
                """
                SELECT \(MovedDelivery.columns) FROM json_each(?) AS named CROSS JOIN \(Self.deliveryJoin) ON \
                d.task_row = named.value
                    LEFT JOIN attempt_origin AS o ON o.row = d.origin_row
                ORDER BY i.name
                """, [try JSONText.encode(page.map(\.row))]
            ) { row in deliveries[try row.number(0), default: []].append(try MovedDelivery(row)) }
            return page.map { MovedTask(row: $0.row, task: $0.task, deliveries: deliveries[$0.row] ?? []) }
        }
    }
}

extension MovedDelivery {
    /// In the order that `init(_:)` reads; needs `d`, `t`, `i` and `o` for delivery, task, integration and origin.
    fileprivate static let columns = """
        d.task_row, i.name, d.delivery_id, d.state, i.type, d.attempts, d.external_id, d.display_id, d.url, \
        d.vendor_request_id, \
        d.error_code, d.error_field, d.error_message, d.warnings, d.first_attempt_at_ms, d.sent_at_ms, \
        d.delivered_at_ms, \
        d.unknown_since_ms, d.vendor_before_ms, \
        iif(d.state = 'delivered', d.delivered_revision, d.sending_revision) < t.revision, d.cancelled_by, \
        d.is_restored, \
        o.connector_id, o.connector_digest, o.base_url, o.settings, o.token_kind, o.account_id
        """

    fileprivate init(_ row: Row) throws {
        self.init(integration: try row.text(1), deliveryID: try row.text(2), state: try row.word(3))
        type = try row.text(4)
        attempts = Int(try row.number(5))
        externalID = try row.optionalText(6)
        displayID = try row.optionalText(7)
        url = try row.optionalText(8)
        vendorRequestID = try row.optionalText(9)
        errorCode = try row.optionalCode(10)
        errorField = try row.optionalText(11)
        errorMessage = try row.optionalText(12)
        warnings = try JSONText.decodeList(row.optionalText(13))
        firstAttemptAt = try row.optionalTime(14)
        sentAt = try row.optionalTime(15)
        deliveredAt = try row.optionalTime(16)
        unknownSince = try row.optionalTime(17)
        vendorBefore = mayBeThere && state != .delivered ? try row.optionalTime(18) : nil
        changedSince = mayBeThere ? try row.optionalNumber(19) == 1 : false
        isCancelledByImport = state == .cancelled ? try row.optionalText(20) == "import" : false
        isRestored = state == .delivered ? false : try row.number(21) == 1
        origin = mayBeThere ? try Self.origin(row, isDelivered: state == .delivered) : nil
    }

    /// What a restored store only assumes hangs on that store's tokens, and means nothing elsewhere.
    private static func origin(_ row: Row, isDelivered: Bool) throws -> MovedOrigin? {
        guard let connectorID = try row.optionalText(22), !connectorID.isEmpty else { return nil }
        let account = try row.text(27)
        let origin = AttemptOrigin(
            connectorID: connectorID, connectorDigest: isDelivered ? "" : try row.text(23), baseURL: try row.text(24),
            settingsText: try row.text(25), tokenKind: try row.text(26), accountID: account.isEmpty ? nil : account)
        return MovedOrigin(
            connectorID: origin.connectorID, connectorDigest: origin.connectorDigest, baseURL: origin.baseURL,
            settings: origin.settings,
            tokenKind: origin.tokenKind, accountID: origin.accountID)
    }
}
