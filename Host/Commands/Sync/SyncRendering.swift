import PatchbayInput
import PatchbayModel
import PatchbayStore
import PatchbaySync

/// What a sync did, for a script; `SyncText` has the words for a person.
enum SyncRendering {
    private struct IntegrationView: Encodable {
        let integration: String
        let system: String
        let delivered, refused, waiting, unknown, released, bound, requests, due, unknownInStore: Int
        let nextDueAt: String?
        let notes: [String]?
        let error: ErrorObject?
    }
    private struct RemainderView: Encodable {
        let integration: String
        let isActive: Bool
        let states: [String: Int]
        let due: Int
        let nextDueAt, pausedUntil, askedUntil, breakerOpenUntil: String?
    }
    private struct ResultView: Encodable {
        let integrations: [IntegrationView]
        let left: [RemainderView]
        let tasks: [SyncRowView]
        let tasksOmitted: Int
    }

    static func outcome(_ report: SyncReport) -> CommandOutcome {
        var outcome = CommandOutcome()
        let failed = report.integrations.contains {
            $0.failure.map { ExitStatus.storeCodes.contains($0.code) } ?? false
        }
        outcome.exit = failed ? .environmentWrong : report.isClean ? .done : .someFailed
        outcome.summary = summary(report)
        outcome.result = ResultView(
            integrations: report.integrations.map(view), left: report.left.map(view),
            tasks: report.rows.map(SyncRowView.init),
            tasksOmitted: report.rowsOmitted)
        outcome.text = SyncText.result(report)
        outcome.notes = SyncText.notes(report)
        return outcome
    }

    private static func summary(_ report: SyncReport) -> [String: JSONValue] {
        func count(_ path: KeyPath<IntegrationReport, Int>) -> JSONValue { .integer(Int64(report.total(path))) }
        return [
            "delivered": count(\.delivered), "refused": count(\.refused), "waiting": count(\.waiting),
            "unknown": count(\.unknown),
            "released": count(\.released), "bound": count(\.bound), "requests": count(\.requests),
            "unbound": .integer(Int64(report.unbound)),
        ]
    }

    private static func view(_ entry: IntegrationReport) -> IntegrationView {
        IntegrationView(
            integration: entry.name, system: entry.type, delivered: entry.delivered, refused: entry.refused,
            waiting: entry.waiting,
            unknown: entry.unknown, released: entry.released, bound: entry.bound, requests: entry.requests,
            due: entry.due,
            unknownInStore: entry.unknownInStore, nextDueAt: entry.nextDueAt?.text,
            notes: entry.notes.isEmpty ? nil : entry.notes,
            error: entry.failure.map { ErrorObject($0) })
    }

    private static func view(_ left: Remainder) -> RemainderView {
        RemainderView(
            integration: left.integration, isActive: left.isActive,
            states: Dictionary(uniqueKeysWithValues: left.byState.map { ($0.key.rawValue, $0.value) }), due: left.due,
            nextDueAt: left.nextDueAt?.text, pausedUntil: left.pause?.until.text, askedUntil: left.pause?.asked?.text,
            breakerOpenUntil: left.breakerOpenUntil?.text)
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
        outcome.summary = [
            "due": .integer(Int64(due)), "bindable": .integer(Int64(bindable)),
            "unbound": .integer(Int64(preview.unbound)),
        ]
        outcome.result = [
            "integrations": preview.entries.map {
                PreviewView(
                    integration: $0.integration, system: $0.type, due: $0.due.map(DeliveryView.init),
                    hasMore: $0.hasMore,
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
        let undelivered = done.deliveries.contains {
            $0.delivery.state != .delivered && $0.delivery.state != .cancelled
        }
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
