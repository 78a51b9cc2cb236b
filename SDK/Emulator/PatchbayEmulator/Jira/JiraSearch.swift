import Foundation

/// `search/jql` and `issue/bulkfetch`.
extension JiraSystem {
    /// The most ids in one `reconcileIssues`, and in one bulk fetch.
    private static let reconcileMax = 50
    private static let fetchMax = 100

    func search(_ path: [String], _ call: PreparedCall, now: Date) throws(JiraError) -> EmulatedResponse {
        if path == ["search"] {
            throw JiraError(410, ["The requested API has been removed. Please use /rest/api/3/search/jql instead."])
        }
        guard path == ["search", "jql"] || path == ["search", "approximate-count"] else {
            throw JiraError(404, ["No such resource."])
        }
        let asked = try Self.asked(call)
        let state = state.withLock { $0 }
        let query = try JiraQuery(asked.jql)
        let found = Self.matches(query, asked.reconcile, state, caller: caller(call), now: now)
        if path[1] == "approximate-count" { return .json(200, ["count": .integer(found.count)]) }
        guard asked.start <= found.count else { throw JiraError(400, ["The nextPageToken is invalid."]) }
        let end = min(asked.start + asked.count, found.count)
        let view = JiraView(
            origin: origin(call, state), fields: asked.fields.isEmpty ? ["id"] : asked.fields,
            properties: asked.properties)
        var members: [JSON.Member] = [
            .init("issues", .array(found[asked.start..<end].map { view.issue(state.issues[$0]) })),
            .init("isLast", .bool(end == found.count)),
        ]
        if end < found.count { members.append(.init("nextPageToken", .string("Ch" + String(end, radix: 36)))) }
        return .json(200, .object(members))
    }

    private struct Asked {
        var jql = ""
        var start = 0
        var count = 50
        var fields: [String] = []
        var properties: [String] = []
        var reconcile: Set<String> = []
    }

    private static func asked(_ call: PreparedCall) throws(JiraError) -> Asked {
        var asked = Asked()
        let body = call.body
        func list(_ name: String) -> [String] {
            if let items = body?[name]?.items { return items.compactMap { $0.text ?? $0.wholeNumber.map(String.init) } }
            return call.request.query.filter { $0.name == name }.flatMap {
                $0.value.split(separator: ",").map(String.init)
            }
        }
        asked.jql = body?["jql"]?.text ?? call.request.parameter("jql") ?? ""
        asked.fields = list("fields")
        asked.properties = list("properties")
        asked.reconcile = Set(list("reconcileIssues"))
        guard asked.reconcile.count <= reconcileMax else {
            throw JiraError(400, ["reconcileIssues may hold at most \(reconcileMax) ids."])
        }
        guard asked.properties.count <= 5 else { throw JiraError(400, ["At most 5 properties may be asked for."]) }
        let isBare = Set(asked.fields).isSubset(of: ["id", "key"]) && asked.properties.isEmpty
        let most = isBare ? 5_000 : 100
        let count = body?["maxResults"]?.wholeNumber ?? call.request.parameter("maxResults").flatMap { Int($0) } ?? 50
        asked.count = min(max(count, 1), most)
        if let token = body?["nextPageToken"]?.text ?? call.request.parameter("nextPageToken") {
            guard token.hasPrefix("Ch"), let start = Int(token.dropFirst(2), radix: 36), start >= 0 else {
                throw JiraError(400, ["The nextPageToken is invalid."])
            }
            asked.start = start
        }
        return asked
    }

    /// The places of the issues that match and that the index knows by now.
    private static func matches(
        _ query: JiraQuery, _ reconcile: Set<String>, _ state: JiraState, caller: Int, now: Date
    ) -> [Int] {
        let lag = Double(state.settings.searchLagMilliseconds) / 1000
        let test = JiraCondition(query.condition, state, caller: caller, now: now)
        var places = state.issues.indices.filter { place in
            let issue = state.issues[place]
            guard !issue.isDeleted, state.shows(issue), test.holds(issue) else { return false }
            return lag == 0 || issue.created.addingTimeInterval(lag) <= now || reconcile.contains(issue.id)
        }
        if query.orderField == "updated" { places.sort { state.issues[$0].updated < state.issues[$1].updated } }
        if query.isDescending { places.reverse() }
        return places
    }

