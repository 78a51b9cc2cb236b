import PatchbayConnectors
import PatchbayInput
import PatchbayModel

/// What a replay needs of a call beside its exchanges: the connector's whole input, and how the call ended.
package struct RecordedCall: Codable, Sendable {
    /// Who was recorded.
    package struct Identity: Codable, Sendable {
        /// The connector's own id.
        package let connector: String
        package let version: String
        package let type: String
        package let integration: String

        package init(connector: String, version: String, type: String, integration: String) {
            self.connector = connector
            self.version = version
            self.type = type
            self.integration = integration
        }
    }

    /// What the instance was opened with; never a token.
    package struct Opening: Codable, Sendable {
        package let settings: [String: SettingValue]
        package let tokenKind: String?
        package let facts: [String: String]
        package let isPartial: Bool
        package let attemptedTokenKind: String?
        package let account: String?
        package let origin: String?

        package init(_ opening: ConnectorOpening) {
            settings = opening.settings
            tokenKind = opening.tokenKind
            facts = opening.facts
            isPartial = opening.isPartial
            attemptedTokenKind = opening.attemptedTokenKind
            account = opening.account
            origin = opening.origin
        }

        package var value: ConnectorOpening {
            ConnectorOpening(
                settings: settings, tokenKind: tokenKind, facts: facts, isPartial: isPartial,
                attemptedTokenKind: attemptedTokenKind,
                account: account, origin: origin)
        }
    }

    package struct Operation: Codable, Sendable {
        package let name: String
        package let nowUnixMs: Int64
        package let tasks: [RecordedTask]

        package init(_ operation: ConnectorOperation) {
            name = operation.number.word
            nowUnixMs = operation.now.milliseconds
            tasks = operation.tasks.map(RecordedTask.init)
        }

        /// Nil when the operation is not one that this host knows.
        package var value: ConnectorOperation? {
            guard let number = OperationNumber.allCases.first(where: { $0.word == name }) else { return nil }
            return ConnectorOperation(number, now: Timestamp(milliseconds: nowUnixMs), tasks: tasks.map(\.value))
        }
    }

    /// Of this member; the format around it has its own.
    package let format: Int
    package let identity: Identity
    package let opening: Opening
    package let operation: Operation
    /// How the call ended, as `CallResult.words` tells it; `{"stopped": ...}` when it did not come to a result.
    package let end: JSONValue
    /// Something was too large to be kept: it cannot be replayed.
    package let isCut: Bool

    package static let currentFormat = 1

    package init(identity: Identity, opening: Opening, operation: Operation, end: JSONValue, isCut: Bool) {
        format = Self.currentFormat
        self.identity = identity
        self.opening = opening
        self.operation = operation
        self.end = end
        self.isCut = isCut
    }
}

/// A task as a recording keeps it: what the operation carried of it.
package struct RecordedTask: Codable, Sendable {
    package let id: String
    package let deliveryId: String
    package let externalId: String?
    package let changes: UInt32
    package let attemptedUnixMs: Int64?
    package let isWitness: Bool?
    package let attempt: AttemptFacts?
    package let meetingId: String?
    package let title: String
    package let description: String?
    package let dueDate: DueDate?
    package let assignee: String?
    package let priority: Priority
    package let labels: [String]
    package let status: TaskStatus

    package init(_ item: OperationTask) {
        id = item.task.id
        deliveryId = item.deliveryID
        externalId = item.externalID
        changes = item.changes.rawValue
        attemptedUnixMs = item.attemptedAt?.milliseconds
        isWitness = item.isWitness ? true : nil
        attempt = item.attempt
        meetingId = item.task.meetingId
        title = item.task.title
        description = item.task.description
        dueDate = item.task.dueDate
        assignee = item.task.assignee
        priority = item.task.priority
        labels = item.task.labels
        status = item.task.status
    }

    package var value: OperationTask {
        let task = TrackedTask(
            id: id, meetingId: meetingId, title: title, description: description, dueDate: dueDate, assignee: assignee,
            priority: priority, labels: labels, status: status)
        return OperationTask(
            task: task, deliveryID: deliveryId, externalID: externalId, changes: TaskChanges(rawValue: changes),
            attemptedAt: window, isWitness: isWitness ?? false, attempt: attempt)
    }

    /// Before a recording told of the attempt, its time was by our clock, and the allowance for clock skew was taken
    /// off on the way.
    private var window: Timestamp? {
        let time = attemptedUnixMs.map(Timestamp.init(milliseconds:))
        return attempt == nil ? time?.advanced(by: .zero - Limits.clockSkew) : time
    }
}
