import ArgumentParser
import PatchbayInput
import PatchbayModel
import PatchbayStore

struct ExplainCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Tell the life of a task: every attempt and look-up with its outcome, and what happens next.")
    static let words = "explain"

    @Argument(help: "The task's id.") var task: String
    @OptionGroup var flags: GlobalFlags

    private struct AttemptView: Encodable {
        let operation: String
        let number: Int
        let startedAt: String
        /// Nil where the host stopped before it could write it down.
        let endedAt: String?
        let outcome: String
        let httpStatus: Int?
        let vendorRequestId: String?
        let code: String?
        let message: String?
    }
    private struct LifeView: Encodable {
        let delivery: DeliveryView
        let attempts: [AttemptView]
        let next: String
    }
    private struct ResultView: Encodable {
        let taskId: String
        let title: String
        let importedAt: String
        let deliveries: [LifeView]
        let tombstones: [TombstoneView]
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        guard let record = try await store.task(id: task) else { throw CommandError.noTask(task) }
        var lines = ["\(record.importedAt.text)  imported: \(record.task.title)"]
        var lives: [LifeView] = []
        let integrations = try await store.integrations()
        for delivery in record.deliveries {
            let attempts = try await store.attempts(deliveryRow: delivery.row)
            let next = Self.next(delivery, of: integrations.first { $0.id == delivery.integrationID })
            lines.append("\(delivery.integrationName) (\(delivery.integrationType)), delivery \(delivery.deliveryID)")
            lines += attempts.map(Self.line)
            lines.append("  now \(delivery.state.rawValue): \(next)")
            lives.append(LifeView(delivery: DeliveryView(delivery), attempts: attempts.map(Self.view), next: next))
        }
        let tombstones = try await store.tombstones(taskID: task)
        lines += tombstones.map(TombstoneView.line)
        if record.deliveries.isEmpty {
            lines.append("bound for nowhere; `patchbay sync --integration NAME` takes it along")
        }
        var outcome = CommandOutcome()
        outcome.result = ResultView(
            taskId: task, title: record.task.title, importedAt: record.importedAt.text, deliveries: lives,
            tombstones: tombstones.map(TombstoneView.init))
        outcome.text = lines.map(Printable.text).joined(separator: "\n")
        return outcome
    }

    private static func line(_ attempt: AttemptRecord) -> String {
        let took = attempt.endedAt.milliseconds - attempt.startedAt.milliseconds
        var words =
            "  \(attempt.startedAt.text)  \(attempt.operation == .create ? "attempt" : "look-up") \(attempt.number)"
        words += attempt.hasEnd ? ", \(took) ms: " : ", its end is not known: "
        words +=
            attempt.operation == .find && attempt.outcome == .pending ? "surely not there" : attempt.outcome.rawValue
        if let status = attempt.httpStatus { words += ", HTTP \(status)" }
        if let id = attempt.vendorRequestID { words += ", request \(id)" }
        if let code = attempt.errorCode { words += ", \(code)" }
        if let message = attempt.errorMessage { words += ": \(message)" }
        return words
    }

    private static func view(_ attempt: AttemptRecord) -> AttemptView {
        AttemptView(
            operation: attempt.operation.rawValue, number: attempt.number, startedAt: attempt.startedAt.text,
            endedAt: attempt.hasEnd ? attempt.endedAt.text : nil,
            outcome: attempt.outcome.rawValue, httpStatus: attempt.httpStatus, vendorRequestId: attempt.vendorRequestID,
            code: attempt.errorCode?.rawValue, message: attempt.errorMessage)
    }

    /// What the next sync does with it, and why.
    private static func next(_ delivery: DeliveryRecord, of integration: IntegrationRecord?) -> String {
        let later = FailureWords.nextTry(delivery, of: integration).map { "at \($0.text)" }
        return switch delivery.state {
        case .pending where integration?.isActive == false:
            "`patchbay integration enable \(delivery.integrationName)` lets it go; the integration is inactive"
        case .pending: later.map { "due \($0): until then its integration is left alone" } ?? "the next sync sends it"
        case .sending:
            "a sync has it under way; if that host died, it is looked up from \(delivery.dueAt?.text ?? "now") on"
        case .delivered:
            delivery.changedSince
                ? "it is there, with an older content: changed, not sent"
                : "it is there: \(delivery.url ?? delivery.externalID ?? "")"
        case .refused: "a person must act, then `patchbay retry \(delivery.taskID)`"
        case .waiting: waiting(delivery, later)
        case .unknown:
            "it is looked up \(later ?? "by the next sync") before anything is sent again; `patchbay resolve "
                + "\(delivery.taskID) --integration \(delivery.integrationName)` with "
                + "--external-id ID or --not-created settles it by hand"
        case .cancelled: "taken back; nothing is sent"
        }
    }

    private static func waiting(_ delivery: DeliveryRecord, _ later: String?) -> String {
        if let remedy = delivery.errorCode?.tokenRemedy(delivery.integrationName) {
            return "\(remedy); the next sync tries it again"
        }
        return later.map { "due again \($0)" } ?? "due: the next sync tries it again"
    }
}

extension AttemptRecord {
    /// False where the host stopped while it was sending: what stands there then is the end of its lease.
    fileprivate var hasEnd: Bool { errorCode != .hostStopped }
}
