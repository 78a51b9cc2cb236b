import ArgumentParser
import PatchbayInput
import PatchbayModel
import PatchbaySync

struct SyncCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract:
            "Deliver what is due: to all active integrations, or to one, which then also takes tasks bound for nowhere."
    )
    static let words = "sync"

    @Option(help: "Only this integration.") var integration: String?
    @Option(help: "Only the one active integration of this type.") var type: String?
    @Option(help: "Only tasks of this meeting; with an integration they are bound for it.") var meeting: String?
    @Option(help: "Only this task; may be repeated; with an integration it is bound for it.") var task: [String] = []
    @Option(
        help:
            """
            Send at most so many deliveries, in equal shares where several integrations have some; look-ups do not \
            count.
            """
    )
    var limit: Int?
    @Flag(name: .customLong("dry-run"), help: "Say what would be sent; no network, nothing written.") var dryRun = false
    @Flag(help: "Stay until everything that is due, or becomes due within six hours, is settled.") var wait = false
    @Option(
        help: ArgumentHelp(
            "Write every exchange into this folder, without the token, for connector replay.", valueName: "dir"))
    var record: String?
    @OptionGroup var flags: GlobalFlags

    func validate() throws {
        if record != nil, dryRun { throw ValidationError("--dry-run sends nothing, so there is nothing to record.") }
        if wait, dryRun { throw ValidationError("--dry-run sends nothing, so there is nothing to wait for.") }
        if integration != nil, type != nil { throw ValidationError("Give either --integration or --type.") }
        if let limit, limit < 1 { throw ValidationError("--limit takes a number from 1.") }
        if task.count > Limits.actionTasksMax {
            throw ValidationError("--task may stand at most \(Limits.actionTasksMax) times; --meeting takes more.")
        }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        var request = SyncRequest(meetingID: meeting, taskIDs: task.isEmpty ? nil : task, limit: limit)
        if let integration { request.target = .integration(integration) }
        if let type { request.target = .type(type) }
        for id in task where try await rooms.store().task(id: id) == nil { throw CommandError.noTask(id) }
        if dryRun { return SyncRendering.preview(try await SyncPreviewer(store: rooms.store()).preview(request)) }
        let recorder = try rooms.record(into: record)
        let engine = try await rooms.engine()
        let drain = DrainSignal()
        let bar = ProgressBar(isShown: rooms.console.format == .text && !rooms.isQuiet)
        let (report, signal) = try await SignalDrain.run(drain) { [request, wait] in
            try await engine.run(request, waits: wait, drain: drain) { bar.show($0) }
        }
        bar.finish()
        var outcome = SyncRendering.outcome(report)
        if let signal { outcome.exit = signal }
        if let recorder { outcome.tell(of: recorder) }
        return outcome
    }
}

struct RunCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Carry out a workflow action from a JSON file (- for standard input).",
        discussion:
            #"""
            {"type": "create_tasks", "config": {"externalSystem": "asana", "meetingId": "..."}}; config.tasks brings \#
            tasks inline.
            """#
    )
    static let words = "run"

    @Argument(help: "The action's file.") var action: String
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let input = try ActionInput.read(path: action)
        let engine = try await rooms.engine()
        let runner = ActionRunner(store: try await rooms.store(), engine: engine)
        let drain = DrainSignal()
        let (done, signal) = try await SignalDrain.run(drain) { try await runner.run(input, drain: drain) }
        var outcome = SyncRendering.outcome(done)
        if let signal { outcome.exit = signal }
        return outcome
    }
}
