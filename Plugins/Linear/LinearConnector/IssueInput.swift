import PatchbayConnectorKit

/// What was looked up for a batch.
struct LookedUp: Sendable {
    /// Label ids by lower-case name.
    var labels: [String: String] = [:]
    /// User ids that are not sent as assignees.
    var unassignable: Set<String> = []
    /// The state of a task that is done; nil when the team has none.
    var doneState: String?
    /// The state of a task that is open; nil leaves it as it is.
    var openState: String?
}

/// A task's fields in Linear's form, and what could not be brought over.
struct IssueInput {
    private(set) var fields: [String: JSONValue] = [:]
    private(set) var warnings: [Notice] = []

    /// The user id that is sent as the assignee's.
    var assigneeId: String? { fields["assigneeId"]?.text }

    /// The input of a new issue.
    init(creating task: ConnectorTask, _ settings: LinearSettings, _ known: LookedUp) {
        fields["id"] = .string(task.deliveryId)
        fields["teamId"] = .string(settings.teamId)
        fields["title"] = .string(PlainText.line(task.title))
        if let description = task.description, !description.isEmpty { fields["description"] = .string(description) }
        if let due = due(task) { fields["dueDate"] = .string(due) }
        if task.assignee != nil { setAssignee(task, settings, known) }
        if task.priority != .none { fields["priority"] = priority(task) }
        if !task.labels.isEmpty { setLabels(task, known) }
        if task.done {
            setState(task, known)
        } else if let state = settings.defaultStateId {
            fields["stateId"] = .string(state)
        }
    }

    /// The fields that an update must bring over.
    init(updating task: ConnectorTask, _ settings: LinearSettings, _ known: LookedUp) {
        if task.changes.contains(.title) { fields["title"] = .string(PlainText.line(task.title)) }
        if task.changes.contains(.description) { fields["description"] = .string(task.description ?? "") }
        if task.changes.contains(.due) { fields["dueDate"] = due(task).map { .string($0) } ?? .null }
        if task.changes.contains(.assignee) { setAssignee(task, settings, known) }
        if task.changes.contains(.priority) { fields["priority"] = priority(task) }
        if task.changes.contains(.labels) { setLabels(task, known) }
        if task.changes.contains(.status) { setState(task, known) }
    }

    private func due(_ task: ConnectorTask) -> String? {
        task.dueDate ?? task.dueTime.map { String($0.prefix(10)) }
    }

    private func priority(_ task: ConnectorTask) -> JSONValue {
        switch task.priority {
        case .urgent: 1
        case .high: 2
        case .medium: 3
        case .low: 4
        case .none: 0
        }
    }

    private mutating func setAssignee(_ task: ConnectorTask, _ settings: LinearSettings, _ known: LookedUp) {
        guard let email = task.assignee else {
            fields["assigneeId"] = .null
            return
        }
        if let id = settings.assignees[email.lowercased()], known.unassignable.contains(id) {
            warnings.append(
                Notice(
                    "assignee_refused", field: "assignee",
                    "Linear does not take \(email) (\(id) in assigneeMapping) as the assignee, so the issue is left "
                        + "without them. "
                        + "They may have left the workspace: assign the issue there, and set assigneeMapping; "
                        + "`discover` lists who is in it."))
        } else if let id = settings.assignees[email.lowercased()] {
            fields["assigneeId"] = .string(id)
        } else {
            warnings.append(
                Notice(
                    "assignee_unmapped", field: "assignee",
                    "\(email) is not in assigneeMapping; the issue is left as it is, without them.")
            )
        }
    }

    private mutating func setLabels(_ task: ConnectorTask, _ known: LookedUp) {
        var ids: [String] = []
        for label in task.labels {
            if let id = known.labels[label.lowercased()] {
                if !ids.contains(id) { ids.append(id) }
            } else {
                warnings.append(
                    Notice(
                        "label_missing", field: "labels",
                        "Neither team nor workspace has a label \"\(label)\"; the issue goes without it.")
                )
            }
        }
        if !ids.isEmpty || task.labels.isEmpty { fields["labelIds"] = .array(ids.map { .string($0) }) }
    }

    private mutating func setState(_ task: ConnectorTask, _ known: LookedUp) {
        if let state = task.done ? known.doneState ?? known.openState : known.openState {
            fields["stateId"] = .string(state)
        }
        if task.done, known.doneState == nil {
            warnings.append(
                Notice("status_not_set", field: "status", "The team has no completed state; the issue stays open."))
        }
    }
}
