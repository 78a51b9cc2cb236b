import ArgumentParser
import PatchbayInput
import PatchbayModel
import PatchbayStore

struct ResolveCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Settle by hand an unknown delivery that no look-up could: after a look into the other system.")
    static let words = "resolve"

    @Argument(help: "The task's id.") var task: String
    @Option(name: .customLong("external-id"), help: "It is there, under this id.") var externalID: String?
    @Flag(name: .customLong("not-created"), help: "It is not there: it may be sent again.") var notCreated = false
    @Option(help: "Which integration, when the task is unknown in several.") var integration: String?
    @OptionGroup var flags: GlobalFlags

    func validate() throws {
        guard (externalID != nil) != notCreated else {
            throw ValidationError("Give either --external-id or --not-created.")
        }
        if let externalID, externalID.isEmpty || externalID.utf8.count > Limits.nameBytesMax {
            throw ValidationError("--external-id takes 1 to \(Limits.nameBytesMax) bytes.")
        }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        guard let record = try await store.task(id: task) else { throw CommandError.noTask(task) }
        let unknown = record.deliveries.filter {
            $0.state == .unknown && (integration == nil || $0.integrationName == integration)
        }
        let context = ErrorContext(integration: integration, taskId: task, title: record.task.title)
        guard let delivery = unknown.first else {
            let states = record.deliveries.map { "\($0.integrationName) is \($0.state.rawValue)" }.joined(
                separator: ", ")
            throw CommandError(
                .taskNotUnknown,
                "nothing of task \(task) is unknown\(integration.map { " in \($0)" } ?? ""): \(states)",
                context: context)
        }
        guard unknown.count == 1 else {
            let names = unknown.map(\.integrationName).joined(separator: ", ")
            throw CommandError(
                .integrationAmbiguous, "task \(task) is unknown in \(names); name one with --integration",
                context: context)
        }
        let resolution: Resolution = externalID.map { .exists($0) } ?? .notCreated
        guard
            let after = try await store.resolve(
                taskID: task, integrationID: delivery.integrationID, resolution, now: .now)
        else {
            throw CommandError(.taskNotUnknown, "task \(task) was settled by another host meanwhile", context: context)
        }
        try await rooms.record("resolved", task, detail: "\(delivery.integrationName): \(externalID ?? "not created")")
        var outcome = CommandOutcome()
        outcome.result = DeliveryView(after)
        outcome.text = "\(task) in \(after.integrationName) is \(after.state.rawValue)"
        if after.state == .pending { outcome.notes = ["`patchbay sync` sends it again"] }
        return outcome
    }
}
