import PatchbayModel

/// What a connector answers: the next request, or how the call ended.
package struct ConnectorStep: Sendable {
    package let action: StepAction
    /// Read from the last response.
    package let budgetFacts: [BudgetFact]
    /// The connector's only log, cut to its bound.
    package let diagnostic: String?
    /// What was more than a step may have.
    package let excess: StepExcess?

    package init(
        action: StepAction, budgetFacts: [BudgetFact] = [], diagnostic: String? = nil, excess: StepExcess? = nil
    ) {
        self.excess = excess
        self.action = action
        self.budgetFacts = budgetFacts
        self.diagnostic = diagnostic
    }
}

extension ConnectorStep {
    /// The same with its diagnostic masked. A request is left as it is: what it sends goes where the token goes.
    func masked(by masking: (inout [UInt8]) -> Void) -> ConnectorStep {
        guard case .request = action, let diagnostic else { return self }
        var bytes = Array(diagnostic.utf8)
        masking(&bytes)
        return ConnectorStep(
            action: action, budgetFacts: budgetFacts, diagnostic: String(decoding: bytes, as: UTF8.self), excess: excess
        )
    }
}

/// What to do after a step.
package enum StepAction: Sendable {
    case request(HTTPRequest)
    case done(CallResult)
}

/// What a vendor's answer told about a rate limit.
package struct BudgetFact: Sendable, Hashable {
    package let scope: String
    /// Nil is not told, here and below.
    package let limit: Int64?
    package let remaining: Int64?
    package let resetsAt: Timestamp?

    package init(scope: String, limit: Int64? = nil, remaining: Int64? = nil, resetsAt: Timestamp? = nil) {
        self.scope = scope
        self.limit = limit
        self.remaining = remaining
        self.resetsAt = resetsAt
    }
}

/// How a whole call ended.
package struct CallResult: Sendable {
    package let outcome: CallOutcome
    package let code: String?
    package let field: String?
    /// The vendor's words, cut to their bound.
    package let message: String?
    package let vendorRequestID: String?
    /// One for each task that the connector reported, in the order of the tasks; empty unless the call was completed.
    package let outcomes: [TaskOutcome]
    /// Indexes of the tasks of a completed call that the connector did not report: nothing is known of them.
    package let missing: [Int]
    package let discovered: [DiscoveredID]
    package let account: RemoteAccount?

    package init(
        outcome: CallOutcome, code: String? = nil, field: String? = nil, message: String? = nil,
        vendorRequestID: String? = nil,
        outcomes: [TaskOutcome] = [], missing: [Int] = [], discovered: [DiscoveredID] = [],
        account: RemoteAccount? = nil
    ) {
        self.outcome = outcome
        self.code = code
        self.field = field
        self.message = message
        self.vendorRequestID = vendorRequestID
        self.outcomes = outcomes
        self.missing = missing
        self.discovered = discovered
        self.account = account
    }
}

/// How a call ended as a whole. After all but `completed`, `vendorFault` and `protocolError` the vendor surely did
/// nothing.
package enum CallOutcome: Sendable, Hashable {
    case completed
    case throttled(RetryTime)
    case authFailed(AuthReason)
    /// The vendor is at fault; what it did is not known.
    case vendorFault(RetryTime)
    /// The vendor's answer could not be understood; what it did is not known.
    case protocolError
    /// Request or target is wrong, such as a project that is gone.
    case refused
    /// Some task of the batch stopped it: send smaller ones.
    case split
}

/// When to try again; both nil when the vendor did not tell.
package struct RetryTime: Sendable, Hashable {
    /// At least so long; zero is legal.
    package let after: Duration?
    package let at: Timestamp?

    package init(after: Duration? = nil, at: Timestamp? = nil) {
        self.after = after
        self.at = at
    }
}

/// Why a token did not do.
package enum AuthReason: UInt32, Sendable {
    case expired = 1
    case rejected = 2
    case forbidden = 3
}

