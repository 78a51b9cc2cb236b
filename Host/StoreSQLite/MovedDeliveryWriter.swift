import GRDB
import PatchbayModel
import PatchbayStore

/// Writes deliveries that come from another home, inside one transaction of an import.
final class MovedDeliveryWriter {
    /// Whose a delivery id is.
    private struct Owner {
        let taskID: String
        let integrationID: Int64
    }

    private let db: Database
    private let now: Timestamp
    private var owners: [String: Owner] = [:]

    /// Reads whose the entries' delivery ids are already. There is no index for that, which every import would have to
    /// write: one reading of all deliveries serves thousands of tasks, and only where tasks move.
    init(_ entries: [TaskImport], now: Timestamp, _ db: Database) throws {
        self.db = db
        self.now = now
        let ids = entries.flatMap { $0.moved.values.map(\.deliveryID) }
        if ids.isEmpty { return }
        let found = try db.rows(
            """
            SELECT d.delivery_id, t.id, d.integration_id FROM delivery AS d JOIN task AS t ON t.row = d.task_row
            WHERE d.delivery_id IN (SELECT value FROM json_each(?))
            """, [try JSONText.encode(ids)]
        ) { row in (try row.text(0), Owner(taskID: try row.text(1), integrationID: try row.number(2))) }
        owners = Dictionary(found) { first, _ in first }
    }

    /// Why none of an entry's deliveries can be taken; nil when all can.
    func fault(in entry: TaskImport, names: [Int64: String]) -> String? {
        for (integrationID, moved) in entry.moved.sorted(by: { $0.key < $1.key }) {
            guard let owner = owners[moved.deliveryID] else { continue }
            if owner.taskID != entry.task.id {
                return "has the delivery id \(moved.deliveryID), which is task \(owner.taskID)'s; each task has its own"
            }
            if owner.integrationID != integrationID {
                return "has the delivery id \(moved.deliveryID) for \(moved.integration), and here it is the one for "
                    + "\(names[owner.integrationID] ?? "another integration"); import it for that"
            }
        }
        return nil
    }

    /// From now on they are the entry's.
    func accept(_ entry: TaskImport) {
        for (integrationID, moved) in entry.moved {
            owners[moved.deliveryID] = Owner(taskID: entry.task.id, integrationID: integrationID)
        }
    }

    /// One that is not here yet. `turn` is its place among those of its meeting.
    func add(_ moved: MovedDelivery, of task: BoundTask, revision: Int64, integrationID: Int64, turn: Int64) throws {
        var values = try values(moved, revision: revision, integrationID: integrationID)
        values.set("task_row", task.row)
        values.set("integration_id", integrationID)
        values.set("priority_rank", task.priorityRank)
        values.set("due_rank", task.dueRank)
        values.set("turn", turn)
        values.set("attempts", attempts(of: moved))
        try db.run(values.insertion, values.arguments)
    }

    /// In place of what is here. A raised fence keeps late outcomes away; the attempts of here keep their numbers.
    func take(_ moved: MovedDelivery, over row: Int64, revision: Int64, integrationID: Int64) throws {
        let values = try values(moved, revision: revision, integrationID: integrationID)
        let further = moved.state == .delivered ? 0 : 1
        try db.run(
            """
            UPDATE delivery SET \(values.changes), attempts = max(attempts + ?, ?), fence = fence + 1, lookups = 0, \
            clock_boot = NULL,
                clock_ms = NULL, vendor_after_ms = NULL, http_status = NULL
            WHERE row = ?
            """, values.arguments + [further, attempts(of: moved), row])
    }

    /// It stays as it is, and is looked up should it be put back.
    func mark(_ moved: MovedDelivery, over row: Int64, revision: Int64, integrationID: Int64) throws {
        try db.run(
            """
            UPDATE delivery SET is_restored = 1, fence = fence + 1, delivery_id = ?, first_attempt_at_ms = ?, \
            vendor_before_ms = ?,
                origin_row = ?, sending_revision = ? WHERE row = ?
            """,
            [
                moved.deliveryID, moved.firstAttemptAt?.milliseconds, moved.vendorBefore?.milliseconds,
                try origin(of: moved, integrationID), sent(moved, revision), row,
            ])
    }

    // MARK: Columns

    private struct Columns {
        private var names: [String] = []
        private var values: [(any DatabaseValueConvertible)?] = []

        mutating func set(_ name: String, _ value: (any DatabaseValueConvertible)?) {
            names.append(name)
            values.append(value)
        }

