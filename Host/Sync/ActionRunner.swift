import PatchbayInput
import PatchbayModel
import PatchbayStore

/// Carries out a workflow action: brings its tasks in, delivers them, and tells of each where it is.
package struct ActionRunner: Sendable {
    private let store: any Store
    private let engine: SyncEngine

    package init(store: any Store, engine: SyncEngine) {
        self.store = store
        self.engine = engine
    }

    /// What became of the action's tasks.
    package struct Outcome: Sendable {
        package let integration: IntegrationRecord
        package let report: SyncReport
        /// The delivery of each task of the action to that integration, in the order of import.
        package let deliveries: [(task: TrackedTask, delivery: DeliveryRecord)]
    }

    /// Throws, before anything is sent, when the action or its integration is not usable.
    package func run(_ action: ActionInput, drain: DrainSignal) async throws -> Outcome {
        let integration = try await SyncTargets(store: store).named(orOfType: action.externalSystem)
        var request = SyncRequest(target: .integration(integration.name), meetingID: action.meetingID)
        if let tasks = action.tasks {
            let importer = TaskImporter(store: store, integrations: nil, isStrict: true)
            request.taskIDs = try await importer.add(tasks, meetingID: action.meetingID)
            request.meetingID = nil
        }
        let report = try await engine.run(request, drain: drain)
        return Outcome(integration: integration, report: report, deliveries: try await deliveries(request, integration))
    }

    private func deliveries(_ request: SyncRequest, _ integration: IntegrationRecord) async throws -> [(
        task: TrackedTask, delivery: DeliveryRecord
    )] {
        let filter = TaskFilter(meetingID: request.meetingID, taskIDs: request.taskIDs, integrationID: integration.id)
        var found: [(task: TrackedTask, delivery: DeliveryRecord)] = []
        var row: Int64 = 0
        while true {
            let page = try await store.tasks(filter, after: row, limit: Limits.listPageRows)
            guard let last = page.last else { return found }
            row = last.row
            found += page.compactMap { record in
                record.deliveries.first { $0.integrationID == integration.id }.map { (record.task, $0) }
            }
        }
    }
}
