import PatchbayModel
import PatchbayStore

/// What became of one delivery in this sync.
package struct SyncRow: Sendable, Hashable {
    package let taskID: String
    package let meetingID: String?
    package let title: String
    package let integration: String
    package let type: String
    package let state: DeliveryState
    package let externalID: String?
    package let displayID: String?
    package let url: String?
    package let code: ErrorCode?
    package let field: String?
    package let message: String?
    package let vendorRequestID: String?
    /// When it is tried or looked up again; nil where it is not, or at once.
    package let dueAt: Timestamp?
    package let attempt: Int
    package let warnings: [DeliveryWarning]
}

/// What one sync did for one integration.
package struct IntegrationReport: Sendable {
    package fileprivate(set) var name: String
    package let type: String
    package var delivered = 0
    package var refused = 0
    package var waiting = 0
    package var unknown = 0
    /// Put back untouched because the host was asked to stop.
    package var released = 0
    /// Tasks bound for it by this sync.
    package var bound = 0
    package var requests = 0
    /// Why it could not be served, or no further.
    package var failure: SyncFailure?
    /// It will not go on by itself: token, settings or target are wrong.
    package var needsPerson = false
    /// Due deliveries left behind, and when the next becomes due.
    package var due = 0
    package var nextDueAt: Timestamp?
    /// Deliveries of it that are unknown, from before this sync too.
    package var unknownInStore = 0
    /// Deliveries of it that wait, from before this sync too.
    package var waitingInStore = 0
    /// Nothing is created before, because a limit of that operation alone is used up.
    package var heldUntil: Timestamp?
    /// What a person should know, though nothing failed.
    package var notes: [String] = []

    mutating func add(_ later: IntegrationReport) {
        delivered += later.delivered
        refused += later.refused
        released += later.released
        bound += later.bound
        requests += later.requests
        notes += later.notes.filter { !notes.contains($0) }
        waiting = later.waitingInStore
        unknown = later.unknownInStore
        failure = later.failure
        needsPerson = later.needsPerson
        due = later.due
        nextDueAt = later.nextDueAt
        heldUntil = later.heldUntil
        unknownInStore = later.unknownInStore
        waitingInStore = later.waitingInStore
    }

    package var tried: Int { delivered + refused + waiting + unknown }
    package var isClean: Bool { refused + waiting + unknown == 0 && failure == nil }

    init(name: String, type: String) {
        self.name = name
        self.type = type
    }
}

/// What of an integration's deliveries is not delivered when a sync ends, from before it too.
package struct Remainder: Sendable, Hashable {
    package let integration: String
    package let isActive: Bool
    package let byState: [DeliveryState: Int]
    /// Those that a sync of now would try.
    package let due: Int
    /// When the next becomes due, if none is.
    package let nextDueAt: Timestamp?
    /// Nothing is sent before its end, because the vendor asked to wait or a budget is used up.
    package let pause: Pause?
    /// Nothing is sent before unless the integration is named, because calls failed again and again.
    package let breakerOpenUntil: Timestamp?

    /// Nil when nothing is left. `held` as in the integration's report.
    init?(_ integration: IntegrationRecord, _ counts: IntegrationCounts, held: Timestamp?, now: Timestamp) {
        byState = counts.byState.filter { ![.delivered, .cancelled].contains($0.key) }
        guard !byState.isEmpty else { return nil }
        self.integration = integration.name
        isActive = integration.isActive
        due = counts.due
        nextDueAt = counts.nextDueAt
        pause = integration.pause(at: now) ?? held.flatMap { $0 > now ? Pause(until: $0) : nil }
        breakerOpenUntil = integration.breaker.flatMap { $0.until > now ? $0.until : nil }
    }
}

/// An error as a value, with where it belongs.
package struct SyncFailure: PatchbayFailure, Hashable {
    package let code: ErrorCode
    package let message: String
    package let context: ErrorContext

    package init(_ code: ErrorCode, _ message: String, context: ErrorContext = ErrorContext()) {
        self.code = code
        self.message = message
        self.context = context
    }

    package init(_ error: any Error, context: ErrorContext) {
        if let failure = error as? any PatchbayFailure {
            self.init(failure.code, failure.message, context: failure.context.filled(from: context))
        } else {
            self.init(.internalError, "\(error); this is a mistake in Patchbay, please report it", context: context)
        }
    }
}

/// What one sync did.
package struct SyncReport: Sendable {
    package var integrations: [IntegrationReport] = []
    /// The first `Limits.reportRowsMax` deliveries tried, failures first kept; the store has all.
    package var rows: [SyncRow] = []
    package var rowsOmitted = 0
    /// What is not delivered, for each integration that the sync was meant for and that has such, also where it was not
    /// served.
    package var left: [Remainder] = []
    /// Tasks bound for nowhere.
    package var unbound = 0
    package var wasStopped = false

    package var isClean: Bool { integrations.allSatisfy(\.isClean) }

    /// Adds what a later round did: what was done adds up, what is left is what the later one left.
    mutating func add(_ later: SyncReport) {
        unbound = later.unbound
        left = later.left
        for entry in later.integrations {
            guard let index = integrations.firstIndex(where: { $0.name == entry.name }) else {
                integrations.append(entry)
                continue
            }
            integrations[index].add(entry)
        }
    }

    /// Goes on under the names of now.
    mutating func follow(_ renamed: [String: String]) {
        for index in integrations.indices { integrations[index].name = renamed.now(integrations[index].name) }
    }

    package func total(_ count: KeyPath<IntegrationReport, Int>) -> Int {
        integrations.reduce(0) { $0 + $1[keyPath: count] }
    }
}
