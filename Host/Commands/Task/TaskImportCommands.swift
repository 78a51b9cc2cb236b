import ArgumentParser
import PatchbayInput
import PatchbayModel
import PatchbayStore
import PatchbaySync

struct TaskAdd: PatchbayCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Add one task.")
    static let words = "task add"

    @Argument(help: "The title.") var title: String
    @Option(help: "An id of your own; else one is derived.") var id: String?
    @Option(help: "The meeting it comes from.") var meeting: String?
    @Option(help: "Markdown.") var description: String?
    @Option(help: "YYYY-MM-DD or RFC 3339.") var due: String?
    @Option(help: "E-mail address.") var assignee: String?
    @Option(help: "none, low, medium, high or urgent.") var priority: String?
    @Option(help: "A label; may be repeated.") var label: [String] = []
    @Option(help: "An integration that it is bound for; may be repeated.") var integration: [String] = []
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        var object: [String: JSONValue] = ["title": .string(title)]
        for (name, value) in [
            ("id", id), ("meetingId", meeting), ("description", description), ("dueDate", due), ("assignee", assignee),
            ("priority", priority),
        ] { object[name] = value.map { .string($0) } }
        if !label.isEmpty { object["labels"] = .array(label.map { .string($0) }) }
        if !integration.isEmpty { object["integration"] = .array(integration.map { .string($0) }) }
        let input = try TaskInput(.object(object), line: nil)
        let report = try await TaskImporter(store: rooms.store(), integrations: nil, isStrict: true).add(input)
        guard let id = report.taskIDs.first, let record = try await rooms.store().task(id: id) else {
            throw CommandError(.internalError, "the task was stored and cannot be found; this is a mistake in Patchbay, please report it")
        }
        var outcome = CommandOutcome()
        outcome.summary = ["id": .string(id), "added": .boolean(report.added == 1)]
        outcome.result = TaskView(record)
        outcome.text = "\(report.added == 1 ? "added" : report.changed == 1 ? "changed" : "unchanged") \(id)"
        if record.deliveries.isEmpty { outcome.notes = ["it is bound for nowhere; `patchbay sync --integration NAME` takes it along"] }
        return outcome
    }
}

extension TaskImporter.Format: ExpressibleByArgument {}

struct TaskImportCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Bring tasks in from a file: JSON lines or CSV. A second import of the same file doubles nothing.")
    static let words = "task import"

    @Argument(help: "A file, or - for standard input.") var file: String
    @Option(help: "Default: by the file's ending, else jsonl.") var format: TaskImporter.Format?
    @Option(help: ArgumentHelp("Bind tasks that name no integration for these.", valueName: "name,...")) var integration: String?
    @Flag(help: "Keep nothing when one line is bad.") var strict = false
    @OptionGroup var flags: GlobalFlags

    private struct ResultView: Encodable {
        let taskIds: [String]
        let errors: [LineErrorView]
        let keptElsewhere: [Kept]
        let changedNotSent: [Kept]
    }
    private struct Kept: Encodable {
        let taskId: String
        let integrations: [String]
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let names = integration.map { $0.split(separator: ",").map { String($0) } }
        let importer = TaskImporter(store: try await rooms.store(), integrations: names, isStrict: strict)
        let report = try await importer.run(path: file, format: format ?? (file.lowercased().hasSuffix(".csv") ? .csv : .jsonl))
        var outcome = CommandOutcome()
        outcome.exit = report.refused == 0 ? .done : .inputWrong
        outcome.summary = [
            "added": .integer(Int64(report.added)), "unchanged": .integer(Int64(report.unchanged)),
            "changed": .integer(Int64(report.changed)),
            "refused": .integer(Int64(report.refused)), "deliveriesAdded": .integer(Int64(report.deliveriesAdded)),
            "deliveriesCancelled": .integer(Int64(report.deliveriesCancelled)),
        ]
        outcome.result = ResultView(
            taskIds: report.taskIDs, errors: report.errors.map(LineErrorView.init),
            keptElsewhere: report.kept.map { Kept(taskId: $0.taskID, integrations: $0.keptIntegrations) },
            changedNotSent: report.changedNotSent.map { Kept(taskId: $0.taskID, integrations: $0.changedNotSent) })
        outcome.text =
            "\(report.added) added, \(report.unchanged) unchanged, \(report.changed) changed, \(report.refused) refused; "
            + "\(report.deliveriesAdded) deliveries made"
        outcome.notes = Self.notes(report, strict: strict)
        return outcome
    }

    private static func notes(_ report: TaskImportReport, strict: Bool) -> [String] {
        var notes = report.errors.map { "\(Printable.text($0.message)) [\($0.code)]" }
        if report.refused > report.errors.count { notes.append("and \(report.refused - report.errors.count) more refused lines") }
        if report.refused > 0, strict { notes.append("nothing was kept, because of --strict") }
        if !report.unknownFields.isEmpty {
            notes.append("ignored fields: \(Printable.text(report.unknownFields.sorted().joined(separator: ", ")))")
        }
        notes += grouped(report.kept, \.keptIntegrations) { "\($0) stays in \($1), which this import does not name" }
        notes += grouped(report.changedNotSent, \.changedNotSent) { "\($0) changed, not sent to \($1)" }
        return notes
    }

    /// One line for each integration, however many tasks.
    private static func grouped(
        _ results: [TaskImportResult], _ names: KeyPath<TaskImportResult, [String]>, _ sentence: (String, String) -> String
    ) -> [String] {
        var tasks: [String: [String]] = [:]
        for result in results { for name in result[keyPath: names] { tasks[name, default: []].append(result.taskID) } }
        return tasks.sorted { $0.key < $1.key }.map { name, ids in sentence(ids.count == 1 ? ids[0] : "\(ids.count) tasks: each", name) }
    }
}

