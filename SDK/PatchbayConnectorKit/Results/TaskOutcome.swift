/// How one task of a completed call ended.
public struct TaskOutcome: Sendable, Equatable {
    /// The ways it can end. The numbers are those of the C interface.
    public enum Kind: UInt32, Sendable {
        /// It exists now.
        case created = 1
        /// It was changed.
        case updated = 2
        /// Nothing had to be changed.
        case unchanged = 3
        /// It was there: find, fetch, and a create that met its own delivery id.
        case found = 4
        /// It was not there; see `exhaustive`.
        case notFound = 5
        /// The vendor said no to this task; a person must act.
        case refused = 6
        /// This task's part of the answer is missing or a fault: it may exist.
        case unknown = 7
        /// Surely not done; it may simply be sent again later.
        case deferred = 8
    }

    /// How it ended.
    public var kind: Kind
    /// Not found: whether the look-up could see everything there is.
    public var exhaustive = false
    /// The id the other system gave.
    public var externalId: String?
    /// What people call it there.
    public var displayId: String?
    /// Where people see it.
    public var url: String?
    /// The vendor's own id of the exchange.
    public var vendorRequestId: String?
    /// Refused: snake case or the vendor's own. Deferred: `again`, or nothing.
    public var code: String?
    /// Refused: which field, in the vendor's terms.
    public var field: String?
    /// Refused, unknown, deferred: the vendor's words.
    public var message: String?
    /// What was left out or changed on the way.
    public var warnings: [Notice] = []
    /// Not found: only what `ConnectorTask.attemptedUnixMs` lets through was looked at.
    public var usedWindow = false
    /// Created or found: the answer shows it without our marker, so that it cannot be looked up again.
    public var markerMissing = false
    /// Not found: tasks that may be the one that is looked for; with any, the miss is no proof. At most 20 are read.
    public var candidates: [Candidate] = []
    /// Fetch: the state there.
    public var remote: RemoteTask?

    /// An outcome of this kind; the rest is set as it applies.
    public init(_ kind: Kind) { self.kind = kind }

    /// The task exists now.
    public static func created(
        externalId: String, displayId: String? = nil, url: String? = nil, warnings: [Notice] = []
    ) -> TaskOutcome {
        existing(.created, externalId, displayId, url, warnings)
    }

    /// The task was there already.
    public static func found(externalId: String, displayId: String? = nil, url: String? = nil, warnings: [Notice] = [])
        -> TaskOutcome
    {
        existing(.found, externalId, displayId, url, warnings)
    }

    /// The task was changed.
    public static func updated(
        externalId: String, displayId: String? = nil, url: String? = nil, warnings: [Notice] = []
    ) -> TaskOutcome {
        existing(.updated, externalId, displayId, url, warnings)
    }

    /// No task is there; `exhaustive` says whether everything could be seen, `usedWindow` that only what is younger
    /// than `ConnectorTask.attemptedUnixMs` was looked at.
    public static func notFound(exhaustive: Bool, usedWindow: Bool = false, candidates: [Candidate] = []) -> TaskOutcome
    {
        var outcome = TaskOutcome(.notFound)
        outcome.exhaustive = exhaustive
        outcome.usedWindow = usedWindow
        outcome.candidates = candidates
        return outcome
    }

    /// The vendor said no.
    public static func refused(code: String, field: String? = nil, message: String) -> TaskOutcome {
        var outcome = TaskOutcome(.refused)
        outcome.code = code
        outcome.field = field
        outcome.message = message
        return outcome
    }

    /// It may exist.
    public static func unknown(_ message: String) -> TaskOutcome {
        var outcome = TaskOutcome(.unknown)
        outcome.message = message
        return outcome
    }

    /// Surely not done, and worth another try.
    public static func deferred(_ message: String) -> TaskOutcome {
        var outcome = TaskOutcome(.deferred)
        outcome.message = message
        return outcome
    }

    /// Surely not done, and worth another try at once: the connector remembers what was refused, and leaves it out
    /// then. Once in a sync; a host of 1.0 takes it for `deferred`.
    public static func again(_ message: String) -> TaskOutcome {
        var outcome = TaskOutcome.deferred(message)
        outcome.code = "again"
        return outcome
    }

    private static func existing(
        _ kind: Kind, _ externalId: String, _ displayId: String?, _ url: String?, _ warnings: [Notice]
    ) -> TaskOutcome {
        var outcome = TaskOutcome(kind)
        outcome.externalId = externalId
        outcome.displayId = displayId
        outcome.url = url
        outcome.warnings = warnings
        return outcome
    }
}

/// A task of our account, from the attempt's window, without a marker of ours: it may be the one that is looked for.
public struct Candidate: Sendable, Equatable {
    /// The id the other system gave.
    public var externalId: String
    /// What people call it there.
    public var displayId: String?
    /// Its title.
    public var title: String?
    /// Where people see it.
    public var url: String?
    /// Whether it was edited since it was made, so that a marker may have gone.
    public var edited: Bool

    /// A task that may be the lost one.
    public init(
        externalId: String, displayId: String? = nil, title: String? = nil, url: String? = nil, edited: Bool = false
    ) {
        self.externalId = externalId
        self.displayId = displayId
        self.title = title
        self.url = url
        self.edited = edited
    }
}
