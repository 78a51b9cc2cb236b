import PatchbayModel

/// One task bound for one integration, with its state.
package struct DeliveryRecord: Sendable, Hashable {
    package let row: Int64
    package let taskID: String
    package let integrationID: Int64
    package let integrationName: String
    package let integrationType: String
    /// UUID version 4, lower case; made with the delivery, and another only before it is sent: that of its tombstone.
    package let deliveryID: String
    package let state: DeliveryState
    package let attempts: Int
    package let externalID: String?
    package let displayID: String?
    package let url: String?
    /// Of the last attempt that did not deliver.
    package let errorCode: ErrorCode?
    package let errorField: String?
    package let errorMessage: String?
    package let vendorRequestID: String?
    package let warnings: [DeliveryWarning]
    /// Waiting: not to be sent before. Unknown: not to be looked up before. Sending: taken for unknown from then on.
    /// Nil = now.
    package let dueAt: Timestamp?
    package let firstAttemptAt: Timestamp?
    package let deliveredAt: Timestamp?
    /// The task has changed since it was delivered.
    package let changedSince: Bool

    package init(
        row: Int64, taskID: String, integrationID: Int64, integrationName: String, integrationType: String,
        deliveryID: String,
        state: DeliveryState, attempts: Int, externalID: String?, displayID: String?, url: String?,
        errorCode: ErrorCode?,
        errorField: String?, errorMessage: String?, vendorRequestID: String?, warnings: [DeliveryWarning],
        dueAt: Timestamp?,
        firstAttemptAt: Timestamp?, deliveredAt: Timestamp?, changedSince: Bool
    ) {
        self.row = row
        self.taskID = taskID
        self.integrationID = integrationID
        self.integrationName = integrationName
        self.integrationType = integrationType
        self.deliveryID = deliveryID
        self.state = state
        self.attempts = attempts
        self.externalID = externalID
        self.displayID = displayID
        self.url = url
        self.errorCode = errorCode
        self.errorField = errorField
        self.errorMessage = errorMessage
        self.vendorRequestID = vendorRequestID
        self.warnings = warnings
        self.dueAt = dueAt
        self.firstAttemptAt = firstAttemptAt
        self.deliveredAt = deliveredAt
        self.changedSince = changedSince
    }
}

/// Which deliveries of an integration a sync takes; every field that is set narrows it.
package struct DeliveryScope: Sendable, Hashable {
    package var meetingID: String?
    package var taskIDs: [String]?

    package init(meetingID: String? = nil, taskIDs: [String]? = nil) {
        self.meetingID = meetingID
        self.taskIDs = taskIDs
    }
}

/// Asks for a batch to send.
package struct ClaimRequest: Sendable, Hashable {
    package let integrationID: Int64
    package let scope: DeliveryScope
    /// At most so many.
    package let limit: Int
    package let now: Timestamp
    /// The same moment by a clock that nobody sets.
    package let clock: RunningTime
    package let lease: Duration
    /// Where, as whom and with what the batch will be sent; a look-up needs none.
    package let origin: AttemptOrigin?
    /// The same place as tombstones of removed integrations are compared with: what has one there is taken over instead
    /// of sent.
    package let target: DeliveryTarget?
    /// What the vendor's own clock told last.
    package let vendorDate: Timestamp?

    package init(
        integrationID: Int64, scope: DeliveryScope, limit: Int, now: Timestamp, clock: RunningTime = .now,
        lease: Duration,
        origin: AttemptOrigin? = nil, target: DeliveryTarget? = nil, vendorDate: Timestamp? = nil
    ) {
        self.integrationID = integrationID
        self.scope = scope
        self.limit = limit
        self.now = now
        self.clock = clock
        self.lease = lease
        self.origin = origin
        self.target = target
        self.vendorDate = vendorDate
    }
}

/// A delivery that this host alone may send until its lease ends.
package struct ClaimedDelivery: Sendable, Hashable {
    package let row: Int64
    package let deliveryID: String
    package let task: TrackedTask
    /// Raised by every claim; a record with an older number is ignored.
    package let fence: Int64
    /// This attempt's number, from 1.
    package let attempt: Int
    package let firstAttemptAt: Timestamp
    /// For one that is to be looked up; nil for one that is to be sent.
    package let lookUp: LookUp?

    package init(
        row: Int64, deliveryID: String, task: TrackedTask, fence: Int64, attempt: Int, firstAttemptAt: Timestamp,
        lookUp: LookUp? = nil
    ) {
        self.row = row
        self.deliveryID = deliveryID
        self.task = task
        self.fence = fence
        self.attempt = attempt
        self.firstAttemptAt = firstAttemptAt
        self.lookUp = lookUp
    }
}

/// How a person settles a delivery that no look-up could.
package enum Resolution: Sendable, Hashable {
    /// It is there, under this external id.
    case exists(String)
    /// It is not there: it may be sent again.
    case notCreated
}

/// What became of a claimed delivery: its next state and the attempt that led there.
package struct DeliveryUpdate: Sendable, Hashable {
    package let row: Int64
    package let fence: Int64
    /// Not `sending`.
    package let state: DeliveryState
    package var operation = DeliveryOperation.create
    /// False when nothing was tried (drained before the first byte): the attempt is taken back and none is recorded.
    package var attempted = true
    package var externalID: String?
    package var displayID: String?
    package var url: String?
    package var errorCode: ErrorCode?
    package var errorField: String?
    package var errorMessage: String?
    package var vendorRequestID: String?
    package var httpStatus: Int?
    package var warnings: [DeliveryWarning] = []
    /// For `waiting`: not to be sent before. For `unknown`: not to be looked up before.
    package var dueAt: Timestamp?
    package var startedAt: Timestamp
    package var endedAt: Timestamp
    /// For `unknown`: when the attempt's connection was surely closed; nil leaves what is known.
    package var closedAt: RunningTime?
    /// For `unknown`: a time of the vendor's own clock from after that; the first one is kept.
    package var vendorAfter: Timestamp?

    package init(row: Int64, fence: Int64, state: DeliveryState, startedAt: Timestamp, endedAt: Timestamp) {
        self.row = row
        self.fence = fence
        self.state = state
        self.startedAt = startedAt
        self.endedAt = endedAt
    }
}

