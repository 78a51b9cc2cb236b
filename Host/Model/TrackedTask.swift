/// How urgent a task is. The raw value is the word used in files, output and the store.
package enum Priority: String, Sendable, Codable, CaseIterable {
    case none, low, medium, high, urgent
}

/// Whether a task is still to be done.
package enum TaskStatus: String, Sendable, Codable, CaseIterable {
    case open, done
}

/// When a task is due: a calendar date, and the moment if one was named.
package struct DueDate: Sendable, Hashable, Codable {
    /// As it was written: `YYYY-MM-DD` or RFC 3339.
    package let text: String
    /// `YYYY-MM-DD`: the date in the written offset, for systems that know dates only.
    package let date: String
    /// RFC 3339 in UTC, whole seconds, ending in `Z`; nil when only a date was written.
    package let time: String?

    /// Takes the three forms as they are; `DueDate.init(parsing:)` derives them.
    package init(text: String, date: String, time: String?) {
        self.text = text
        self.date = date
        self.time = time
    }
}

/// A unit of work that Patchbay keeps: an action item of a meeting.
package struct TrackedTask: Sendable, Hashable {
    /// Chosen by the importer, or derived from meeting id, title and ordinal. Unique in a store.
    package var id: String
    package var meetingId: String?
    package var title: String
    /// Markdown.
    package var description: String?
    package var dueDate: DueDate?
    /// E-mail address.
    package var assignee: String?
    package var priority: Priority
    package var labels: [String]
    package var status: TaskStatus

    package init(
        id: String, meetingId: String? = nil, title: String, description: String? = nil, dueDate: DueDate? = nil,
        assignee: String? = nil, priority: Priority = .none, labels: [String] = [], status: TaskStatus = .open
    ) {
        self.id = id
        self.meetingId = meetingId
        self.title = title
        self.description = description
        self.dueDate = dueDate
        self.assignee = assignee
        self.priority = priority
        self.labels = labels
        self.status = status
    }
}
