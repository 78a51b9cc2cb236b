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
    @Flag(help: "Change the task with the same words that was sent before; without, that is an error.") var update =
        false
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
        let report = try await TaskImporter(
            store: rooms.store(), integrations: nil, isStrict: true, updatesSent: update
        ).add(input)
        guard let id = report.taskIDs.first, let record = try await rooms.store().task(id: id) else {
            throw CommandError(
                .internalError,
                "the task was stored and cannot be found; this is a mistake in Patchbay, please report it")
        }
        var outcome = CommandOutcome()
        outcome.summary = ["id": .string(id), "added": .boolean(report.added == 1)]
        outcome.result = TaskView(record)
        outcome.text = "\(report.added == 1 ? "added" : report.changed == 1 ? "changed" : "unchanged") \(id)"
        if record.deliveries.isEmpty {
            outcome.notes = ["it is bound for nowhere; `patchbay sync --integration NAME` takes it along"]
        }
        return outcome
    }
}

extension TaskImporter.Format: ExpressibleByArgument {}

struct TaskImportCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bring tasks in from a file: JSON lines or CSV. A second import of the same file doubles nothing.")
    static let words = "task import"

    @Argument(help: "A file, or - for standard input.") var file: String
    @Option(help: "Default: by the file's ending, else jsonl.") var format: TaskImporter.Format?
    @Option(help: ArgumentHelp("Bind tasks that name no integration for these.", valueName: "name,..."))
    var integration: String?
    @Option(
        help: ArgumentHelp(
            """
            The meeting of tasks that name none; auto: the file's name and date, so that next week's file brings other \
            tasks.
            """,
            valueName: "id|auto"))
    var meeting: String?
    @Flag(help: "Change also tasks without an id of their own that were sent already; without, those are left aside.")
    var update = false
    @Flag(help: "Keep nothing when one line is bad.") var strict = false
    @OptionGroup var flags: GlobalFlags

    private struct ResultView: Encodable {
        let taskIds: [String]
        let errors: [LineErrorView]
        let keptElsewhere: [Kept]
        let changedNotSent: [Kept]
        let keptOtherwise: [Kept]
        let leftAside: [AsideView]
    }
    private struct Kept: Encodable {
        let taskId: String
        let integrations: [String]
    }
    private struct AsideView: Encodable {
        let line: Int?
        let taskId: String
        let title: String
        let integrations: [String]
    }

    func validate() throws {
        guard let meeting else { return }
        guard meeting.contains(where: { !$0.isWhitespace }), meeting.utf8.count <= Limits.nameBytesMax,
            !meeting.utf8.contains(0)
        else {
            throw ValidationError("--meeting takes an id of 1 to \(Limits.nameBytesMax) bytes, or auto.")
        }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let names = integration.map { $0.split(separator: ",").map { String($0) } }
        let importer = TaskImporter(
            store: try await rooms.store(), integrations: names, isStrict: strict,
            meetingID: meeting == "auto" ? try MeetingName.ofFile(file) : meeting, updatesSent: update)
        let report = try await importer.run(
            path: file, format: format ?? (file.lowercased().hasSuffix(".csv") ? .csv : .jsonl))
        var outcome = CommandOutcome()
        outcome.exit = report.refused > 0 ? .inputWrong : report.asideCount > 0 ? .someFailed : .done
        outcome.summary = [
            "added": .integer(Int64(report.added)), "unchanged": .integer(Int64(report.unchanged)),
            "changed": .integer(Int64(report.changed)),
            "refused": .integer(Int64(report.refused)), "deliveriesAdded": .integer(Int64(report.deliveriesAdded)),
            "deliveriesCancelled": .integer(Int64(report.deliveriesCancelled)),
            "leftAside": .integer(Int64(report.asideCount)),
        ]
        if let meetingID = report.meetingID { outcome.summary["meetingId"] = .string(meetingID) }
        outcome.result = ResultView(
            taskIds: report.taskIDs, errors: report.errors.map(LineErrorView.init),
            keptElsewhere: report.kept.map { Kept(taskId: $0.taskID, integrations: $0.keptIntegrations) },
            changedNotSent: report.changedNotSent.map { Kept(taskId: $0.taskID, integrations: $0.changedNotSent) },
            keptOtherwise: report.keptOtherwise.map { Kept(taskId: $0.taskID, integrations: $0.keptOtherwise) },
            leftAside: report.aside.map {
                AsideView(line: $0.line, taskId: $0.taskID, title: $0.title, integrations: $0.integrations)
            })
        let aside = report.asideCount == 0 ? "" : ", \(report.asideCount) left aside"
        outcome.text =
            "\(report.added) added, \(report.unchanged) unchanged, \(report.changed) changed, \(report.refused) "
            + "refused\(aside); "
            + "\(report.deliveriesAdded) deliveries made"
        outcome.notes = Self.notes(report, strict: strict)
        if meeting == "auto", let meetingID = report.meetingID {
            outcome.notes.append(
                "the meeting is \(Printable.text(meetingID)); once the file has another date or name, bring it again "
                    + "with "
                    + "--meeting \(Printable.text(meetingID)), so that nothing of it is made twice")
        }
        return outcome
    }

    private static func notes(_ report: TaskImportReport, strict: Bool) -> [String] {
        var notes = report.errors.map { "\(Printable.text($0.message)) [\($0.code)]" }
        if report.refused > report.errors.count {
            notes.append("and \(report.refused - report.errors.count) more refused lines")
        }
        if report.refused > 0, strict { notes.append("nothing was kept, because of --strict") }
        notes += asideNotes(report)
        if !report.unknownFields.isEmpty {
            notes.append("ignored fields: \(Printable.names(report.unknownFields))")
        }
        notes += grouped(report.kept, \.keptIntegrations) { "\($0) stays in \($1), which this import does not name" }
        notes += grouped(report.changedNotSent, \.changedNotSent) { "\($0) changed, not sent to \($1)" }
        notes += grouped(report.keptOtherwise, \.keptOtherwise) {
            "\($0) is in \($1) otherwise than the file says; that stays as it is here"
        }
        return notes
    }

    /// Each by name, as far as a person would read, and what to do.
    private static func asideNotes(_ report: TaskImportReport) -> [String] {
        if report.asideCount == 0 { return [] }
        var notes = report.aside.prefix(20).map { aside in
            let line = aside.line.map { "line \($0), " } ?? ""
            let why =
                aside.integrations.isEmpty
                ? "is left with the others of its file, which is to be imported again"
                : "\(aside.taskID) with the same words is in \(aside.integrations.joined(separator: ", ")) already, "
                    + "and differs"
            return Printable.text("left aside: \(line)\"\(aside.title)\": \(why)")
        }
        if report.asideCount > notes.count { notes.append("and \(report.asideCount - notes.count) more left aside") }
        notes.append(
            "new tasks: import again with --meeting auto or --meeting ID, or give each an id; corrections of those "
                + "that are there: --update"
        )
        return notes
    }

    /// One line for each integration, however many tasks.
    private static func grouped(
        _ results: [TaskImportResult], _ names: KeyPath<TaskImportResult, [String]>,
        _ sentence: (String, String) -> String
    ) -> [String] {
        var tasks: [String: [String]] = [:]
        for result in results { for name in result[keyPath: names] { tasks[name, default: []].append(result.taskID) } }
        return tasks.sorted { $0.key < $1.key }.map { name, ids in
            sentence(ids.count == 1 ? ids[0] : "\(ids.count) tasks: each", name)
        }
    }
}
