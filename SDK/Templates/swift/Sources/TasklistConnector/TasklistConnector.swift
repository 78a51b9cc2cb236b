import PatchbayConnectorJSON
import PatchbayConnectorKit

/// Speaks to an imaginary service named Tasklist:
///
///     GET  /v1/me      ->   200 {"id": "...", "name": "..."}
///     POST /v1/tasks   {"key": "...", "list": "...", "title": "...", "due": "..."}   ->   201 {"id": "..."}
///     GET  /v1/tasks?keys=A,B   ->   200 {"tasks": [{"id": "...", "key": "A"}], "more": false}
///
/// The service keeps `key` unique, so the same create twice makes one task: the request is repeatable.
public struct TasklistConnector: Connector {
    /// What the connector is.
    public static let descriptor = Descriptor(
        id: "org.example.tasklist", name: "Tasklist", version: "1.0.0", vendor: "Example authors",
        integrationTypes: ["tasklist"],
        origin: .fixed("https://api.tasklist.example"),
        operations: [
            OperationSupport(.check), OperationSupport(.create, batchMax: 1), OperationSupport(.find, batchMax: 10),
        ],
        settings: [SettingField("list", .string, required: true, help: "The list that receives the tasks.")],
        tokenKinds: [TokenKind("api-key", .bearer)], createRepeatable: true)

    private let list: String

    /// Opens an instance for one integration. Refuses a list's name that the service would not take.
    public init(_ opening: Opening) throws(SettingsFailure) {
        list = try opening.required("list")
        guard list.utf8.count <= 64 else {
            throw SettingsFailure(field: "list", message: "a list's name has at most 64 bytes")
        }
    }

    /// Asks whom the token belongs to.
    public func check(_ api: API) async throws -> Account {
        let response = try await api.send(Request("GET", "/v1/me"))
        try throwIfFailed(response)
        let me = try response.json(Person.self)
        return Account(id: me.id, name: me.name)
    }

    /// Makes each task, under the key of its delivery.
    public func create(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        var outcomes: [TaskOutcome] = []
        for task in tasks {
            let new = NewTask(key: task.deliveryId, list: list, title: task.title, due: task.dueDate)
            let response = try await api.send(try Request("POST", "/v1/tasks", json: new, effect: .repeatable))
            // Each request makes one task: what is too large (413) is so alone. In a batch that would be
            // `CallFailure.split`.
            if [400, 413, 422].contains(response.status) {
                outcomes.append(.refused(code: "rejected", message: response.excerpt))
                continue
            }
            try throwIfFailed(response)
            outcomes.append(.created(externalId: try response.json(MadeTask.self).id))
        }
        return outcomes
    }

    /// Looks tasks up by the keys of their deliveries. What is surely not there is sent again, so `exhaustive` has to
    /// be proved: every level of the answer is as expected, none of it failed, and it tells that there is no more.
    public func find(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        let keys = tasks.map(\.deliveryId).joined(separator: ",")
        let response = try await api.send(Request("GET", "/v1/tasks", query: [("keys", keys)]))
        try throwIfFailed(response)
        let listed = try response.json(ListedTasks.self)
        let isWhole = !listed.more && listed.errors == nil
        return tasks.map { task in
            guard let row = listed.tasks.first(where: { $0.key == task.deliveryId }) else {
                return .notFound(exhaustive: isWhole)
            }
            return .found(externalId: row.id)
        }
    }

    /// What an answer means that is not a success. Honesty about what the service did is all that counts here:
    /// `protocolError` and `vendorFault` say that nobody knows, all others promise that it did nothing.
    private func throwIfFailed(_ response: Response) throws {
        switch response.status {
        case 200, 201: return
        case 400, 404, 422: throw CallFailure.refused(response.excerpt)
        case 401: throw CallFailure.authFailed(.rejected, response.excerpt)
        case 403: throw CallFailure.authFailed(.forbidden, response.excerpt)
        case 429: throw CallFailure.throttled(response.excerpt, by: response)
        case 500...: throw CallFailure.vendorFault(response.excerpt, by: response)
        default: throw CallFailure.protocolError("HTTP \(response.status): \(response.excerpt)")
        }
    }
}

/// Whom the token belongs to.
private struct Person: Decodable {
    let id: String
    let name: String?
}

/// A task as the service takes it.
private struct NewTask: Encodable {
    let key: String
    let list: String
    let title: String
    let due: String?
}

/// What the service says of a task that it made.
private struct MadeTask: Decodable {
    let id: String
}

/// What the service has of the tasks that were asked for. Nothing of it is optional but what an honest answer may lack:
/// an optional that is read as "none" turns an answer that says nothing into a certain miss.
private struct ListedTasks: Decodable {
    let tasks: [ListedTask]
    let more: Bool
    let errors: JSONValue?
}

/// A task with the key that it was made under.
private struct ListedTask: Decodable {
    let id: String
    let key: String
}
