import ConnectorJSON
import PatchbayConnectorKit

extension JiraConnector {
    /// Sends a request to the site, through the gateway where the token's kind wants that. `path` begins after
    /// `/rest/api/3`.
    func send(
        _ method: String, _ path: String, query: [(String, String)] = [], json: JSONValue? = nil,
        effect: Request.Effect = .none,
        writeCost: Int = 0, _ api: API
    ) async throws -> Response {
        let whole = try await reachedSite(api).pathPrefix + "/rest/api/3" + path
        var request =
            if let json {
                Request(
                    method, whole, query: query, jsonBytes: try json.jsonBytes(), effect: effect, writeCost: writeCost)
            } else {
                Request(method, whole, query: query, effect: effect, writeCost: writeCost)
            }
        request.headers.append(("accept", "application/json"))
        let response = try await api.send(request)
        reportBudget(response, api)
        return response
    }

    /// Whether a write was done. Throws when the answer has a status of success and yet is not Jira's: some gateway's
    /// page, perhaps.
    func succeeded(_ response: Response) throws -> Bool {
        guard response.succeeded, !response.body.isEmpty else { return response.succeeded }
        _ = try response.json(JSONValue.self)
        return true
    }

    /// Reads one value. Throws the failure that the answer means.
    func get<Value: Decodable & Sendable>(
        _ type: Value.Type, _ path: String, query: [(String, String)] = [], _ api: API
    ) async throws -> Value {
        let response = try await send("GET", path, query: query, api)
        guard response.succeeded else { throw JiraFailure.read(response, asked: true) }
        return try response.json(type)
    }

    /// The site itself, or with OAuth what the gateway calls it: remembered by a check, else asked for once.
    func reachedSite(_ api: API) async throws -> JiraSite {
        guard settings.usesGateway else { return JiraSite(pathPrefix: "", url: settings.host, cloudId: nil) }
        return try await site.value {
            // What an earlier check remembered may be of the site that was set then.
            let facts = settings.facts
            if let cloudId = facts[JiraFact.cloudId], let url = facts[JiraFact.siteUrl],
                Self.sameSite(url, settings.host)
            {
                return Self.gatewaySite(cloudId, url)
            }
            return try await askedSite(api)
        }
    }

    /// Asks which sites the token may speak to and takes the one that is set.
    func askedSite(_ api: API) async throws -> JiraSite {
        let resources = try await self.resources(api)
        if resources.isEmpty {
            throw CallFailure.authFailed(.forbidden, "The token may speak to no site: grant it \(settings.host).")
        }
        guard let match = resources.first(where: { Self.sameSite($0.url, settings.host) }) else {
            let sites = resources.map(\.url).joined(separator: ", ")
            throw CallFailure.refused(
                code: "site_not_found", field: "host",
                "The token may not speak to \(settings.host), only to: \(sites). Set host to one of them, or grant the "
                    + "token the site."
            )
        }
        return Self.gatewaySite(match.id, match.url)
    }

    /// The sites that an OAuth token may speak to.
    func resources(_ api: API) async throws -> [JiraResource] {
        let response = try await api.send(
            Request("GET", "/oauth/token/accessible-resources", headers: [("accept", "application/json")]))
        guard response.succeeded else { throw JiraFailure.read(response, asked: true) }
        return try response.json([JiraResource].self)
    }

    private static func gatewaySite(_ cloudId: String, _ url: String) -> JiraSite {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        return JiraSite(pathPrefix: "/ex/jira/" + Request.segment(cloudId), url: url, cloudId: cloudId)
    }

    private static func sameSite(_ left: String, _ right: String) -> Bool {
        func plain(_ url: String) -> String {
            var text = url.lowercased()
            while text.hasSuffix("/") { text.removeLast() }
            return text
        }
        return plain(left) == plain(right)
    }

    /// The headers do not say which limit they mean; a refusal's reason does, and else it is the one the token's kind
    /// is under.
    private func reportBudget(_ response: Response, _ api: API) {
        let limit = response.header("x-ratelimit-limit").flatMap(Int64.init)
        let remaining = response.header("x-ratelimit-remaining").flatMap(Int64.init)
        guard limit != nil || remaining != nil else { return }
        let reason = response.header("ratelimit-reason") ?? (settings.usesGateway ? "quota" : "burst")
        let scope = PlainText.says(reason, "quota") ? "points" : "burst"
        api.report(BudgetFact(scope, limit: limit, remaining: remaining, resetsUnixMs: JiraFailure.reset(response)))
    }
}

/// Tells from an answer why a request failed: the body is read, the status alone decides only where the vendor's
/// meaning is plain.
enum JiraFailure {
    /// With `asked`, of a question whose refusal would refuse every task: one that does not say why is no word of
    /// Jira's.
    static func read(_ response: Response, asked: Bool = false) -> CallFailure {
        var failure = meaning(response, asked: asked)
        failure.vendorRequestId = requestId(response)
        return failure
    }

    /// The vendor's own id of an exchange.
    static func requestId(_ response: Response) -> String? {
        response.header("atl-traceid") ?? response.header("x-arequestid") ?? response.header("x-request-id")
    }

    /// When the limit is full again, in milliseconds since 1970.
    static func reset(_ response: Response) -> Int64? {
        response.header("x-ratelimit-reset").flatMap(UnixTime.milliseconds(iso8601:))
    }

    private static func meaning(_ response: Response, asked: Bool) -> CallFailure {
        let errors = response.jsonIfAny(JiraErrors.self).flatMap { ($0.isRefusal && !asked) || $0.hasWords ? $0 : nil }
        let words = errors?.words ?? "Jira answered HTTP \(response.status): \(response.excerpt)"
        switch response.status {
        case 401:
            return .authFailed(PlainText.says(words, "expired") ? .expired : .rejected, words)
        case 403, 404:
            // A dead token can look like missing rights or like nothing there; the words and this header tell.
            if PlainText.says(words, "token") && PlainText.says(words, "expired") {
                return .authFailed(.expired, words)
            }
            if PlainText.says(response.header("x-seraph-loginreason") ?? "", "AUTHENTICATED_FAILED") {
                return .authFailed(.rejected, words)
            }
            guard let errors else { return .protocolError(words) }
            return response.status == 403
                ? .authFailed(.forbidden, words) : .refused(code: "http_404", field: errors.field, words)
        case 429:
            return .throttled(words, by: response, atUnixMs: reset(response))
        case 500...599:
            return .vendorFault(words, by: response)
        case 400...499:
            guard let errors else { return .protocolError(words) }
            return .refused(code: errors.code(status: response.status), field: errors.field, words)
        default:
            return .protocolError(words)
        }
    }
}
