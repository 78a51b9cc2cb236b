import PatchbayModel
import PatchbayStore
import PatchbaySync

/// A task as JSON output shows it: the names are those of the input.
struct TaskView: Encodable, Sendable {
    let id: String
    let meetingId: String?
    let title: String
    let description: String?
    let dueDate: String?
    let assignee: String?
    let priority: String
    let labels: [String]
    let status: String
    let importedAt: String
    let deliveries: [DeliveryView]

    init(_ record: TaskRecord) {
        let task = record.task
        id = task.id
        meetingId = task.meetingId
        title = task.title
        description = task.description
        dueDate = task.dueDate?.text
        assignee = task.assignee
        priority = task.priority.rawValue
        labels = task.labels
        status = task.status.rawValue
        importedAt = record.importedAt.text
        deliveries = record.deliveries.map(DeliveryView.init)
    }
}

/// One delivery as JSON output shows it.
struct DeliveryView: Encodable, Sendable {
    let taskId: String
    let integration: String
    let type: String
    let state: String
    let deliveryId: String
    let attempts: Int
    let externalId: String?
    let displayId: String?
    let url: String?
    let warnings: [DeliveryWarning]
    let dueAt: String?
    let deliveredAt: String?
    let changedSince: Bool
    let error: DeliveryErrorView?

    init(_ delivery: DeliveryRecord) {
        taskId = delivery.taskID
        integration = delivery.integrationName
        type = delivery.integrationType
        state = delivery.state.rawValue
        deliveryId = delivery.deliveryID
        attempts = delivery.attempts
        externalId = delivery.externalID
        displayId = delivery.displayID
        url = delivery.url
        warnings = delivery.warnings
        dueAt = delivery.dueAt?.text
        deliveredAt = delivery.deliveredAt?.text
        changedSince = delivery.changedSince
        error = DeliveryErrorView(
            code: delivery.errorCode, field: delivery.errorField, message: delivery.errorMessage,
            requestID: delivery.vendorRequestID)
    }
}

/// Why a delivery is not delivered.
struct DeliveryErrorView: Encodable, Sendable {
    let code: String
    let field: String?
    let message: String?
    let vendorRequestId: String?

    /// Nil when there is no error.
    init?(code: ErrorCode?, field: String?, message: String?, requestID: String?) {
        guard let code else { return nil }
        self.code = code.rawValue
        self.field = field
        self.message = message
        vendorRequestId = requestID
    }
}

/// One delivery of a sync as JSON output shows it, with the whole context of its error.
struct SyncRowView: Encodable, Sendable {
    let taskId: String
    let meetingId: String?
    let title: String
    let system: String
    let integration: String
    let state: String
    let externalId: String?
    let displayId: String?
    let url: String?
    let warnings: [DeliveryWarning]
    let dueAt: String?
    let error: ErrorObject?
    let field: String?

    init(_ row: SyncRow) {
        taskId = row.taskID
        meetingId = row.meetingID
        title = row.title
        system = row.type
        integration = row.integration
        state = row.state.rawValue
        externalId = row.externalID
        displayId = row.displayID
        url = row.url
        warnings = row.warnings
        dueAt = row.dueAt?.text
        field = row.field
        error = row.code.map { code in
            ErrorObject(
                code: code, message: row.message ?? "",
                context: ErrorContext(
                    system: row.type, integration: row.integration, meetingId: row.meetingID, taskId: row.taskID,
                    title: row.title,
                    attempt: row.attempt, vendorRequestId: row.vendorRequestID))
        }
    }
}

/// What is kept of a removed delivery, as JSON output shows it.
struct TombstoneView: Encodable, Sendable {
    let integration: String
    let type: String
    let removedAt: String
    let deliveryId: String
    let state: String
    let externalId: String?
    let displayId: String?
    let url: String?
    let deliveredAt: String?

    init(_ tombstone: Tombstone) {
        integration = tombstone.integration
        type = tombstone.type
        removedAt = tombstone.removedAt.text
        deliveryId = tombstone.deliveryID
        state = tombstone.state.rawValue
        externalId = tombstone.externalID
        displayId = tombstone.displayID
        url = tombstone.url
        deliveredAt = tombstone.deliveredAt?.text
    }

    /// For a person.
    static func line(_ tombstone: Tombstone) -> String {
        let whom = "\(tombstone.integration) (\(tombstone.type), removed \(tombstone.removedAt.text))"
        switch tombstone.state {
        case .delivered:
            let when = tombstone.deliveredAt.map { " \($0.text)" } ?? ""
            let place = tombstone.url.map { ", \($0)" } ?? ""
            let id = tombstone.externalID ?? "unknown"
            return "was delivered to \(whom)\(when), external id \(id)\(place); it is not made there again"
        case .cancelled: return "was taken back for \(whom)"
        case .refused: return "was refused by \(whom)"
        default:
            return "was \(tombstone.state.rawValue) for \(whom): an integration of the same target looks it up before "
                + "anything is sent"
        }
    }
}
