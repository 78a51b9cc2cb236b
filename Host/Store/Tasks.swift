import PatchbayModel

/// One task as an import brings it.
package struct TaskImport: Sendable, Hashable {
    package let task: TrackedTask
    /// Integrations it is bound for; nil = says nothing about it (an empty list takes back what is pending).
    package let integrationIDs: [Int64]?
    /// It exists already under this id in the one integration named.
    package let externalID: String?
    /// What became of it in the home that it comes from, by integration.
    package let moved: [Int64: MovedDelivery]
    /// It is left aside where it would change a task that was sent: its id is derived, so it may be another one with
    /// the same words.
    package let sparesSent: Bool

    package init(
        task: TrackedTask, integrationIDs: [Int64]? = nil, externalID: String? = nil,
        moved: [Int64: MovedDelivery] = [:],
        sparesSent: Bool = false
    ) {
        self.task = task
        self.integrationIDs = integrationIDs
        self.externalID = externalID
        self.moved = moved
        self.sparesSent = sparesSent
    }
}

/// What an import did with one task, in the order given.
package struct TaskImportResult: Sendable, Hashable {
    package enum Change: String, Sendable, Codable {
        case added, unchanged, changed
        /// Nothing of it was written: it would have changed a task that was sent.
        case aside
        /// Nothing of it was written: `refusal` says why.
        case refused
    }
    package let taskID: String
    package let change: Change
    package let deliveriesAdded: Int
    /// Pending deliveries taken back because the line no longer names their integration.
    package let deliveriesCancelled: Int
    /// Integrations that hold the task already, though the line no longer names them, by name: reported, never undone.
    package let keptIntegrations: [String]
    /// Integrations that hold an older content of the task, by name: changed, not sent.
    package let changedNotSent: [String]
    /// Integrations that hold it otherwise than the file says, by name: as it is here counts.
    package let keptOtherwise: [String]
    /// Aside: integrations that it was sent to, by name.
    package let sentTo: [String]
    /// Why nothing of it was taken; goes on after "deliveries".
    package let refusal: String?

    package init(
        taskID: String, change: Change, deliveriesAdded: Int = 0, deliveriesCancelled: Int = 0,
        keptIntegrations: [String] = [],
        changedNotSent: [String] = [], keptOtherwise: [String] = [], sentTo: [String] = [], refusal: String? = nil
    ) {
        self.taskID = taskID
        self.change = change
        self.deliveriesAdded = deliveriesAdded
        self.deliveriesCancelled = deliveriesCancelled
        self.keptIntegrations = keptIntegrations
        self.changedNotSent = changedNotSent
        self.keptOtherwise = keptOtherwise
        self.sentTo = sentTo
        self.refusal = refusal
    }
}

/// Which tasks a listing shows; every field that is set narrows it.
package struct TaskFilter: Sendable, Hashable {
    package var meetingID: String?
    package var taskIDs: [String]?
    package var integrationID: Int64?
    package var states: Set<DeliveryState>?
    /// Only tasks bound for nowhere.
    package var unbound: Bool

    package init(
        meetingID: String? = nil, taskIDs: [String]? = nil, integrationID: Int64? = nil,
        states: Set<DeliveryState>? = nil,
        unbound: Bool = false
    ) {
        self.meetingID = meetingID
        self.taskIDs = taskIDs
        self.integrationID = integrationID
        self.states = states
        self.unbound = unbound
    }
}

/// A task with all its deliveries.
package struct TaskRecord: Sendable, Hashable {
    /// Grows with each insert; the cursor of a listing.
    package let row: Int64
    package let task: TrackedTask
    package let importedAt: Timestamp
    package let deliveries: [DeliveryRecord]

    package init(row: Int64, task: TrackedTask, importedAt: Timestamp, deliveries: [DeliveryRecord]) {
        self.row = row
        self.task = task
        self.importedAt = importedAt
        self.deliveries = deliveries
    }
}

/// A task with all its deliveries, as another home takes it.
package struct MovedTask: Sendable, Hashable {
    /// As in `TaskRecord`.
    package let row: Int64
    package let task: TrackedTask
    package let deliveries: [MovedDelivery]

    package init(row: Int64, task: TrackedTask, deliveries: [MovedDelivery]) {
        self.row = row
        self.task = task
        self.deliveries = deliveries
    }
}

package protocol TaskStore: Sendable {
    /// Adds or changes tasks, all or none but for those whose result says otherwise. At most `Limits.importBatchTasks`
    /// at once. Integration ids must exist. A delivery that comes from another home is taken as `MoveDecision` says.
    func importTasks(_ tasks: [TaskImport], now: Timestamp) async throws -> [TaskImportResult]
    /// What `importTasks` would do; writes nothing.
    func judgeTasks(_ tasks: [TaskImport], now: Timestamp) async throws -> [TaskImportResult]
    /// As `tasks`, with what another home needs.
    func movedTasks(_ filter: TaskFilter, after row: Int64, limit: Int) async throws -> [MovedTask]
    /// One page in the order of import, after `row`; at most `limit`. Of each task all its deliveries come along,
    /// whatever the filter.
    func tasks(_ filter: TaskFilter, after row: Int64, limit: Int) async throws -> [TaskRecord]
    func task(id: String) async throws -> TaskRecord?
    /// Cancels the pending and waiting deliveries that never were sent or surely not done. Gives the task back as it
    /// stands after, or nil if there is none.
    func cancelTask(id: String, now: Timestamp) async throws -> TaskRecord?
    /// Tasks bound for nowhere.
    func unboundCount() async throws -> Int
}
