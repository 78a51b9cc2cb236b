import PatchbayInput
import PatchbayModel
import PatchbayStore

/// The running state of one import.
struct ImportPass {
    /// A task that was read and is to be written.
    struct Entry {
        let task: TaskImport
        /// From 1; nil for one that came from no file.
        let line: Int?

        /// Of one that the store refused.
        func error(_ result: TaskImportResult) -> InputError {
            InputError(
                .taskInvalid, line: line, field: "deliveries", result.refusal ?? "cannot be taken",
                context: ErrorContext(taskId: result.taskID, title: task.task.title))
        }
    }

    let bindings: TaskBindings
    let fallback: [String]?
    /// Of tasks that name none.
    let meetingID: String?
    /// What would change a task that was sent, and has a derived id, is left aside.
    var sparesSent: Bool
    private var derived = DerivedTaskID()
    var batch: [Entry] = []
    /// Of the batch's texts.
    var bytes = 0
    var report = TaskImportReport()

    init(bindings: TaskBindings, fallback: [String]?, meetingID: String?, sparesSent: Bool) {
        self.bindings = bindings
        self.fallback = fallback
        self.meetingID = meetingID
        self.sparesSent = sparesSent
    }

    /// The batch in parts that one transaction takes.
    var parts: [[Entry]] {
        stride(from: 0, to: batch.count, by: Limits.importBatchTasks).map { start in
            Array(batch[start..<min(start + Limits.importBatchTasks, batch.count)])
        }
    }

    mutating func take(_ line: TaskLine.Reading) {
        switch line {
        case .bad(let error): report.refuse(error)
        case .value(let value, let number):
            do { try add(TaskInput(value, line: number), line: number) } catch { report.refuse(error) }
        }
    }

    mutating func add(_ input: TaskInput, line: Int?) throws(InputError) {
        var input = input
        input.meetingID = input.meetingID ?? meetingID
        report.unknownFields.formUnion(
            input.unknownFields.prefix(max(0, Limits.unknownFieldsMax - report.unknownFields.count)))
        var moved: [Int64: MovedDelivery] = [:]
        for (index, delivery) in input.deliveries.enumerated() {
            let id = try bindings.id(of: delivery, field: "deliveries[\(index)]", line: line)
            moved[id] = delivery
        }
        var ids: [Int64]?
        if let names = input.boundFor ?? fallback {
            ids = []
            for name in names { ids?.append(try bindings.id(of: name, line: line)) }
        }
        if input.externalID != nil, ids?.count != 1 {
            throw InputError(
                .taskInvalid, line: line, field: "externalId",
                "needs exactly one integration, because the id belongs to one system")
        }
        let task = input.task(derivedID: derived.next(meetingID: input.meetingID, title: input.title))
        bytes += task.title.utf8.count + (task.description?.utf8.count ?? 0)
        let entry = TaskImport(
            task: task, integrationIDs: ids, externalID: input.externalID, moved: moved,
            sparesSent: sparesSent && input.id == nil)
        batch.append(Entry(task: entry, line: line))
    }

    /// One delivery id for two tasks of one input, which the store sees only when the first is written.
    mutating func refuseRepeatedDeliveries() {
        var owners: [String: String] = [:]
        for entry in batch {
            for moved in entry.task.moved.values {
                let owner = owners[moved.deliveryID] ?? entry.task.task.id
                owners[moved.deliveryID] = owner
                guard owner != entry.task.task.id else { continue }
                report.refuse(
                    InputError(
                        .taskInvalid, line: entry.line, field: "deliveries",
                        "has the delivery id \(moved.deliveryID), which is task \(owner)'s; each task has its own",
                        context: ErrorContext(taskId: entry.task.task.id, title: entry.task.task.title)))
            }
        }
    }
}

/// Integrations as a task's line may name them.
struct TaskBindings: Sendable {
    private let integrations: [IntegrationRecord]
    private let byName: [String: IntegrationRecord]

    init(store: any Store) async throws {
        integrations = try await store.integrations()
        byName = Dictionary(uniqueKeysWithValues: integrations.map { ($0.name, $0) })
    }

    func id(of name: String, field: String = "integration", line: Int?) throws(InputError) -> Int64 {
        guard let id = byName[name]?.id else {
            throw InputError(
                .integrationNotFound, line: line, field: line == nil ? nil : field,
                "no integration is named \(name); \(integrations.instead(of: name))",
                context: ErrorContext(integration: name))
        }
        return id
    }

    /// The integration that a delivery of another home goes to. What is there, or may be, is in one system only.
    func id(of delivery: MovedDelivery, field: String, line: Int?) throws(InputError) -> Int64 {
        let id = try id(of: delivery.integration, field: field + ".integration", line: line)
        let here = byName[delivery.integration]?.type
        guard delivery.mayBeThere, let type = delivery.type, let here, here != type else {
            return id
        }
        throw InputError(
            .taskInvalid, line: line, field: field + ".type",
            "is \(type), and \(delivery.integration) is of type \(here) here; give that name to an integration of type "
                + "\(type)",
            context: ErrorContext(integration: delivery.integration))
    }
}
