import ConnectorJSON
import PatchbayConnectorKit

extension LinearConnector {
    /// Sends one GraphQL document and gives its data. With `isProof` it may follow from the answer that something is
    /// not there. Throws `LinearRefusal` for errors that mean this request, `CallFailure` for others.
    func query<Value: Decodable & Sendable>(
        _ type: Value.Type, _ document: String, _ variables: [String: JSONValue], effect: Request.Effect = .none,
        isProof: Bool = false,
        _ api: API
    ) async throws -> (data: Value, requestId: String?) {
        let body: JSONValue = ["query": .string(document), "variables": .object(variables)]
        let response = try await api.send(Request("POST", "/graphql", jsonBytes: body.jsonBytes(), effect: effect))
        LinearBudget.report(response, api)
        guard response.succeeded else {
            throw Self.failure(response, response.jsonIfAny(LinearErrors.self)?.errors ?? [])
        }
        let answer = try response.json(LinearWhole<Value>.self)
        if !answer.errors.isEmpty { throw Self.failure(response, answer.errors) }
        if isProof { try Self.expectNothingBeside(response) }
        guard let data = answer.data else {
            throw CallFailure.protocolError("Linear's answer holds neither data nor errors.")
        }
        return (data, LinearFailure.requestId(response))
    }

    /// Nothing beside the data may say that something went wrong, in whatever form. Elsewhere what the data show is
    /// there and done.
    private static func expectNothingBeside(_ response: Response) throws {
        let whole = try response.strictJSON()
        if whole["errors"].map(\.isNull) == false {
            throw response.misunderstood("it has errors of an unknown form beside its data")
        }
    }

    /// What an answer without success means.
    private static func failure(_ response: Response, _ errors: [LinearErrors.Entry]) -> any Error {
        let failure = LinearFailure.read(response, errors)
        // A refusal beside data is none: part of it was done.
        let parts = response.jsonIfAny(LinearAnswer<[String: JSONValue]>.self)?.data ?? [:]
        guard let refusal = failure as? LinearRefusal, parts.values.contains(where: { $0 != .null }) else {
            return failure
        }
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
            guard page.pageInfo?.hasNextPage == true, let cursor = page.pageInfo?.endCursor,
                variables["after"] != .string(cursor)
            else {
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

    /// Whether it names a kind of error, as Linear does.
    var isCoded: Bool { code != Self.uncoded && code != Self.tooLarge }

    static let uncoded = "refused"
    static let tooLarge = "too_large"

    /// Whether the thing that was named is not there.
    var isNotFound: Bool { PlainText.says(message, "entity not found") }

    /// Whether it speaks of the assignee: somebody who left, or an id of nobody.
    var isAboutAssignee: Bool {
        ["assignee", "entity not found: user", "referenced user"].contains { PlainText.says(message, $0) }
    }

    /// The same for a call as a whole.
    var callFailure: CallFailure {
        var failure = CallFailure.refused(code: code, message)
        failure.vendorRequestId = requestId
        return failure
    }
}

/// What the answer's headers tell of the vendor's limits.
enum LinearBudget {
    /// The vendor's limits: our name, the middle of the headers' names. The last is of one operation.
    private static let scopes = [
        ("requests", "x-ratelimit-requests"), ("complexity", "x-ratelimit-complexity"),
        ("endpoint", "x-ratelimit-endpoint-requests"),
    ]

    static func report(_ response: Response, _ api: API) {
        for fact in facts(response) { api.report(fact) }
    }

    static func facts(_ response: Response) -> [BudgetFact] {
        scopes.compactMap { scope, header in
            func number(_ part: String) -> Int64? { response.header("\(header)-\(part)").flatMap(Int64.init) }
            let scope = scope == "endpoint" ? endpoint(response) : scope
            let fact = BudgetFact(
                scope, limit: number("limit"), remaining: number("remaining"), resetsUnixMs: number("reset"))
            return fact == BudgetFact(scope) ? nil : fact
        }
    }

    /// One limit for each operation that has one.
    private static func endpoint(_ response: Response) -> String {
        guard let name = response.header("x-ratelimit-endpoint-name")?.utf8, !name.isEmpty,
            name.count <= LinearLimits.endpointNameBytesMax,
            name.allSatisfy({ (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95 })
        else { return "endpoint" }
        return "endpoint \(name)"
    }
}