/// Figures of one integration.
package struct IntegrationCounts: Sendable, Hashable {
    package let integrationID: Int64
    package let byState: [DeliveryState: Int]
    /// Deliveries that a sync would send or look up now.
    package let due: Int
    /// When the next one becomes due, if none is.
    package let nextDueAt: Timestamp?
    /// When the oldest task that is not delivered yet was imported.
    package let oldestUndelivered: Timestamp?
    package let lastDeliveredAt: Timestamp?

    package init(
        integrationID: Int64, byState: [DeliveryState: Int], due: Int, nextDueAt: Timestamp?,
        oldestUndelivered: Timestamp?,
        lastDeliveredAt: Timestamp?
    ) {
        self.integrationID = integrationID
        self.byState = byState
        self.due = due
        self.nextDueAt = nextDueAt
        self.oldestUndelivered = oldestUndelivered
        self.lastDeliveredAt = lastDeliveredAt
    }
}

/// Tasks to bind for an integration.
package enum BindSelection: Sendable, Hashable {
    /// Those bound for nowhere yet.
    case unbound
    /// These and no others, even if they are delivered elsewhere.
    case scope(DeliveryScope)
}

package protocol DeliveryStore: Sendable {
    /// Makes pending deliveries where there is none yet; gives how many. A cancelled one that is named by a scope is
    /// put back to pending.
    func bind(integrationID: Int64, _ selection: BindSelection, now: Timestamp) async throws -> Int
    /// How many deliveries `bind` would make; writes nothing.
    func bindCount(integrationID: Int64, _ selection: BindSelection) async throws -> Int
    /// What a sync would take now (pending, and waiting that is due), without claiming; at most `limit`; writes
    /// nothing.
    func due(integrationID: Int64, scope: DeliveryScope, limit: Int, now: Timestamp) async throws -> [DeliveryRecord]
    /// In one transaction: turns this integration's `sending` with a dead lease into `unknown` (with an attempt that
    /// says so), then takes what is due, urgent and earliest first and among equals one of each meeting after the
    /// other, marks it `sending` under a new fence and lease. Empty when nothing is due, or the integration is paused.
    /// No row goes to two owners. What has a tombstone of the request's target takes it over, and is not taken. Throws
    /// `integration_not_found` when the integration is gone.
    func claim(_ request: ClaimRequest) async throws -> [ClaimedDelivery]
    /// In one transaction: ends dead leases as `claim` does, then takes unknown deliveries whose time to be looked up
    /// has come, the longest waiting first, under a new fence. The next look is put off until the lease ends. Empty
    /// when none is due, or the integration is paused.
    func claimUnknown(_ request: ClaimRequest) async throws -> [ClaimedDelivery]
    /// Tasks that the integration itself made in the place of `origin`, the latest first, `skip` of them left out while
    /// there are more; at most `limit`.
    func witnesses(integrationID: Int64, origin: AttemptOrigin, skip: Int, limit: Int) async throws -> [Witness]
    /// Makes what is unknown, and would be looked up only after `later`, due for a look-up now: a person asks for it.
    /// Gives how many.
    func hastenLookUps(integrationID: Int64, later: Timestamp, now: Timestamp) async throws -> Int
    /// Settles the task's unknown delivery to that integration by hand, and gives it as it stands after; nil when none
    /// is unknown.
    func resolve(taskID: String, integrationID: Int64, _ resolution: Resolution, now: Timestamp) async throws
        -> DeliveryRecord?
    /// In one transaction: new states, attempts and external ids. A row whose fence has moved on is left alone; their
    /// rows are given back.
    func record(_ updates: [DeliveryUpdate]) async throws -> [Int64]
    /// `record` and then `claim`, in one transaction where that is possible; a driver may wait a moment until so many
    /// callers have come (`company`, this one among them) and write them together. Throws when the outcomes could not
    /// be written; when only the claim failed, `next` says why.
    func record(
        _ updates: [DeliveryUpdate], thenClaim request: ClaimRequest, company: Int
    ) async throws -> (stale: [Int64], next: Result<[ClaimedDelivery], any Error>)
    /// The deliveries that need attention (refused, waiting, unknown), newest failure first; at most `limit`.
    func failures(integrationID: Int64?, codes: Set<ErrorCode>?, limit: Int) async throws -> [DeliveryRecord]
    /// Puts refused ones back to pending and makes waiting ones due now; unknown and others are left. Nil `taskIDs` =
    /// all; nil `codes` = whatever their last error was. Gives how many.
    func retry(taskIDs: [String]?, integrationID: Int64?, codes: Set<ErrorCode>?, now: Timestamp) async throws -> Int
    /// Of one delivery, oldest first; at most `Limits.listPageRows`.
    func attempts(deliveryRow: Int64) async throws -> [AttemptRecord]
    /// Failures, latencies and delays of every integration, by id. Reads all its deliveries: for people and scrapers,
    /// not for a loop.
    func figures(now: Timestamp) async throws -> [IntegrationFigures]
    /// Figures of every integration, by id.
    func counts(now: Timestamp) async throws -> [IntegrationCounts]
}
