import PatchbayModel

/// One thing to ask of a connector.
package struct ConnectorOperation: Sendable {
    package let number: OperationNumber
    /// The connector's only clock for the whole call.
    package let now: Timestamp
    /// Empty for operations without tasks; at most the descriptor's batch otherwise.
    package let tasks: [OperationTask]

    package init(_ number: OperationNumber, now: Timestamp, tasks: [OperationTask] = []) {
        self.number = number
        self.now = now
        self.tasks = tasks
    }
}

/// A task as an operation carries it.
package struct OperationTask: Sendable {
    package let task: TrackedTask
    /// UUID version 4, lower case.
    package let deliveryID: String
    /// For update and fetch, and of a witness.
    package let externalID: String?
    /// For update: what it must bring over.
    package let changes: TaskChanges
    /// For find: nothing of the attempt is older, by the system's own clock.
    package let attemptedAt: Timestamp?
    /// For find: known to be there under `externalID`. That the others are not there is believed only when this one
    /// shows.
    package let isWitness: Bool
    /// For find: the attempt whose outcome is looked for.
    package let attempt: AttemptFacts?

    package init(
        task: TrackedTask, deliveryID: String, externalID: String? = nil, changes: TaskChanges = [],
        attemptedAt: Timestamp? = nil,
        isWitness: Bool = false, attempt: AttemptFacts? = nil
    ) {
        self.task = task
        self.deliveryID = deliveryID
        self.externalID = externalID
        self.changes = changes
        self.attemptedAt = attemptedAt
        self.isWitness = isWitness
        self.attempt = attempt
    }
}

/// What a look-up is told of the attempt whose outcome it looks for.
package struct AttemptFacts: Sendable, Hashable, Codable {
    /// From 1.
    package let number: Int
    /// Whether `OperationTask.attemptedAt` is by the system's own clock. If not, it lies a day and more before the
    /// attempt, and serves finding only.
    package let windowIsSure: Bool
    /// By our clock.
    package let startedAt: Timestamp
    /// The last `Date` that the system told before it, where one counts.
    package let vendorDate: Timestamp?
    /// The account that made it, where it was known.
    package let account: String?

    package init(number: Int, windowIsSure: Bool, startedAt: Timestamp, vendorDate: Timestamp?, account: String?) {
        self.number = number
        self.windowIsSure = windowIsSure
        self.startedAt = startedAt
        self.vendorDate = vendorDate
        self.account = account
    }
}

/// Which parts of a task have changed. The bits are those of the interface.
package struct TaskChanges: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let title = TaskChanges(rawValue: 1)
    package static let description = TaskChanges(rawValue: 2)
    package static let due = TaskChanges(rawValue: 4)
    package static let assignee = TaskChanges(rawValue: 8)
    package static let priority = TaskChanges(rawValue: 16)
    package static let labels = TaskChanges(rawValue: 32)
    package static let status = TaskChanges(rawValue: 64)
}

/// What an instance is opened with.
package struct ConnectorOpening: Sendable {
    /// As the integration keeps them; checked against the descriptor and completed with its defaults when opening.
    package let settings: [String: SettingValue]
    /// The kind of the integration's token, never the token; nil is the connector's default kind.
    package let tokenKind: String?
    /// What the last check told to remember.
    package let facts: [String: String]
    /// For discover: required settings may be missing.
    package let isPartial: Bool
    /// For look-ups: the kind of token with which the attempts were made, where it is another one.
    package let attemptedTokenKind: String?
    /// The id of the token's account, where a check has told it.
    package let account: String?
    /// Where requests go: scheme, host, port and path prefix.
    package let origin: String?
    /// Whose data the instance will see; not told to the connector. A stranger has a worker for each holder.
    package let holder: String?

    package init(
        settings: [String: SettingValue], tokenKind: String? = nil, facts: [String: String] = [:],
        isPartial: Bool = false,
        attemptedTokenKind: String? = nil, account: String? = nil, origin: String? = nil, holder: String? = nil
    ) {
        self.holder = holder
        self.settings = settings
        self.tokenKind = tokenKind
        self.facts = facts
        self.isPartial = isPartial
        self.attemptedTokenKind = attemptedTokenKind
        self.account = account
        self.origin = origin
    }
}