struct TaskExport: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write all tasks as JSON lines or CSV, to standard output.")
    static let words = "task export"

    @Option(help: "jsonl or csv.") var format: TaskImporter.Format = .jsonl
    @OptionGroup var selection: TaskSelection
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        let filter = try await selection.filter(rooms)
        var row: Int64 = 0
        var count: Int64 = 0
        if format == .csv { try rooms.console.out(TaskExporter.csvHeader + "\n") }
        while true {
            let page = try await store.tasks(filter, after: row, limit: Limits.listPageRows)
            guard let last = page.last else { break }
            row = last.row
            count += Int64(page.count)
            let lines = try page.map { try format == .csv ? TaskExporter.csvLine($0) : TaskExporter.jsonLine($0) }
            try rooms.console.out(lines.joined(separator: "\n") + "\n")
        }
        // The tasks themselves are the result; an envelope around them would make one line of a whole store.
        var outcome = CommandOutcome()
        outcome.isPrinted = true
        outcome.notes = ["\(count) tasks"]
        return outcome
    }
}

/// A task in the form that an import takes.
enum TaskExporter {
    private static let names = [
        "id", "meetingId", "title", "description", "dueDate", "assignee", "priority", "labels", "status", "integration", "externalId",
    ]
    static var csvHeader: String { names.joined(separator: ",") }

    static func jsonLine(_ record: TaskRecord) throws -> String {
        let task = record.task
        let bound = record.deliveries.filter { $0.state != .cancelled }
        var object: [String: JSONValue] = [
            "id": .string(task.id), "title": .string(task.title), "priority": .string(task.priority.rawValue),
            "status": .string(task.status.rawValue),
        ]
        object["meetingId"] = task.meetingId.map { .string($0) }
        object["description"] = task.description.map { .string($0) }
        object["dueDate"] = task.dueDate.map { .string($0.text) }
        object["assignee"] = task.assignee.map { .string($0) }
        if !task.labels.isEmpty { object["labels"] = .array(task.labels.map { .string($0) }) }
        if !bound.isEmpty { object["integration"] = .array(bound.map { .string($0.integrationName) }) }
        // The form has room for one external id, and then only beside one integration.
        if bound.count == 1 { object["externalId"] = bound[0].externalID.map { .string($0) } }
        return try JSONLine.text(object)
    }

    static func csvLine(_ record: TaskRecord) -> String {
        let task = record.task
        let bound = record.deliveries.filter { $0.state != .cancelled }
        let cells: [String?] = [
            task.id, task.meetingId, task.title, task.description, task.dueDate?.text, task.assignee, task.priority.rawValue,
            task.labels.joined(separator: ";"), task.status.rawValue, bound.map(\.integrationName).joined(separator: ";"),
            bound.count == 1 ? bound[0].externalID : nil,
        ]
        return cells.map { cell in
            let text = cell ?? ""
            // A quote inside is doubled; quoting all that could need it keeps the rule short.
            return text.contains(where: { ",\"\n\r".contains($0) }) ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
        }.joined(separator: ",")
    }
}
