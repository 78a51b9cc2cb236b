import PatchbayModel
import PatchbayStore

extension IntegrationReport {
    mutating func count(_ update: DeliveryUpdate) {
        // One that a look-up put back is sent by a lane of this sync, which counts it.
        if update.state == .pending, update.operation == .find { return }
        count(update.state, by: 1)
    }

    mutating func count(_ state: DeliveryState, by change: Int) {
        switch state {
        case .delivered: delivered += change
        case .refused: refused += change
        case .waiting: waiting += change
        case .unknown: unknown += change
        case .pending, .sending, .cancelled: released += change
        }
    }
}

extension SyncRow {
    init(_ update: DeliveryUpdate, _ delivery: ClaimedDelivery, _ integration: IntegrationRecord) {
        self.init(
            taskID: delivery.task.id, meetingID: delivery.task.meetingId, title: delivery.task.title,
            integration: integration.name,
            type: integration.type, state: update.state, externalID: update.externalID, displayID: update.displayID,
            url: update.url,
            code: update.errorCode, field: update.errorField, message: update.errorMessage,
            vendorRequestID: update.vendorRequestID,
            dueAt: [.waiting, .unknown].contains(update.state) ? update.dueAt : nil, attempt: delivery.attempt,
            warnings: update.warnings)
    }
}
