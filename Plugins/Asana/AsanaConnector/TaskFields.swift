import PatchbayConnectorKit

/// A task's fields in Asana's form, and what could not be brought over.
struct TaskFields {
    /// Before the delivery id in the last line of the notes.
    static let marker = "patchbay:"

    private(set) var data: [String: JSONValue] = [:]
    private(set) var warnings: [Notice] = []
    private let settings: AsanaSettings
    /// User ids that are not sent as assignees.
    private let unassignable: Set<String>

    /// The fields of a new task. `tags` is needed only when the task has labels.
    init(creating task: ConnectorTask, _ settings: AsanaSettings, tags: [String: String], unassignable: Set<String>) {
        self.settings = settings
        self.unassignable = unassignable
        data["name"] = .string(PlainText.line(task.title))
        data["projects"] = [.string(settings.projectId)]
        setNotes(task)
        if settings.usesExternalId { data["external"] = ["gid": .string(task.deliveryId)] }
        if task.dueDate != nil || task.dueTime != nil { setDue(task) }
        if task.assignee != nil { setAssignee(task) }
        if task.done { data["completed"] = true }
        warnOfPriority(task)
        let ids = tagIds(task, tags)
        if !ids.isEmpty { data["tags"] = .array(ids.map { .string($0) }) }
    }

    /// The fields that an update must bring over, without tags, which are not part of it.
    init(updating task: ConnectorTask, _ settings: AsanaSettings) {
        self.settings = settings
        unassignable = []
        if task.changes.contains(.title) { data["name"] = .string(PlainText.line(task.title)) }
        if task.changes.contains(.description) {
            setNotes(task)
            if data["notes"] == nil { data["notes"] = "" }
        }
        if task.changes.contains(.due) { setDue(task) }
        if task.changes.contains(.assignee) { setAssignee(task) }
        if task.changes.contains(.status) { data["completed"] = .bool(task.done) }
        if task.changes.contains(.priority) { warnOfPriority(task) }
    }

    /// The ids of the task's tags. Warns of those that the workspace does not have.
    mutating func tagIds(_ task: ConnectorTask, _ tags: [String: String]) -> [String] {
        var ids: [String] = []
        for label in task.labels {
            if let id = tags[label.lowercased()] {
                if !ids.contains(id) { ids.append(id) }
            } else {
                warnings.append(
                    Notice(
                        "label_missing", field: "labels",
                        "The workspace has no tag \"\(label)\"; the task goes without it."))
            }
        }
        return ids
    }

    /// The delivery ids that the notes bear, wherever they stand: a person may have joined our line with another, or
    /// moved it.
    static func markers(in notes: String) -> [String] {
        let sign = Array(marker.utf8)
        let bytes = Array(notes.utf8)
        var ids: [String] = []
        var place = 0
        while let start = bytes[place...].firstIndex(of: sign[0]) {
            place = start + 1
            guard bytes[start...].starts(with: sign) else { continue }
            let id = bytes[(start + sign.count)...].prefix(idLength)
            guard id.count == idLength, id.allSatisfy(isIdByte) else { continue }
            ids.append(String(decoding: id, as: UTF8.self))
            place = start + sign.count + idLength
        }
        return ids
    }

    /// Bytes of a delivery id, which is a UUID.
    private static let idLength = 36

    private static func isIdByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    /// Notes as a person wrote them, without the last line that carries the delivery id.
    static func withoutMarker(_ notes: String) -> String {
        var lines = PlainText.lines(notes)
        guard lines.last?.hasPrefix(marker) == true else { return notes }
        lines.removeLast()
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.joined(separator: "\n")
    }

    private mutating func setNotes(_ task: ConnectorTask) {
        let text = task.description ?? ""
        guard !settings.usesExternalId else {
            if !text.isEmpty { data["notes"] = .string(text) }
            return
        }
        data["notes"] = .string((text.isEmpty ? "" : text + "\n\n") + Self.marker + task.deliveryId)
    }

    private mutating func setDue(_ task: ConnectorTask) {
        if let time = task.dueTime {
            data["due_at"] = .string(time)
        } else {
            data["due_on"] = task.dueDate.map { .string($0) } ?? .null
        }
    }

    private mutating func setAssignee(_ task: ConnectorTask) {
        guard let email = task.assignee else {
            data["assignee"] = .null
            return
        }
        if let id = settings.assignees[email.lowercased()], unassignable.contains(id) {
            warnings.append(
                Notice(
                    "assignee_refused", field: "assignee",
                    "Asana does not take \(email) (\(id) in assigneeMapping) as the assignee, so the task goes without "
                        + "one. "
                        + "They may have left the workspace: assign the task there, and set assigneeMapping; "
                        + "`discover` lists who is in it."))
        } else if let id = settings.assignees[email.lowercased()] {
            data["assignee"] = .string(id)
        } else {
            warnings.append(
                Notice(
                    "assignee_unmapped", field: "assignee",
                    "\(email) is not in assigneeMapping; the task is left as it is, without them."))
        }
    }

    private mutating func warnOfPriority(_ task: ConnectorTask) {
        guard task.priority != .none else { return }
        warnings.append(
            Notice("priority_unsupported", field: "priority", "Asana has no priority of its own; it is left out."))
    }
}
