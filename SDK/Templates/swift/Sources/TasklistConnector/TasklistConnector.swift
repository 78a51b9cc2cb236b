import PatchbayConnectorJSON
import PatchbayConnectorKit

/// Speaks to an imaginary service named Tasklist:
///
///     GET  /v1/me      ->   200 {"id": "...", "name": "..."}
///     POST /v1/tasks   {"key": "...", "list": "...", "title": "...", "due": "..."}   ->   201 {"id": "..."}
///
/// The service keeps `key` unique, so the same create twice makes one task: the request is repeatable.
public struct TasklistConnector: Connector {
    /// What the connector is.
    public static let descriptor = Descriptor(
        id: "org.example.tasklist", name: "Tasklist", version: "1.0.0", vendor: "Example authors", integrationTypes: ["tasklist"],
        origin: .fixed("https://api.tasklist.example"),
        operations: [OperationSupport(.check), OperationSupport(.create, batchMax: 1)],
        settings: [SettingField("list", .string, required: true, help: "The list that receives the tasks.")],
        tokenKinds: [TokenKind("api-key", .bearer)], createRepeatable: true)

    private let list: String

    /// Opens an instance for one integration. Refuses a list's name that the service would not take.
    public init(_ opening: Opening) throws(SettingsFailure) {
        list = try opening.required("list")
        guard list.utf8.count <= 64 else { throw SettingsFailure(field: "list", message: "a list's name has at most 64 bytes") }
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
            if response.status == 400 || response.status == 422 {
                outcomes.append(.refused(code: "rejected", message: response.excerpt))
                continue
            }
            try throwIfFailed(response)
            outcomes.append(.created(externalId: try response.json(MadeTask.self).id))
        }
        return outcomes
    }

    /// What an answer means that is not a success. Honesty about what the service did is all that counts here: `protocolError` and
    /// `vendorFault` say that nobody knows, all others promise that it did nothing.
    private func throwIfFailed(_ response: Response) throws {
        switch response.status {
        case 200, 201: return
        case 400, 404, 422: throw CallFailure.refused(response.excerpt)
        case 401: throw CallFailure.authFailed(.rejected, response.excerpt)
        case 403: throw CallFailure.authFailed(.forbidden, response.excerpt)
        case 429: throw CallFailure.throttled(response.excerpt, afterMs: response.retryAfterMs)
        case 500...: throw CallFailure.vendorFault(response.excerpt, afterMs: response.retryAfterMs)
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
