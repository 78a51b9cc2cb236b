import ConnectorJSON
import PatchbayConnectorKit

extension LinearConnector {
    /// Sends one GraphQL document and gives its data. Throws `LinearRefusal` for errors that mean this request, `CallFailure` for others.
    func query<Value: Decodable & Sendable>(
        _ type: Value.Type, _ document: String, _ variables: [String: JSONValue], effect: Request.Effect = .none, _ api: API
    ) async throws -> (data: Value, requestId: String?) {
        let body: JSONValue = ["query": .string(document), "variables": .object(variables)]
        let response = try await api.send(Request("POST", "/graphql", jsonBytes: body.jsonBytes(), effect: effect))
        LinearBudget.report(response, api)
        guard response.succeeded else { throw Self.failure(response, response.jsonIfAny(LinearErrors.self)?.errors ?? []) }
        let answer = try response.json(LinearWhole<Value>.self)
        if !answer.errors.isEmpty { throw Self.failure(response, answer.errors) }
        guard let data = answer.data else { throw CallFailure.protocolError("Linear's answer holds neither data nor errors.") }
        return (data, LinearFailure.requestId(response))
    }

    /// What an answer without success means.
    private static func failure(_ response: Response, _ errors: [LinearErrors.Entry]) -> any Error {
        let failure = LinearFailure.read(response, errors)
        // A refusal beside data is none: part of it was done.
        let parts = response.jsonIfAny(LinearAnswer<[String: JSONValue]>.self)?.data ?? [:]
        guard let refusal = failure as? LinearRefusal, parts.values.contains(where: { $0 != .null }) else { return failure }
        return CallFailure.protocolError("Linear answered with data and an error: \(refusal.message)")
    }

    /// Reads a list page by page. The document takes `$first` and `$after`; the list is under `name`.
    func pages<Row: Decodable & Sendable>(
        _ type: Row.Type, _ name: String, _ document: String, _ variables: [String: JSONValue], _ api: API
    ) async throws -> [Row] {
        var rows: [Row] = []
        var variables = variables
        variables["first"] = .integer(Int64(LinearLimits.pageRows))
        for _ in 0..<LinearLimits.pagesMax {
            let (data, _) = try await query([String: LinearPage<Row>].self, document, variables, api)
            guard let page = data[name] else { throw CallFailure.protocolError("Linear's answer has no \(name).") }
            rows += page.nodes
            guard page.pageInfo?.hasNextPage == true, let cursor = page.pageInfo?.endCursor, variables["after"] != .string(cursor) else {
                return rows
            }
            variables["after"] = .string(cursor)
        }
        api.note("There are more \(name) than are read; later ones are not known.")
        return rows
    }
}

/// Errors that mean the request itself: the vendor did nothing because of what was in it.
struct LinearRefusal: Error, Sendable {
    let code: String
    let message: String
    let requestId: String?

    /// Whether the delivery id is there already.
    var isConflict: Bool {
        PlainText.says(message, "conflict on insert")
            || (PlainText.says(message, "entity issue with id") && PlainText.says(message, "already exists"))
    }

    /// Whether the thing that was named is not there.
    var isNotFound: Bool { PlainText.says(message, "entity not found") }

    /// The same for a call as a whole.
    var callFailure: CallFailure {
        var failure = CallFailure.refused(code: code, message)
        failure.vendorRequestId = requestId
        return failure
    }
}

/// What the answer's headers tell of the vendor's limits.
enum LinearBudget {
    /// The vendor's three limits: our name, the middle of the headers' names.
    private static let scopes = [
        ("requests", "x-ratelimit-requests"), ("complexity", "x-ratelimit-complexity"), ("endpoint", "x-ratelimit-endpoint-requests"),
    ]

    static func report(_ response: Response, _ api: API) {
        for fact in facts(response) { api.report(fact) }
    }

    static func facts(_ response: Response) -> [BudgetFact] {
        scopes.compactMap { scope, header in
            func number(_ part: String) -> Int64? { response.header("\(header)-\(part)").flatMap(Int64.init) }
            let fact = BudgetFact(scope, limit: number("limit"), remaining: number("remaining"), resetsUnixMs: number("reset"))
            return fact == BudgetFact(scope) ? nil : fact
        }
    }
}
