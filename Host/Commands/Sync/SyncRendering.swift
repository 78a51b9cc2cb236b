import PatchbayInput
import PatchbayModel
import PatchbayStore
import PatchbaySync

/// What a sync did, for a person and for a script.
enum SyncRendering {
    private struct IntegrationView: Encodable {
        let integration: String
        let system: String
        let delivered, refused, waiting, unknown, released, bound, requests, due, unknownInStore: Int
        let nextDueAt: String?
        let notes: [String]?
        let error: ErrorObject?
    }
    private struct ResultView: Encodable {
        let integrations: [IntegrationView]
        let tasks: [SyncRowView]
        let tasksOmitted: Int
    }

    static func outcome(_ report: SyncReport) -> CommandOutcome {
        var outcome = CommandOutcome()
        let failed = report.integrations.contains { $0.failure.map { ExitStatus.storeCodes.contains($0.code) } ?? false }
        outcome.exit = failed ? .environmentWrong : report.isClean ? .done : .someFailed
        outcome.summary = summary(report)
        outcome.result = ResultView(
            integrations: report.integrations.map(view), tasks: report.rows.map(SyncRowView.init), tasksOmitted: report.rowsOmitted)
        outcome.text = text(report)
        outcome.notes = notes(report)
        return outcome
    }

    private static func summary(_ report: SyncReport) -> [String: JSONValue] {
        func count(_ path: KeyPath<IntegrationReport, Int>) -> JSONValue { .integer(Int64(report.total(path))) }
        return [
            "delivered": count(\.delivered), "refused": count(\.refused), "waiting": count(\.waiting), "unknown": count(\.unknown),
            "released": count(\.released), "bound": count(\.bound), "requests": count(\.requests),
            "unbound": .integer(Int64(report.unbound)),
        ]
    }

    private static func view(_ entry: IntegrationReport) -> IntegrationView {
        IntegrationView(
            integration: entry.name, system: entry.type, delivered: entry.delivered, refused: entry.refused, waiting: entry.waiting,
            unknown: entry.unknown, released: entry.released, bound: entry.bound, requests: entry.requests, due: entry.due,
            unknownInStore: entry.unknownInStore, nextDueAt: entry.nextDueAt?.text, notes: entry.notes.isEmpty ? nil : entry.notes,
            error: entry.failure.map { ErrorObject($0) })
    }

    private static func text(_ report: SyncReport) -> String {
        var table = TextTable(["TASK", "SYSTEM", "EXTERNAL ID", "URL"])
        for row in report.rows {
            let mark = row.state == .delivered ? row.displayID ?? row.externalID ?? "-" : row.state.rawValue
            table.add([row.title, row.integration, mark, row.url ?? row.message ?? "-"])
        }
        var lines = table.isEmpty ? [] : [table.text]
        if report.rowsOmitted > 0 { lines.append("and \(report.rowsOmitted) more; `patchbay task list` and `patchbay failures` show them") }
        let counts = [
            ("delivered", report.total(\.delivered)), ("refused", report.total(\.refused)), ("waiting", report.total(\.waiting)),
            ("unknown", report.total(\.unknown)), ("put back unsent", report.total(\.released)),
        ]
        let told = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        lines.append(told.isEmpty ? "nothing to send" : told.joined(separator: ", "))
        return lines.joined(separator: "\n")
    }

