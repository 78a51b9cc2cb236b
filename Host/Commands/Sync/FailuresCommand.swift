import ArgumentParser
import PatchbayInput
import PatchbayModel
import PatchbayStore

struct FailuresCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "failures", abstract: "List what is refused, waiting or unknown, and why.")
    static let words = "failures"

    @Option(help: "Only this integration.") var integration: String?
    @Option(help: "Only errors with this code; may be repeated.") var code: [String] = []
    @Option(help: "At most so many, up to \(Limits.listPageRows).") var limit: Int = 100
    @OptionGroup var flags: GlobalFlags

    func validate() throws {
        guard (1...Limits.listPageRows).contains(limit) else {
            throw ValidationError("--limit takes 1 to \(Limits.listPageRows).")
        }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        var id: Int64?
        if let integration { id = try await rooms.integration(named: integration).id }
        let codes = code.isEmpty ? nil : Set(code.map { ErrorCode(rawValue: $0) })
        let found = try await store.failures(integrationID: id, codes: codes, limit: limit)
        let integrations = try await store.integrations()
        var table = TextTable(["TASK", "SYSTEM", "STATE", "NEXT TRY", "CODE", "WHY"], cellWidthMax: 100)
        for delivery in found {
            let next = FailureWords.nextTry(delivery, of: integrations.first { $0.id == delivery.integrationID })
            table.add([
                delivery.taskID, delivery.integrationName, delivery.state.rawValue,
                delivery.state == .refused ? "-" : next?.text ?? "now",
                delivery.errorCode?.rawValue ?? "-",
                FailureWords.why(field: delivery.errorField, message: delivery.errorMessage),
            ])
        }
        var outcome = CommandOutcome()
        outcome.summary = ["count": .integer(Int64(found.count))]
        outcome.result = ["failures": found.map(DeliveryView.init)]
        outcome.text = found.isEmpty ? "no failure" : table.text
        if found.contains(where: { $0.state == .refused }) {
            outcome.notes = ["when the cause is gone: `patchbay retry TASK-ID`, or --all"]
        }
        return outcome
    }
}

struct RetryCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract:
            "Put refused deliveries back, and make waiting ones due now. Unknown ones are left: they must be looked up."
    )
    static let words = "retry"

    @Argument(help: "Task ids.") var tasks: [String] = []
    @Flag(help: "Every refused and waiting one.") var all = false
    @Option(help: "Only this integration.") var integration: String?
    @Option(help: "Only those whose last error has this code; may be repeated.") var code: [String] = []
    @OptionGroup var flags: GlobalFlags

    func validate() throws {
        guard !tasks.isEmpty || all || integration != nil || !code.isEmpty else {
            throw ValidationError("Name tasks, or give --all, --integration or --code.")
        }
        guard tasks.isEmpty || !all else { throw ValidationError("Give either task ids or --all.") }
        guard tasks.count <= Limits.actionTasksMax else {
            throw ValidationError("At most \(Limits.actionTasksMax) tasks at once; --all takes every one.")
        }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        for id in tasks where try await store.task(id: id) == nil { throw CommandError.noTask(id) }
        var id: Int64?
        if let integration { id = try await rooms.integration(named: integration).id }
        let count = try await store.retry(
            taskIDs: tasks.isEmpty ? nil : tasks, integrationID: id,
            codes: code.isEmpty ? nil : Set(code.map { ErrorCode(rawValue: $0) }),
            now: .now)
        try await rooms.record(
            "retried",
            tasks.isEmpty
                ? ([integration].compactMap(\.self) + code).joined(separator: ", ")
                : tasks.prefix(10).joined(separator: ", "),
            detail: "\(count) deliveries")
        var outcome = CommandOutcome()
        outcome.summary = ["count": .integer(Int64(count))]
        outcome.text =
            count == 0 ? "nothing refused or waiting there" : "\(count) due again; `patchbay sync` sends them"
        return outcome
    }
}
