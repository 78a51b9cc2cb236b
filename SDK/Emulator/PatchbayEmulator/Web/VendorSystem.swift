import Foundation

/// What an operation is for, the same words for the three systems.
enum OperationKind: String, Sendable {
    case create, update, delete, read, search, account, discover, page, token, other
}

/// What a request asks, known before it is done: faults, limits and counters go by it.
struct Operation: Sendable {
    /// The system's own word: `POST /tasks`, `POST /rest/api/3/issue/bulk`, `issueBatchCreate`.
    var name: String
    var kind: OperationKind
    /// Whether it takes one of the slots for writes.
    var isWrite: Bool
    /// How many requests it counts for: an Asana batch counts once per action.
    var cost = 1
    /// Linear's complexity points.
    var complexity = 0.0
}

/// A request, read once: its operation, its body as JSON and, for Linear, its fields.
struct PreparedCall: Sendable {
    let request: EmulatedRequest
    var operation: Operation
    var body: JSON?
    /// Linear: the top-level fields with their arguments filled in.
    var fields: [GraphQLField] = []
    /// An answer that is certain already, such as one to a body that cannot be read.
    var answer: EmulatedResponse?
    /// The token of the caller, set once it has been checked.
    var token = TokenRecord.unknown
    /// What the limiter knew when it let the call in.
    var report: LimitReport?
}

/// Why a request is turned away before the system looks at it.
enum Refusal: Sendable {
    case noToken
    case wrongToken
    case expiredToken
    case forbidden
    /// The credential as received is repeated in body and headers.
    case echo(String)
    case limited(LimitReport)
    case status(Int, message: String)
}

/// One emulated system: its tasks, its rules, its ways of saying no.
protocol VendorSystem: Sendable {
    var name: SystemName { get }

    /// Reads a request. Does not change anything.
    func prepare(_ request: EmulatedRequest) -> PreparedCall

    /// Performs it.
    func perform(_ call: PreparedCall, at now: Date) -> EmulatedResponse

    /// The system's own way of turning a request away.
    func refuse(_ refusal: Refusal, _ request: EmulatedRequest) -> EmulatedResponse

    /// The headers each answer carries beside its own, from what the limiter knows.
    func limitHeaders(_ report: LimitReport, operation: Operation) -> [(name: String, value: String)]

    /// The tasks held, oldest first, in a form that is the same for the three systems; the last `count` only.
    func plainTasks(last count: Int?) -> [JSON]

    /// How many tasks are held.
    var taskCount: Int { get }

    /// Tells the system where it is served, so that the links it gives lead back here.
    func opened(at origin: String)

    /// Forgets all tasks and whatever was made at run time.
    func reset()

    /// Changes one task as a colleague does, and gives it back in the form that is the same for the three systems.
    /// Throws `ControlError`.
    func change(_ change: TaskChange, at now: Date) throws -> JSON

    /// Lets a person leave, or come back. Throws `ControlError` for somebody unknown.
    func change(_ person: PersonChange) throws

    /// Changes the settings that are named. Throws `ControlError` on an unknown or unfit one.
    func change(_ settings: JSON) throws

    /// Everything needed to go on after a restart, and the way back.
    func snapshot() throws -> JSON
    func restore(_ snapshot: JSON) throws
}
