import PatchbayInput
import PatchbayModel
import PatchbayStore

/// Brings tasks from a file into the store, in transactions of bounded size.
package struct TaskImporter: Sendable {
    package enum Format: String, Sendable, CaseIterable { case jsonl, csv }

    private let store: any Store
    /// Names that a line without an integration of its own is bound for; nil = none.
    private let integrations: [String]?
    /// Nothing is kept when one line is bad.
    private let isStrict: Bool
    /// The meeting of tasks that name none.
    private let meetingID: String?
    /// Takes also what would change a task that was sent and has a derived id.
    private let updatesSent: Bool

    package init(
        store: any Store, integrations: [String]?, isStrict: Bool, meetingID: String? = nil, updatesSent: Bool = false
    ) {
        self.store = store
        self.integrations = integrations
        self.isStrict = isStrict
        self.meetingID = meetingID
        self.updatesSent = updatesSent
    }

    private func newPass() async throws -> ImportPass {
        ImportPass(
            bindings: try await TaskBindings(store: store), fallback: integrations, meetingID: meetingID,
            sparesSent: !updatesSent)
    }

    /// Reads all of `path` (`-` = standard input). Bad lines are in the report; only what makes the whole input
    /// unusable is thrown (`input_unreadable`, `integration_not_found` for a name in the flag).
    package func run(path: String, format: Format) async throws -> TaskImportReport {
        var pass = try await newPass()
        if let integrations { for name in integrations { _ = try pass.bindings.id(of: name, line: nil) } }
        pass.report.meetingID = meetingID
        if isStrict {
            // A first reading that writes nothing. Standard input cannot be read twice, so its lines are kept, within
            // bounds.
            return try await strict(path: path, format: format, &pass)
        }
        try await each(path: path, format: format) { line in
            pass.take(line)
            if pass.batch.count >= Limits.importBatchTasks || pass.bytes >= Limits.importBatchBytes {
                try await flush(&pass)
            }
        }
        try await flush(&pass)
        return pass.report
    }

    private func strict(path: String, format: Format, _ pass: inout ImportPass) async throws -> TaskImportReport {
        try await each(path: path, format: format) { line in
            pass.take(line)
            if pass.batch.count > Limits.strictImportTasksMax {
                throw InputError(
                    .inputInvalid,
                    "--strict takes at most \(Limits.strictImportTasksMax) tasks, because all must be good before one "
                        + "is kept; split the file"
                )
            }
        }
        if pass.report.errors.isEmpty { try await judge(&pass) }
        if pass.report.errors.isEmpty { try await flush(&pass) }
        return pass.report
    }

    /// Asks the store what it would refuse.
    private func judge(_ pass: inout ImportPass) async throws {
        pass.refuseRepeatedDeliveries()
        guard pass.report.errors.isEmpty else { return }
        for part in pass.parts {
            let results = try await store.judgeTasks(part.map(\.task), now: .now)
            for (entry, result) in zip(part, results) where result.change == .refused {
                pass.report.refuse(entry.error(result))
            }
        }
    }

    /// Adds one task from the command line. Throws what is wrong with it, and `task_delivered` where another one with
    /// the same words was sent before.
    package func add(_ input: TaskInput) async throws -> TaskImportReport {
        var pass = try await newPass()
        try pass.add(input, line: nil)
        try await flush(&pass)
        if let error = pass.report.errors.first { throw error }
        if let aside = pass.report.aside.first {
            throw InputError(
                .taskDelivered,
                "a task \"\(aside.title)\" was sent to \(aside.integrations.joined(separator: ", ")) before, as "
                    + "\(aside.taskID), and differs; "
                    + "name another --id or --meeting if this is another one, or --update to change that",
                context: ErrorContext(meetingId: input.meetingID, taskId: aside.taskID, title: aside.title))
        }
        return pass.report
    }

    /// Adds tasks that a caller brings as JSON objects, such as an action's; all or none. Gives their ids in order.
    /// Throws `task_delivered` where one without a meeting has the words of another that was sent before.
    package func add(_ values: [JSONValue], meetingID: String?) async throws -> [String] {
        var pass = try await newPass()
        for (index, value) in values.enumerated() {
            var input = try TaskInput(value, line: index + 1)
            input.meetingID = input.meetingID ?? meetingID
            // Of one meeting, the same words are the same task.
            pass.sparesSent = input.meetingID == nil
            try pass.add(input, line: index + 1)
        }
        let ids = pass.batch.map(\.task.task.id)
        for part in pass.parts {
            let results = try await store.judgeTasks(part.map(\.task), now: .now)
            for (entry, result) in zip(part, results) {
                if result.change == .refused { throw entry.error(result) }
                guard result.change == .aside, !result.sentTo.isEmpty else { continue }
                throw InputError(
                    .taskDelivered, line: entry.line, field: "title",
                    "a task with these words was sent to \(result.sentTo.joined(separator: ", ")) before, as "
                        + "\(result.taskID), and differs; give "
                        + "the task an id, or the action a meetingId",
                    context: ErrorContext(taskId: result.taskID, title: entry.task.task.title))
            }
        }
        try await flush(&pass)
        return ids
    }

    private func flush(_ pass: inout ImportPass) async throws {
        let parts = pass.parts
        (pass.batch, pass.bytes) = ([], 0)
        for part in parts {
            let results = try await store.importTasks(part.map(\.task), now: .now)
            pass.report.add(results)
            for (entry, result) in zip(part, results) {
                switch result.change {
                case .added, .unchanged, .changed: break
                case .aside: pass.report.leaveAside(result, line: entry.line, title: entry.task.task.title)
                case .refused: pass.report.refuse(entry.error(result))
                }
            }
        }
    }

    /// Calls `body` for every line or record.
    private func each(path: String, format: Format, _ body: (TaskLine.Reading) async throws -> Void) async throws {
        let reader = try LineReader(path: path)
        switch format {
        case .csv:
            let table = CSVTable(reader)
            while let rows = try table.next() {
                for (record, value) in rows { try await body(.value(value, number: record)) }
            }
        case .jsonl:
            while let line = try reader.next({ TaskLine.read($0) }) { try await body(line) }
        }
    }
}