/// How one task of a completed call ended.
package struct TaskOutcome: Sendable {
    /// Place in the operation's tasks.
    package let index: Int
    package let kind: TaskOutcomeKind
    /// For `notFound`: the look-up could see everything there is.
    package let isExhaustive: Bool
    /// For `notFound`: only what the attempt's time lets through was looked at. A connector of 1.0 cannot say, and is
    /// taken to have.
    package let usedWindow: Bool
    /// The answer shows the task without our marker: it cannot be looked up again.
    package let markerIsMissing: Bool
    /// For `notFound`: tasks that may be the one that is looked for; with any, the miss is no proof.
    package let candidates: [TaskCandidate]
    package let externalID: String?
    /// What people call it, such as ENG-12.
    package let displayID: String?
    /// https, or http to loopback; anything else the connector said is dropped.
    package let url: String?
    package let vendorRequestID: String?
    package let code: String?
    package let field: String?
    package let message: String?
    package let warnings: [DeliveryWarning]
    /// For fetch.
    package let remote: RemoteTask?

    package init(
        index: Int, kind: TaskOutcomeKind, isExhaustive: Bool, usedWindow: Bool = false, markerIsMissing: Bool = false,
        candidates: [TaskCandidate] = [], externalID: String? = nil, displayID: String? = nil, url: String? = nil,
        vendorRequestID: String? = nil, code: String? = nil, field: String? = nil, message: String? = nil,
        warnings: [DeliveryWarning] = [], remote: RemoteTask? = nil
    ) {
        self.index = index
        self.kind = kind
        self.isExhaustive = isExhaustive
        self.usedWindow = usedWindow
        self.markerIsMissing = markerIsMissing
        self.candidates = candidates
        self.externalID = externalID
        self.displayID = displayID
        self.url = url
        self.vendorRequestID = vendorRequestID
        self.code = code
        self.field = field
        self.message = message
        self.warnings = warnings
        self.remote = remote
    }
}

extension TaskOutcome {
    /// Surely not done, and the connector has learnt what to leave out: it is sent once more at once.
    package var asksAgain: Bool { kind == .deferred && code == "again" }

    /// It is said to exist, under its external id.
    var saysItExists: Bool { kind == .created || kind == .found }

    /// The same with what was said of it taken back: nothing is known of the task.
    func disbelieved(_ why: String) -> TaskOutcome {
        TaskOutcome(
            index: index, kind: .unknown, isExhaustive: false, displayID: displayID, url: url,
            vendorRequestID: vendorRequestID, code: code,
            field: field, message: "The connector reported the task as \(kind) \(why).", warnings: warnings)
    }
}

/// A task of our account, from the attempt's window, without a marker of ours.
package struct TaskCandidate: Sendable, Hashable {
    package let externalID: String
    package let displayID: String?
    package let title: String?
    package let url: String?
    /// It was edited since it was made, so that a marker may have gone.
    package let isEdited: Bool

    package init(
        externalID: String, displayID: String? = nil, title: String? = nil, url: String? = nil, isEdited: Bool = false
    ) {
        self.externalID = externalID
        self.displayID = displayID
        self.title = title
        self.url = url
        self.isEdited = isEdited
    }
}

/// The kinds of a task's outcome. The raw value is the number in the interface.
package enum TaskOutcomeKind: UInt32, Sendable {
    case created = 1
    case updated = 2
    case unchanged = 3
    case found = 4
    case notFound = 5
    case refused = 6
    /// It may exist.
    case unknown = 7
    /// Surely not done; may simply be sent again.
    case deferred = 8
}

/// A task as the other system has it now.
package struct RemoteTask: Sendable, Hashable {
    package let title: String?
    package let description: String?
    package let dueDate: String?
    /// E-mail, or nil where the vendor hides it.
    package let assignee: String?
    package let assigneeID: String?
    package let labels: [String]
    package let priority: Priority
    package let status: TaskStatus
    package let isDeleted: Bool
    package let modifiedAt: Timestamp

    package init(
        title: String? = nil, description: String? = nil, dueDate: String? = nil, assignee: String? = nil,
        assigneeID: String? = nil,
        labels: [String] = [], priority: Priority, status: TaskStatus, isDeleted: Bool, modifiedAt: Timestamp
    ) {
        self.title = title
        self.description = description
        self.dueDate = dueDate
        self.assignee = assignee
        self.assigneeID = assigneeID
        self.labels = labels
        self.priority = priority
        self.status = status
        self.isDeleted = isDeleted
        self.modifiedAt = modifiedAt
    }
}

/// Whom a token belongs to, and what stands in the way.
package struct RemoteAccount: Sendable, Hashable {
    package let id: String?
    package let name: String?
    package let email: String?
    /// Workspace, site or organisation, for a person.
    package let place: String?
    /// Of the token, if the vendor tells.
    package let expiresAt: Timestamp?
    /// Why tasks would be refused.
    package let problems: [DeliveryWarning]
    /// To be kept and given to every later opening.
    package let facts: [String: String]
    package let lookUps: LookUpPower
    /// The system does not say whose token it is: another account cannot be noticed.
    package let isUntold: Bool

    package init(
        id: String? = nil, name: String? = nil, email: String? = nil, place: String? = nil, expiresAt: Timestamp? = nil,
        problems: [DeliveryWarning] = [], facts: [String: String] = [:], lookUps: LookUpPower = .notTold,
        isUntold: Bool = false
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.place = place
        self.expiresAt = expiresAt
        self.problems = problems
        self.facts = facts
        self.lookUps = lookUps
        self.isUntold = isUntold
    }
}