        var arguments: StatementArguments { StatementArguments(values) }
        var changes: String { names.map { "\($0) = ?" }.joined(separator: ", ") }
        var insertion: String {
            "INSERT INTO delivery (\(names.joined(separator: ", "))) VALUES "
                + "(\(names.map { _ in "?" }.joined(separator: ", ")))"
        }
    }

    /// All but the place among others. What is not known is null, which also forgets what was there before.
    private func values(_ moved: MovedDelivery, revision: Int64, integrationID: Int64) throws -> Columns {
        let state = moved.state == .sending ? .unknown : moved.state
        let isDelivered = state == .delivered
        var columns = Columns()
        columns.set("delivery_id", moved.deliveryID)
        columns.set("state", state.rawValue)
        columns.set("due_at_ms", nil)
        columns.set("lease_until_ms", nil)
        columns.set("external_id", moved.externalID)
        columns.set("display_id", moved.displayID)
        columns.set("url", moved.url)
        columns.set("vendor_request_id", moved.vendorRequestID)
        columns.set("warnings", try JSONText.encodeUnlessEmpty(moved.warnings))
        columns.set("first_attempt_at_ms", moved.firstAttemptAt?.milliseconds)
        columns.set("sent_at_ms", isDelivered ? moved.sentAt?.milliseconds : nil)
        columns.set("delivered_at_ms", isDelivered ? (moved.deliveredAt ?? now).milliseconds : nil)
        columns.set("delivered_revision", isDelivered ? sent(moved, revision) : nil)
        columns.set("vendor_before_ms", isDelivered ? nil : moved.vendorBefore?.milliseconds)
        columns.set("origin_row", try origin(of: moved, integrationID))
        columns.set("cancelled_by", state == .cancelled ? (moved.isCancelledByImport ? "import" : "user") : nil)
        columns.set("is_restored", moved.isRestored && !isDelivered)
        addFailure(&columns, moved, state, revision)
        return columns
    }

    /// What an attempt that did not deliver left behind.
    private func addFailure(_ columns: inout Columns, _ moved: MovedDelivery, _ state: DeliveryState, _ revision: Int64)
    {
        let isUnknown = state == .unknown
        let error = Self.error(of: moved)
        columns.set("error_code", error.code?.rawValue)
        columns.set("error_field", error.field)
        columns.set("error_message", error.message)
        columns.set("failed_at_ms", state == .refused || state == .waiting || isUnknown ? now.milliseconds : nil)
        columns.set("sending_revision", moved.attempts > 0 || isUnknown ? sent(moved, revision) : nil)
        columns.set("unknown_since_ms", isUnknown ? (moved.unknownSince ?? now).milliseconds : nil)
        columns.set("lookup_at_ms", isUnknown ? now.milliseconds : nil)
    }

    /// The content that was sent: the one that comes along, or an older one.
    private func sent(_ moved: MovedDelivery, _ revision: Int64) -> Int64 {
        moved.changedSince ? revision - 1 : revision
    }

    /// At least the one that a state tells of.
    private func attempts(of moved: MovedDelivery) -> Int {
        let hasOne = moved.sentAt != nil || moved.state == .unknown || moved.state == .sending
        return max(moved.attempts, hasOne ? 1 : 0)
    }

    private func origin(of moved: MovedDelivery, _ integrationID: Int64) throws -> Int64? {
        guard let origin = moved.origin else { return nil }
        let kept = AttemptOrigin(
            connectorID: origin.connectorID, connectorDigest: origin.connectorDigest, baseURL: origin.baseURL,
            settings: origin.settings,
            tokenKind: origin.tokenKind, accountID: origin.accountID)
        return try SQLiteStore.originRow(kept, integrationID: integrationID, db)
    }

    private static func error(of moved: MovedDelivery) -> (code: ErrorCode?, field: String?, message: String?) {
        let known = (moved.errorCode, moved.errorField, moved.errorMessage)
        switch moved.state {
        case .sending:
            let words =
                "It was being sent when it was exported from another home. It must be looked up before it is sent "
                + "again."
            return (.outcomeUnknown, nil, words)
        case .unknown: return moved.errorCode == nil ? (.outcomeUnknown, nil, moved.errorMessage) : known
        case .refused: return moved.errorCode == nil ? (.taskRefused, moved.errorField, moved.errorMessage) : known
        case .delivered: return (nil, nil, nil)
        case .pending, .waiting, .cancelled: return known
        }
    }
}
