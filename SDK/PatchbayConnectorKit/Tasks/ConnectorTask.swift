/// A task as the host hands it to a connector.
public struct ConnectorTask: Sendable, Equatable {
    /// Made once for each delivery (UUID version 4, lower case); let it travel with the create.
    public var deliveryId: String
    /// The id the other system gave; for update and fetch.
    public var externalId: String?
    /// The meeting it comes from.
    public var meetingId: String?
    /// Never empty.
    public var title: String
    /// Markdown.
    public var description: String?
    /// `YYYY-MM-DD`, in the due time's own offset.
    public var dueDate: String?
    /// RFC 3339 in UTC; nil when only a date is known.
    public var dueTime: String?
    /// An e-mail address.
    public var assignee: String?
    /// How urgent it is.
    public var priority: Priority
    /// Names.
    public var labels: [String]
    /// Whether it is done.
    public var done: Bool
    /// For update: what must be brought over.
    public var changes: Changes
    /// For find: nothing of the attempt is older, by the system's own clock, in milliseconds since 1970; else 0.
    public var attemptedUnixMs: Int64
    /// For find: known to be there as `externalId`. It is looked for like the others: a miss of theirs counts only if
    /// this one shows.
    public var isWitness: Bool
    /// For find: the attempt whose outcome is looked for; nil from a host of 1.0.
    public var attempt: Attempt?

    /// A task; the host makes it, and tests do.
    public init(
        deliveryId: String, title: String, externalId: String? = nil, meetingId: String? = nil,
        description: String? = nil,
        dueDate: String? = nil, dueTime: String? = nil, assignee: String? = nil, priority: Priority = .none,
        labels: [String] = [],
        done: Bool = false, changes: Changes = [], attemptedUnixMs: Int64 = 0,
        isWitness: Bool = false, attempt: Attempt? = nil
    ) {
        self.deliveryId = deliveryId
        self.externalId = externalId
        self.meetingId = meetingId
        self.title = title
        self.description = description
        self.dueDate = dueDate
        self.dueTime = dueTime
        self.assignee = assignee
        self.priority = priority
        self.labels = labels
        self.done = done
        self.changes = changes
        self.attemptedUnixMs = attemptedUnixMs
        self.isWitness = isWitness
        self.attempt = attempt
    }
}

/// What is known of an attempt whose outcome is looked for.
public struct Attempt: Sendable, Equatable {
    /// From 1.
    public var number: Int
    /// Whether `attemptedUnixMs` is by the system's own clock. If not, it is a day and more early, which serves finding
    /// only.
    public var windowIsSure: Bool
    /// When it began, in milliseconds since 1970 by the host's clock.
    public var startedUnixMs: Int64
    /// The last time that the system told before it, in milliseconds since 1970; 0 = none that counts.
    public var vendorUnixMs: Int64
    /// The id of the account that made it; nil = not known.
    public var account: String?

    /// An attempt; the host makes it, and tests do.
    public init(
        number: Int = 1, windowIsSure: Bool = true, startedUnixMs: Int64 = 0, vendorUnixMs: Int64 = 0,
        account: String? = nil
    ) {
        self.number = number
        self.windowIsSure = windowIsSure
        self.startedUnixMs = startedUnixMs
        self.vendorUnixMs = vendorUnixMs
        self.account = account
    }
}

/// How urgent a task is.
public enum Priority: UInt32, Sendable, CaseIterable {
    /// Not said.
    case none = 0
    /// Can wait.
    case low = 1
    /// As usual.
    case medium = 2
    /// Before others.
    case high = 3
    /// At once.
    case urgent = 4
}

/// What an update must bring over.
public struct Changes: OptionSet, Sendable {
    /// The bits of the C interface.
    public let rawValue: UInt32

    /// Bits of the C interface; unknown ones are kept.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The title.
    public static let title = Changes(rawValue: 1)
    /// The description.
    public static let description = Changes(rawValue: 2)
    /// Due date or due time.
    public static let due = Changes(rawValue: 4)
    /// The assignee.
    public static let assignee = Changes(rawValue: 8)
    /// The priority.
    public static let priority = Changes(rawValue: 16)
    /// The labels.
    public static let labels = Changes(rawValue: 32)
    /// Open or done.
    public static let status = Changes(rawValue: 64)
}