    func fetchBulk(_ call: PreparedCall) throws(JiraError) -> EmulatedResponse {
        guard let names = call.body?["issueIdsOrKeys"]?.texts, !names.isEmpty else {
            throw JiraError(400, ["issueIdsOrKeys is required."])
        }
        guard names.count <= Self.fetchMax else {
            throw JiraError(400, ["issueIdsOrKeys may hold at most \(Self.fetchMax) entries."])
        }
        let state = state.withLock { $0 }
        let view = JiraView(
            origin: origin(call, state), fields: call.body?["fields"]?.texts ?? ["*navigable"],
            properties: call.body?["properties"]?.texts ?? [])
        var issues: [JSON] = []
        var errors: [JSON] = []
        for name in names {
            if let place = state.place(name), state.shows(state.issues[place]) {
                issues.append(view.issue(state.issues[place]))
            } else {
                errors.append(["id": .string(name), "errorMessage": .string(JiraError.notFound.messages[0])])
            }
        }
        return .json(200, ["issues": .array(issues), "issueErrors": .array(errors)])
    }
}

/// A condition, its values read once for the whole search.
indirect enum JiraCondition {
    case test(JiraTest)
    case all([JiraCondition])
    case any([JiraCondition])

    init(_ condition: JiraQuery.Condition, _ state: JiraState, caller: Int, now: Date) {
        func made(_ parts: [JiraQuery.Condition]) -> [JiraCondition] {
            parts.map { JiraCondition($0, state, caller: caller, now: now) }
        }
        self =
            switch condition {
            case .clause(let clause): .test(JiraTest(clause, state, caller: caller, now: now))
            case .all(let parts): .all(made(parts))
            case .any(let parts): .any(made(parts))
            }
    }

    func holds(_ issue: JiraIssue) -> Bool {
        switch self {
        case .test(let test): test.holds(issue)
        case .all(let parts): parts.allSatisfy { $0.holds(issue) }
        case .any(let parts): parts.contains { $0.holds(issue) }
        }
    }
}

/// One clause, its values read once for the whole search.
struct JiraTest {
    private let clause: JiraQuery.Clause
    private let projects: Set<Int>
    private let places: Set<Int>
    private let labels: Set<String>
    private let creators: Set<Int>
    private let date: Date

    init(_ clause: JiraQuery.Clause, _ state: JiraState, caller: Int, now: Date) {
        self.clause = clause
        projects = clause.field == "project" ? Set(clause.values.compactMap(JiraSeeds.project(named:))) : []
        places =
            ["key", "id", "issue", "issuekey"].contains(clause.field)
            ? Set(clause.values.compactMap { state.place($0).map { $0 + 1 } }) : []
        labels = Set(clause.values)
        creators = Set(
            clause.values.compactMap { value in
                value == JiraQuery.currentUser ? caller : JiraSeeds.users.firstIndex { $0.accountId == value }
            })
        date = clause.values.first.flatMap { JiraQuery.date($0, now: now) } ?? .distantPast
    }

    func holds(_ issue: JiraIssue) -> Bool {
        switch clause.field {
        case "created": return compare(issue.created)
        case "updated": return compare(issue.updated)
        default:
            let isIn: Bool =
                switch clause.field {
                case "project": projects.contains(issue.project)
                case "creator": creators.contains(issue.reporter)
                case "labels": issue.labels.contains { labels.contains($0) }
                case "statuscategory": labels.contains(JiraSeeds.statuses[issue.status].category)
                default: places.contains(issue.order)
                }
            return clause.comparison == .unequal || clause.comparison == .notAmong ? !isIn : isIn
        }
    }

    private func compare(_ value: Date) -> Bool {
        switch clause.comparison {
        case .atLeast: value >= date
        case .above: value > date
        case .atMost: value <= date
        case .below: value < date
        case .equal, .among: value == date
        case .unequal, .notAmong: value != date
        }
    }
}
