import ConnectorJSON
import PatchbayConnectorKit

extension AsanaConnector {
    /// Reads one object. Throws the failure that the answer means.
    func get<Value: Decodable & Sendable>(
        _ type: Value.Type, _ path: String, _ query: [(String, String)], _ api: API
    ) async throws -> AsanaAnswer<Value> {
        let response = try await api.send(Request("GET", "/api/1.0" + path, query: query, headers: [("accept", "application/json")]))
        guard response.succeeded else { throw AsanaFailure.read(response) }
        return try response.json(AsanaAnswer<Value>.self)
    }

    /// Reads a list page by page until `visit` says that it has seen enough. Answers whether it was read to its end or enough.
    @discardableResult
    func pages<Row: Decodable & Sendable>(
        _ type: Row.Type, _ path: String, _ query: [(String, String)], pagesMax: Int = AsanaLimits.pagesMax, _ api: API,
        visit: ([Row]) -> Bool
    ) async throws -> Bool {
        var offset: String?
        for _ in 0..<pagesMax {
            let place = [("limit", String(AsanaLimits.pageRows))] + (offset.map { [("offset", $0)] } ?? [])
            let page = try await get([Row].self, path, query + place, api)
            if visit(page.data) { return true }
            guard let next = page.next_page?.offset, next != offset else { return true }
            offset = next
        }
        return false
    }

    /// Sends one batch and gives its answers, one for each action. Throws when the whole was refused or cannot be understood.
    func batch(_ actions: [JSONValue], _ effect: Request.Effect, _ api: API) async throws -> (
        answers: [AsanaActionAnswer], requestId: String?
    ) {
        let body: JSONValue = ["data": ["actions": .array(actions)]]
        let request = Request(
            "POST", "/api/1.0/batch", jsonBytes: try body.jsonBytes(), effect: effect, writeCost: effect == .none ? 0 : actions.count)
        let response = try await api.send(request)
        guard response.succeeded else { throw AsanaFailure.read(response) }
        let answers = try AsanaActionAnswer.all(in: response)
        guard answers.count == actions.count else {
            throw CallFailure.protocolError("Asana answered \(answers.count) of \(actions.count) actions of a batch.")
        }
        return (answers, response.header("x-request-id"))
    }

    /// One action of a batch.
    static func action(_ method: String, _ path: String, data: JSONValue? = nil, fields: [String]) -> JSONValue {
        var action: [String: JSONValue] = [
            "method": .string(method), "relative_path": .string(path),
            "options": ["fields": .array(fields.map { .string($0) })],
        ]
        action["data"] = data
        return .object(action)
    }
}

/// Tells from an answer why a request failed: the body is read, the status alone decides only where the vendor's meaning is plain.
enum AsanaFailure {
    static func read(_ response: Response) -> CallFailure {
        var failure = meaning(response)
        failure.vendorRequestId = response.header("x-request-id")
        return failure
    }

    private static func meaning(_ response: Response) -> CallFailure {
        let errors = response.jsonIfAny(AsanaErrors.self)
        let words = errors?.words ?? "Asana answered HTTP \(response.status): \(response.excerpt)"
        switch response.status {
        case 401:
            return .authFailed(PlainText.says(words, "expired") ? .expired : .rejected, words)
        case 429:
            return .throttled(words, afterMs: response.retryAfterMs)
        case 500...599:
            return .vendorFault(words, afterMs: response.retryAfterMs)
        case 403 where errors != nil:
            return .authFailed(.forbidden, words)
        case 400...499:
            guard let errors else { return .protocolError(words) }
            return .refused(code: "http_\(response.status)", field: errors.field, words)
        default:
            return .protocolError(words)
        }
    }

    /// What one action's answer means for its task when it did not succeed.
    static func outcome(_ answer: AsanaActionAnswer) -> TaskOutcome {
        guard let errors = answer.errors else {
            return .unknown("Asana answered HTTP \(answer.status) for this task, without a reason.")
        }
        switch answer.status {
        case 401, 429: return .deferred(errors.words)
        case 400...499: return .refused(code: "http_\(answer.status)", field: errors.field, message: errors.words)
        default: return .unknown(errors.words)
        }
    }
}
