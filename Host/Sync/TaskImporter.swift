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

    package init(store: any Store, integrations: [String]?, isStrict: Bool) {
        self.store = store
        self.integrations = integrations
        self.isStrict = isStrict
    }

    /// Reads all of `path` (`-` = standard input). Bad lines are in the report; only what makes the whole input unusable is thrown
    /// (`input_unreadable`, `integration_not_found` for a name in the flag).
    package func run(path: String, format: Format) async throws -> TaskImportReport {
        let bindings = try await TaskBindings(store: store)
        if let integrations { for name in integrations { _ = try bindings.id(of: name, line: nil) } }
        var pass = Pass(bindings: bindings, fallback: integrations, derived: DerivedTaskID())
        if isStrict {
            // A first reading that writes nothing. Standard input cannot be read twice, so its lines are kept, within bounds.
            return try await strict(path: path, format: format, &pass)
        }
        try await each(path: path, format: format) { line in
            pass.take(line)
            if pass.batch.count >= Limits.importBatchTasks || pass.bytes >= Limits.importBatchBytes { try await flush(&pass) }
        }
        try await flush(&pass)
        return pass.report
    }

    private func strict(path: String, format: Format, _ pass: inout Pass) async throws -> TaskImportReport {
        try await each(path: path, format: format) { line in
            pass.take(line)
            if pass.batch.count > Limits.strictImportTasksMax {
                throw InputError(
                    .inputInvalid,
                    "--strict takes at most \(Limits.strictImportTasksMax) tasks, because all must be good before one is kept; split the file"
                )
            }
        }
        if pass.report.errors.isEmpty {
            let all = pass.batch
            for start in stride(from: 0, to: all.count, by: Limits.importBatchTasks) {
                pass.batch = Array(all[start..<min(start + Limits.importBatchTasks, all.count)])
                try await flush(&pass)
            }
        }
        return pass.report
    }

    /// Adds one task from the command line. Throws what is wrong with it.
    package func add(_ input: TaskInput) async throws -> TaskImportReport {
        var pass = Pass(bindings: try await TaskBindings(store: store), fallback: integrations, derived: DerivedTaskID())
        try pass.add(input, line: nil)
        try await flush(&pass)
        return pass.report
    }

    /// Adds tasks that a caller brings as JSON objects, such as an action's; all or none. Gives their ids in order.
    package func add(_ values: [JSONValue], meetingID: String?) async throws -> [String] {
        var pass = Pass(bindings: try await TaskBindings(store: store), fallback: integrations, derived: DerivedTaskID())
        for (index, value) in values.enumerated() {
            var input = try TaskInput(value, line: index + 1)
            input.meetingID = input.meetingID ?? meetingID
            try pass.add(input, line: index + 1)
        }
        let ids = pass.batch.map(\.task.id)
        try await flush(&pass)
        return ids
    }

    private func flush(_ pass: inout Pass) async throws {
        guard !pass.batch.isEmpty else { return }
        let batch = pass.batch
        (pass.batch, pass.bytes) = ([], 0)
        for start in stride(from: 0, to: batch.count, by: Limits.importBatchTasks) {
            let part = Array(batch[start..<min(start + Limits.importBatchTasks, batch.count)])
            pass.report.add(try await store.importTasks(part, now: .now))
        }
    }

    /// Calls `body` for every line or record.
    private func each(path: String, format: Format, _ body: (TaskLine.Reading) async throws -> Void) async throws {
        let reader = try LineReader(path: path)
        switch format {
        case .csv:
            for (record, value) in try CSVTable.objects(reader.rest(bytesMax: Limits.csvBytesMax)) {
                try await body(.value(value, number: record))
            }
        case .jsonl:
            while let line = try reader.next({ TaskLine.read($0) }) { try await body(line) }
        }
    }
}

/// The running state of one import.
private struct Pass {
    let bindings: TaskBindings
    let fallback: [String]?
    var derived: DerivedTaskID
    var batch: [TaskImport] = []
    /// Of the batch's texts.
    var bytes = 0
    var report = TaskImportReport()

    mutating func take(_ line: TaskLine.Reading) {
        switch line {
        case .bad(let error): report.refuse(error)
        case .value(let value, let number):
            do { try add(TaskInput(value, line: number), line: number) } catch { report.refuse(error) }
        }
    }

    mutating func add(_ input: TaskInput, line: Int?) throws(InputError) {
        report.unknownFields.formUnion(input.unknownFields)
        let names = input.integrations ?? fallback
        var ids: [Int64]?
        if let names {
            ids = []
            for name in names { ids?.append(try bindings.id(of: name, line: line)) }
        }
        if input.externalID != nil, ids?.count != 1 {
            throw InputError(
                .taskInvalid, line: line, field: "externalId", "needs exactly one integration, because the id belongs to one system")
        }
        let task = input.task(derivedID: derived.next(meetingID: input.meetingID, title: input.title))
        bytes += task.title.utf8.count + (task.description?.utf8.count ?? 0)
        batch.append(TaskImport(task: task, integrationIDs: ids, externalID: input.externalID))
    }
}

/// Integration names as a task's line may name them.
struct TaskBindings: Sendable {
    private let ids: [String: Int64]

    init(store: any Store) async throws {
        ids = Dictionary(uniqueKeysWithValues: try await store.integrations().map { ($0.name, $0.id) })
    }

    func id(of name: String, line: Int?) throws(InputError) -> Int64 {
        guard let id = ids[name] else {
            let there =
                ids.isEmpty
                ? "there is none yet; add one with `patchbay integration add`" : "there is \(ids.keys.sorted().joined(separator: ", "))"
            throw InputError(
                .integrationNotFound, line: line, field: line == nil ? nil : "integration", "no integration is named \(name); \(there)",
                context: ErrorContext(integration: name))
        }
        return id
    }
}
