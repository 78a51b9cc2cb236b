import ConnectorJSON
import PatchbayConnectorKit

extension AsanaConnector {
    /// Reads one object. Throws the failure that the answer means.
    func get<Value: Decodable & Sendable>(
        _ type: Value.Type, _ path: String, _ query: [(String, String)], _ api: API
    ) async throws -> AsanaAnswer<Value> {
        let response = try await api.send(
            Request("GET", "/api/1.0" + path, query: query, headers: [("accept", "application/json")]))
        guard response.succeeded else { throw AsanaFailure.read(response) }
        let answer = try response.json(AsanaAnswer<Value>.self)
        if let errors = answer.errors, errors != .null { throw response.misunderstood("it has errors beside its data") }
        return answer
    }

    /// Reads a list page by page until `visit` says that it has seen enough. Answers whether it was read to its end or
    /// enough.
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

    /// Sends one batch and gives its answers, one for each action. Throws when the whole was refused or cannot be
    /// understood.
    func batch(_ actions: [JSONValue], _ effect: Request.Effect, _ api: API) async throws -> (
        answers: [AsanaActionAnswer], requestId: String?
    ) {
        let body: JSONValue = ["data": ["actions": .array(actions)]]
        let request = Request(
            "POST", "/api/1.0/batch", jsonBytes: try body.jsonBytes(), effect: effect,
            writeCost: effect == .none ? 0 : actions.count)
        let response = try await api.send(request)
        if response.isTooLarge, actions.count > 1 { throw CallFailure.split(response.tooLargeWords(request)) }
        guard response.succeeded else { throw AsanaFailure.read(response) }
        let answers = try AsanaActionAnswer.all(in: response, onlyReads: effect == .none)
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

/// Tells from an answer why a request failed: the body is read, the status alone decides only where the vendor's
/// meaning is plain.
enum AsanaFailure {
    static func read(_ response: Response) -> CallFailure {
        var failure = meaning(response)
        failure.vendorRequestId = response.header("x-request-id")
        return failure
    }

    private static func meaning(_ response: Response) -> CallFailure {
        let errors = response.jsonIfAny(AsanaErrors.self).flatMap { $0.hasWords ? $0 : nil }
        let words = errors?.words ?? "Asana answered HTTP \(response.status): \(response.excerpt)"
        switch response.status {
        case 401:
            return .authFailed(PlainText.says(words, "expired") ? .expired : .rejected, words)
        case 429:
            return .throttled(words, by: response)
        case 500...599:
            return .vendorFault(words, by: response)
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
        if answer.status == 413 {
            let words =
                answer.errors?.words
                ?? "Asana answered HTTP 413 for this task alone: it is too large. Shorten its description."
            return .refused(code: "http_413", message: words)
        }
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
