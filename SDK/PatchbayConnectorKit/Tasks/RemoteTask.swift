/// A task as the other system has it now.
public struct RemoteTask: Sendable, Equatable {
    /// Its title.
    public var title: String
    /// Its description, in the vendor's words.
    public var description: String?
    /// `YYYY-MM-DD`.
    public var dueDate: String?
    /// E-mail; nil where the vendor hides it.
    public var assignee: String?
    /// The vendor's id of the assignee.
    public var assigneeId: String?
    /// How urgent it is there.
    public var priority: Priority
    /// Names.
    public var labels: [String]
    /// Whether it is done there.
    public var done: Bool
    /// Whether it is in a bin or archived away.
    public var deleted: Bool
    /// When it changed last, in milliseconds since 1970; 0 if not told.
    public var modifiedUnixMs: Int64

    /// The remote state of a task.
    public init(
        title: String, description: String? = nil, dueDate: String? = nil, assignee: String? = nil,
        assigneeId: String? = nil,
        priority: Priority = .none, labels: [String] = [], done: Bool = false, deleted: Bool = false,
        modifiedUnixMs: Int64 = 0
    ) {
        self.title = title
        self.description = description
        self.dueDate = dueDate
        self.assignee = assignee
        self.assigneeId = assigneeId
        self.priority = priority
        self.labels = labels
        self.done = done
        self.deleted = deleted
        self.modifiedUnixMs = modifiedUnixMs
    }
}
