import ArgumentParser
import PatchbayInput
import PatchbayModel
import PatchbayStore
import PatchbaySync

struct TaskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task", abstract: "Bring tasks in, look at them, take them back.",
        subcommands: [
            TaskAdd.self, TaskImportCommand.self, TaskExport.self, TaskList.self, TaskShow.self, TaskCancel.self,
        ])
}

/// The flags that narrow a listing.
struct TaskSelection: ParsableArguments {
    @Option(help: "Only tasks of this meeting.") var meeting: String?
    @Option(help: "Only tasks bound for this integration.") var integration: String?
    @Option(help: "Only tasks with a delivery in this state; may be repeated.") var state: [DeliveryState] = []
    @Flag(help: "Only tasks bound for nowhere.") var unbound = false

    func filter(_ rooms: Rooms) async throws -> TaskFilter {
        var filter = TaskFilter(meetingID: meeting, states: state.isEmpty ? nil : Set(state), unbound: unbound)
        if let integration { filter.integrationID = try await rooms.integration(named: integration).id }
        return filter
    }
}

extension DeliveryState: ExpressibleByArgument {}

struct TaskList: PatchbayCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List tasks and where they are.")
    static let words = "task list"

    @OptionGroup var selection: TaskSelection
    @Option(help: "At most so many tasks, up to \(Limits.listPageRows).") var limit: Int = 100
    @OptionGroup var flags: GlobalFlags

    func validate() throws {
        guard (1...Limits.listPageRows).contains(limit) else {
            throw ValidationError("--limit takes 1 to \(Limits.listPageRows); `patchbay task export` gives all.")
        }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let records = try await rooms.store().tasks(selection.filter(rooms), after: 0, limit: limit)
        var table = TextTable(["TASK", "TITLE", "DUE", "SYSTEM", "STATE", "EXTERNAL ID", "URL"], cellWidthMax: 40)
        for record in records {
            let task = record.task
            if record.deliveries.isEmpty {
                table.add([task.id, task.title, task.dueDate?.date ?? "-", "-", "unbound", "-", "-"])
            }
            for delivery in record.deliveries {
                table.add([
                    task.id, task.title, task.dueDate?.date ?? "-", delivery.integrationName, delivery.state.rawValue,
                    delivery.displayID ?? delivery.externalID ?? "-", delivery.url ?? "-",
                ])
            }
        }
        var outcome = CommandOutcome()
        outcome.summary = ["count": .integer(Int64(records.count))]
        outcome.result = ["tasks": records.map(TaskView.init)]
        outcome.text = records.isEmpty ? "no task" : table.text
        if records.count == limit { outcome.notes = ["perhaps there are more: --limit, or `patchbay task export`"] }
        return outcome
    }
}

struct TaskShow: PatchbayCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one task with its deliveries.")
    static let words = "task show"

    @Argument(help: "The task's id.") var id: String
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        guard let record = try await rooms.store().task(id: id) else { throw CommandError.noTask(id) }
        let task = record.task
        var lines = ["id        \(task.id)", "title     \(task.title)"]
        if let meeting = task.meetingId { lines.append("meeting   \(meeting)") }
        if let due = task.dueDate { lines.append("due       \(due.text)") }
        if let assignee = task.assignee { lines.append("assignee  \(assignee)") }
        lines.append("priority  \(task.priority.rawValue)")
        if !task.labels.isEmpty { lines.append("labels    \(task.labels.joined(separator: ", "))") }
        lines.append("status    \(task.status.rawValue)")
        if let description = task.description { lines.append("text      \(description)") }
        for delivery in record.deliveries {
            lines.append(
                "\(delivery.integrationName): \(delivery.state.rawValue)"
                    + [delivery.displayID ?? delivery.externalID, delivery.url].compactMap { $0 }.map { "  " + $0 }
                    .joined())
            if let code = delivery.errorCode { lines.append("  \(delivery.errorMessage ?? "") [\(code)]") }
            for warning in delivery.warnings { lines.append("  warning: \(warning.text) [\(warning.code)]") }
        }
        var outcome = CommandOutcome()
        outcome.result = TaskView(record)
        outcome.text = lines.map(Printable.text).joined(separator: "\n")
        return outcome
    }
}

struct TaskCancel: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Take back the deliveries of a task that were not sent. What is delivered stays.")
    static let words = "task cancel"

    @Argument(help: "The task's id.") var id: String
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        guard let before = try await rooms.store().task(id: id) else { throw CommandError.noTask(id) }
        guard let after = try await rooms.store().cancelTask(id: id, now: .now) else { throw CommandError.noTask(id) }
        let cancelled = zip(before.deliveries, after.deliveries).count {
            $0.state != $1.state && $1.state == .cancelled
        }
        let kept = after.deliveries.filter { $0.state != .cancelled }
        guard cancelled > 0 || kept.isEmpty else {
            let states = kept.map { "\($0.integrationName) is \($0.state.rawValue)" }.joined(separator: ", ")
            throw CommandError(
                .taskNotCancellable, "nothing of task \(id) can be taken back: \(states)",
                context: ErrorContext(taskId: id, title: after.task.title))
        }
        try await rooms.record("task_cancelled", id)
        var outcome = CommandOutcome()
        outcome.summary = ["cancelled": .integer(Int64(cancelled)), "kept": .integer(Int64(kept.count))]
        outcome.result = TaskView(after)
        outcome.text = "cancelled \(cancelled) of \(after.deliveries.count) deliveries of \(id)"
        outcome.notes = kept.map { "\($0.integrationName) keeps it: \($0.state.rawValue)" }
        return outcome
    }
}

extension CommandError {
    static func noTask(_ id: String) -> CommandError {
        CommandError(
            .taskNotFound, "no task has the id \(id); see `patchbay task list`", context: ErrorContext(taskId: id))
    }
}
