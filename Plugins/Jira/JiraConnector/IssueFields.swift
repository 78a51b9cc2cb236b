import PatchbayConnectorKit

/// A task's fields in Jira's form, and what could not be brought over.
struct IssueFields {
    private(set) var fields: [String: JSONValue] = [:]
    private(set) var warnings: [Notice] = []
    /// The account id that is sent as the assignee's.
    private(set) var assigneeId: String?
    private let settings: JiraSettings
    /// Nil when no task needs it.
    private let screen: CreateScreen?
    /// Account ids that are not sent as assignees.
    private let unassignable: Set<String>

    /// Whether a new issue for this task has a field that may be off the screen.
    static func needsScreen(_ task: ConnectorTask) -> Bool {
        task.description?.isEmpty == false || task.dueDate != nil || task.dueTime != nil || task.assignee != nil
            || task.priority != .none
            || !task.labels.isEmpty
    }

    /// The fields of a new issue.
    init(creating task: ConnectorTask, _ settings: JiraSettings, _ screen: CreateScreen?, unassignable: Set<String>) {
        self.settings = settings
        self.screen = screen
        self.unassignable = unassignable
        if let id = settings.projectId {
            fields["project"] = ["id": .string(id)]
        } else {
            fields["project"] = ["key": .string(settings.projectKey)]
        }
        if let id = screen?.issueTypeId {
            fields["issuetype"] = ["id": .string(id)]
        } else {
            let isId = settings.issueType.allSatisfy { $0.isASCII && $0.isNumber }
            fields["issuetype"] = [isId ? "id" : "name": .string(settings.issueType)]
        }
        setSummary(task)
        if let document = document(task) { put("description", document) }
        if let due = due(task) { put("duedate", .string(due)) }
        if task.assignee != nil, let assignee = assignee(task) { put("assignee", assignee) }
        if fields["assignee"] == nil { assigneeId = nil }
        if task.priority != .none { setPriority(task) }
        if !task.labels.isEmpty { put("labels", labels(task)) }
        if task.done {
            warnings.append(Notice("status_not_set", field: "status", "Jira makes every issue open; close it there."))
        }
    }

    /// The fields that an update must bring over. The status is none of them.
    init(updating task: ConnectorTask, _ settings: JiraSettings, _ screen: CreateScreen?) {
        self.settings = settings
        self.screen = screen
        unassignable = []
        if task.changes.contains(.title) { setSummary(task) }
        if task.changes.contains(.description) { fields["description"] = document(task) ?? .null }
        if task.changes.contains(.due) { fields["duedate"] = due(task).map { .string($0) } ?? .null }
        if task.changes.contains(.assignee), let assignee = assignee(task) { fields["assignee"] = assignee }
        if task.changes.contains(.labels) { fields["labels"] = labels(task) }
        if task.changes.contains(.priority), task.priority != .none { setPriority(task) }
    }

    /// Sets a field that the screen has; otherwise warns.
    private mutating func put(_ field: String, _ value: JSONValue) {
        if screen?.fields[field] != nil {
            fields[field] = value
        } else {
            warnings.append(
                Notice(
                    "field_off_screen", field: field,
                    "The project's create screen has no field \(field); the issue goes without it."))
        }
    }

    /// The title as Jira takes it, and whether it was cut.
    static func summary(_ task: ConnectorTask) -> (text: String, wasCut: Bool) {
        PlainText.cut(PlainText.line(task.title), utf16Max: JiraLimits.summaryUnitsMax)
    }

    private mutating func setSummary(_ task: ConnectorTask) {
        let (summary, wasCut) = Self.summary(task)
        fields["summary"] = .string(summary)
        if wasCut {
            warnings.append(
                Notice(
                    "title_cut", field: "title",
                    "The title was cut to the \(JiraLimits.summaryUnitsMax) characters that Jira takes."))
        }
    }

    private mutating func document(_ task: ConnectorTask) -> JSONValue? {
        guard let (document, wasCut) = RichText.document(task.description ?? "") else { return nil }
        if wasCut {
            warnings.append(
                Notice(
                    "description_cut", field: "description",
                    "The description was cut to the \(JiraLimits.descriptionUnitsMax) characters that Jira takes."))
        }
        return document
    }

    private func due(_ task: ConnectorTask) -> String? {
        task.dueDate ?? task.dueTime.map { String($0.prefix(10)) }
    }

    /// The assignee's value: null when the task has none, nil when they cannot be mapped.
    private mutating func assignee(_ task: ConnectorTask) -> JSONValue? {
        guard let email = task.assignee else { return .null }
        if let id = settings.assignees[email.lowercased()], unassignable.contains(id) {
            warnings.append(
                Notice(
                    "assignee_refused", field: "assignee",
                    "Jira does not take \(email) (\(id) in assigneeMapping) as the assignee, so the issue goes without "
                        + "one. "
                        + "They may have left, or may not be assigned in this project: assign the issue there, "
                        + "and set assigneeMapping; `discover` lists whom it takes."))
            return nil
        }
        if let id = settings.assignees[email.lowercased()] {
            assigneeId = id
            return ["id": .string(id)]
        }
        warnings.append(
            Notice(
                "assignee_unmapped", field: "assignee",
                "\(email) is not in assigneeMapping; the issue is left as it is, without them."))
        return nil
    }

    private mutating func setPriority(_ task: ConnectorTask) {
        let name =
            switch task.priority {
            case .urgent: "Highest"
            case .high: "High"
            case .medium: "Medium"
            case .low, .none: "Low"
            }
        guard let allowed = screen?.fields["priority"] else {
            put("priority", .null)
            return
        }
        guard let value = allowed.first(where: { $0.name.lowercased() == name.lowercased() }) else {
            warnings.append(
                Notice(
                    "priority_unsupported", field: "priority",
                    "The project has no priority \"\(name)\"; the issue goes without it."))
            return
        }
        fields["priority"] = ["id": .string(value.id)]
    }

    private mutating func labels(_ task: ConnectorTask) -> JSONValue {
        var labels: [String] = []
        for label in task.labels {
            let joined = String(label.map { $0.isWhitespace ? "_" : $0 })
            if joined != label {
                warnings.append(
                    Notice(
                        "label_changed", field: "labels",
                        "Jira's labels have no spaces: \"\(label)\" became \"\(joined)\"."))
            }
            if !joined.isEmpty, !labels.contains(joined) { labels.append(joined) }
        }
        return .array(labels.map { .string($0) })
    }
}
