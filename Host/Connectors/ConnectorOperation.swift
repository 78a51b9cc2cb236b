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
    /// For update and fetch.
    package let externalID: String?
    /// For update: what it must bring over.
    package let changes: TaskChanges
    /// For find: when the first attempt began, by our clock. The allowance for clock skew is taken off on the way.
    package let attemptedAt: Timestamp?

    package init(
        task: TrackedTask, deliveryID: String, externalID: String? = nil, changes: TaskChanges = [], attemptedAt: Timestamp? = nil
    ) {
        self.task = task
        self.deliveryID = deliveryID
        self.externalID = externalID
        self.changes = changes
        self.attemptedAt = attemptedAt
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

    package init(settings: [String: SettingValue], tokenKind: String? = nil, facts: [String: String] = [:], isPartial: Bool = false) {
        self.settings = settings
        self.tokenKind = tokenKind
        self.facts = facts
        self.isPartial = isPartial
    }
}