    private static func notes(_ report: SyncReport) -> [String] {
        var notes = report.wasStopped ? ["stopped by a signal; the next sync goes on where this one ended"] : []
        for entry in report.integrations {
            if let failure = entry.failure { notes.append("\(entry.name): \(Printable.text(failure.message)) [\(failure.code)]") }
            notes += entry.notes.map { "\(entry.name): \($0)" }
            if entry.due > 0 { notes.append("\(entry.name): \(entry.due) still due") }
            if let next = entry.nextDueAt { notes.append("\(entry.name): next due at \(next.text)") }
        }
        for entry in report.left {
            let states = entry.byState.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key.rawValue)" }
            notes.append(
                "\(entry.integration): \(states.joined(separator: ", ")) in the store; `patchbay failures` and `patchbay status` tell more")
        }
        if report.unbound > 0 {
            notes.append("\(report.unbound) tasks are bound for nowhere; `patchbay sync --integration NAME` takes them")
        }
        return notes + warnings(report.rows)
    }

    /// The first few one by one; more would bury what matters.
    private static func warnings(_ rows: [SyncRow]) -> [String] {
        let all = rows.flatMap { row in row.warnings.map { (row: row, warning: $0) } }
        let shown = 10
        let lines = all.prefix(shown).map { row, warning in
            "\(row.integration): \(Printable.text(row.title)): \(Printable.text(warning.text)) [\(warning.code)]"
        }
        return lines + (all.count > shown ? ["and \(all.count - shown) more warnings; `patchbay task show` has them"] : [])
    }

    // MARK: Preview

    private struct PreviewView: Encodable {
        let integration: String
        let system: String
        let due: [DeliveryView]
        let hasMore: Bool
        let bindable: Int
    }

    static func preview(_ preview: SyncPreview) -> CommandOutcome {
        var table = TextTable(["TASK", "SYSTEM", "STATE", "ATTEMPTS"])
        for entry in preview.entries {
            for delivery in entry.due {
                table.add([delivery.taskID, entry.integration, delivery.state.rawValue, String(delivery.attempts)])
            }
        }
        var outcome = CommandOutcome()
        let due = preview.entries.reduce(0) { $0 + $1.due.count }
        let bindable = preview.entries.reduce(0) { $0 + $1.bindable }
        outcome.summary = ["due": .integer(Int64(due)), "bindable": .integer(Int64(bindable)), "unbound": .integer(Int64(preview.unbound))]
        outcome.result = [
            "integrations": preview.entries.map {
                PreviewView(
                    integration: $0.integration, system: $0.type, due: $0.due.map(DeliveryView.init), hasMore: $0.hasMore,
                    bindable: $0.bindable)
            }
        ]
        let hasMore = preview.entries.contains { $0.hasMore }
        outcome.text =
            (table.isEmpty ? "" : table.text + "\n") + "would send \(hasMore ? "more than " : "")\(due + bindable)"
            + (bindable > 0 ? ", \(bindable) of them bound first" : "")
            + (hasMore ? "; of an integration the first \(Limits.reportRowsMax) are shown" : "")
        return outcome
    }

    // MARK: Action

    private struct ActionView: Encodable {
        let integration: String
        let system: String
        let tasks: [ActionTaskView]
    }
    private struct ActionTaskView: Encodable {
        let taskId: String
        let title: String
        let state: String
        let externalId: String?
        let displayId: String?
        let url: String?
        let error: DeliveryErrorView?
    }

    static func outcome(_ done: ActionRunner.Outcome) -> CommandOutcome {
        var outcome = outcome(done.report)
        let undelivered = done.deliveries.contains { $0.delivery.state != .delivered && $0.delivery.state != .cancelled }
        if undelivered { outcome.exit = .someFailed }
        outcome.result = ActionView(
            integration: done.integration.name, system: done.integration.type,
            tasks: done.deliveries.map { task, delivery in
                ActionTaskView(
                    taskId: task.id, title: task.title, state: delivery.state.rawValue, externalId: delivery.externalID,
                    displayId: delivery.displayID, url: delivery.url,
                    error: DeliveryErrorView(
                        code: delivery.errorCode, field: delivery.errorField, message: delivery.errorMessage,
                        requestID: delivery.vendorRequestID))
            })
        if done.deliveries.isEmpty {
            outcome.notes.append("the meeting has no task here; import its tasks first, or bring them in config.tasks")
        }
        return outcome
    }
}
