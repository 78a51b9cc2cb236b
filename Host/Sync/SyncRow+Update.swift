import PatchbayModel
import PatchbayStore

extension IntegrationReport {
    mutating func count(_ update: DeliveryUpdate) {
        switch update.state {
        case .delivered: delivered += 1
        case .refused: refused += 1
        case .waiting: waiting += 1
        case .unknown: unknown += 1
        case .pending where update.operation == .find: break
        case .pending, .sending, .cancelled: released += 1
        }
    }
}

extension SyncRow {
    init(_ update: DeliveryUpdate, _ delivery: ClaimedDelivery, _ integration: IntegrationRecord) {
        self.init(
            taskID: delivery.task.id, meetingID: delivery.task.meetingId, title: delivery.task.title, integration: integration.name,
            type: integration.type, state: update.state, externalID: update.externalID, displayID: update.displayID, url: update.url,
            code: update.errorCode, field: update.errorField, message: update.errorMessage, vendorRequestID: update.vendorRequestID,
            attempt: delivery.attempt, warnings: update.warnings)
    }
}
