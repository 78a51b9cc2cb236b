/// A connector: the code that speaks one system's API, written as plain async functions.
///
/// The kit runs each call as a coroutine on the host's thread: a function may suspend only in `API.send` (and in
/// functions that end there). There is no network, no file, no clock and no thread to use. The operations
/// that the descriptor lists are the ones that are offered; the others need not be written.
public protocol Connector: Sendable {
    /// What the connector is, as data. Must give the same value every time.
    static var descriptor: Descriptor { get }

    /// Opens an instance for one integration's validated settings. With `opening.partial` required settings may be
    /// missing.
    init(_ opening: Opening) throws(SettingsFailure)

    /// Asks who the token belongs to, whether the target exists and what it requires.
    func check(_ api: API) async throws -> Account

    /// Lists the ids a person needs to fill in the settings.
    func discover(_ api: API) async throws -> [Discovered]

    /// Creates tasks. Answers one outcome for each task, in their order.
    func create(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome]

    /// Brings over what `ConnectorTask.changes` names. One outcome for each task, in their order.
    func update(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome]

    /// Looks tasks up by their delivery id. One outcome for each task, in their order.
    func find(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome]

    /// Reads the current remote state by external id. One outcome for each task, in their order.
    func fetch(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome]
}

extension Connector {
    /// Not written; throws.
    public func check(_ api: API) async throws -> Account { throw CallFailure.notWritten("check") }

    /// Not written; throws.
    public func discover(_ api: API) async throws -> [Discovered] { throw CallFailure.notWritten("discover") }

    /// Not written; throws.
    public func create(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        throw CallFailure.notWritten("create")
    }

    /// Not written; throws.
    public func update(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        throw CallFailure.notWritten("update")
    }

    /// Not written; throws.
    public func find(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        throw CallFailure.notWritten("find")
    }

    /// Not written; throws.
    public func fetch(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        throw CallFailure.notWritten("fetch")
    }
}
