import Foundation
import Synchronization

/// The emulated Jira Cloud: REST v3 under `/rest/api/3`, bare JSON.
final class JiraSystem: VendorSystem {
    let name = SystemName.jira
    let state = Mutex(JiraState())

    /// The most issues in one bulk create.
    static let bulkIssuesMax = 50

    func prepare(_ request: EmulatedRequest) -> PreparedCall {
        let path = Array(request.segments.dropFirst(3))
        var call = PreparedCall(request: request, operation: Self.operation(request.method, path))
        if request.path == "/oauth/token/accessible-resources" {
            call.operation = Operation(name: "GET \(request.path)", kind: .discover, isWrite: false)
            call.answer = JiraGateway.resources(origin: state.withLock { $0.settings.baseURL ?? $0.origin })
            return call
        }
        guard request.segments.starts(with: ["rest", "api", "3"]) else {
            call.answer = EmulatedResponse.json(
                404, JiraError(404, ["No resource method found for \(request.method)"]).body)
            return call
        }
        guard !request.body.isEmpty else { return call }
        do {
            call.body = try JSON(parsing: request.body)
        } catch {
            call.answer = .json(
                400, JiraError(400, ["There was an error parsing JSON. Check that your request body is valid."]).body)
        }
        return call
    }

    private static let ownWords: Set<String> = ["bulk", "bulkfetch", "createmeta", "search", "jql", "assignable"]

    /// Names an operation by method and path, with ids left out.
    private static func operation(_ method: String, _ path: [String]) -> Operation {
        let shape = path.enumerated().map { place, part in
            place == 0 || ownWords.contains(part) || place == 2 ? part : "{id}"
        }
        .prefix(5).joined(separator: "/")
        let second = path.count > 1 ? path[1] : ""
        let kind: OperationKind =
            switch (method, path.first ?? "", path.count) {
            case ("POST", "issue", 1): .create
            case ("POST", "issue", 2) where second == "bulk": .create
            case ("POST", "issue", 2) where second == "bulkfetch": .read
            case ("PUT", "issue", 2), ("POST", "issue", 3): .update
            case ("DELETE", "issue", 2): .delete
            case ("GET", "issue", _) where second == "createmeta": .discover
            case ("GET", "issue", _): .read
            case (_, "search", _): .search
            case ("GET", "myself", _), ("GET", "serverInfo", _): .account
            case ("GET", _, _): .discover
            default: .other
            }
        let isWrite = method != "GET" && kind != .search && kind != .read
        return Operation(name: "\(method) /rest/api/3/\(shape)", kind: kind, isWrite: isWrite)
    }

    func perform(_ call: PreparedCall, at now: Date) -> EmulatedResponse {
        let path = Array(call.request.segments.dropFirst(3))
        do throws(JiraError) {
            switch path.first {
            case "issue" where path.count > 1 && path[1] == "createmeta": return try createMeta(path, call)
            case "issue": return try issue(path, call, now: now)
            case "search": return try search(path, call, now: now)
            default: return try directory(path, call, now: now)
            }
        } catch {
            return .json(error.status, error.body)
        }
    }

    private func issue(_ path: [String], _ call: PreparedCall, now: Date) throws(JiraError) -> EmulatedResponse {
        switch (call.request.method, path.count) {
        case ("POST", 1): return try create(call, now: now)
        case ("POST", 2) where path[1] == "bulk": return try createBulk(call, now: now)
        case ("POST", 2) where path[1] == "bulkfetch": return try fetchBulk(call)
        case ("GET", 2):
            let state = state.withLock { $0 }
            guard let place = state.place(path[1]), state.shows(state.issues[place]) else { throw .notFound }
            let fields = call.request.parameter("fields")?.split(separator: ",").map(String.init) ?? ["*all"]
            let properties = call.request.parameter("properties")?.split(separator: ",").map(String.init) ?? []
            let view = JiraView(origin: origin(call, state), fields: fields, properties: properties)
            return .json(200, view.issue(state.issues[place]))
        case ("PUT", 2): return try edit(path[1], call, now: now)
        case ("DELETE", 2): return try delete(path[1])
        case ("GET", 3) where path[2] == "transitions", ("POST", 3) where path[2] == "transitions":
            return try transitions(path[1], call, now: now)
        case (_, 3) where path[2] == "properties", (_, 4) where path[2] == "properties":
            return try properties(path, call)
        default: throw JiraError(405, ["Method Not Allowed"])
        }
    }

    private func create(_ call: PreparedCall, now: Date) throws(JiraError) -> EmulatedResponse {
        let rules = state.withLock { $0.rules }
        let body = call.body ?? .object([])
        do throws(JiraError) {
            let issue = try JiraInput(body: body, state: rules, isCreate: true, caller: caller(call)).issue(now: now)
            let kept = state.withLock { $0.add(issue) }
            return .json(201, JiraView.created(kept, origin: call.request.origin))
        } catch {
            burn(body, rules)
            throw error
        }
    }

    private func createBulk(_ call: PreparedCall, now: Date) throws(JiraError) -> EmulatedResponse {
        guard let rows = call.body?["issueUpdates"]?.items, !rows.isEmpty else {
            throw JiraError(400, ["issueUpdates must hold at least one issue."])
        }
        guard rows.count <= Self.bulkIssuesMax else {
            throw JiraError(400, ["issueUpdates may hold at most \(Self.bulkIssuesMax) issues."])
        }
        let rules = state.withLock { $0.rules }
        let caller = caller(call)
        var good: [JiraIssue] = []
        good.reserveCapacity(rows.count)
        var errors: [JSON] = []
        for (place, row) in rows.enumerated() {
            do throws(JiraError) {
                good.append(try JiraInput(body: row, state: rules, isCreate: true, caller: caller).issue(now: now))
            } catch {
                burn(row, rules)
                errors.append([
                    "status": .integer(error.status), "elementErrors": error.body,
                    "failedElementNumber": .integer(place),
                ])
            }
        }
        let made = good
        let kept = state.withLock { state in made.map { state.add($0) } }
        let issues = kept.map { JiraView.created($0, origin: call.request.origin) }
        return .json(issues.isEmpty ? 400 : 201, ["issues": .array(issues), "errors": .array(errors)])
    }

    private func burn(_ body: JSON, _ rules: JiraState.Rules) {
        guard rules.settings.burnNumbers, let project = JiraSeeds.project(body["fields"]?["project"]) else { return }
        state.withLock { $0.burn(project: project) }
    }

    func caller(_ call: PreparedCall) -> Int {
        JiraSeeds.users.firstIndex { $0.email == call.token.user } ?? 0
    }

    func origin(_ call: PreparedCall, _ state: JiraState) -> String {
        state.settings.baseURL ?? call.request.origin
    }

    var taskCount: Int { state.withLock { $0.issues.count - $0.deleted } }

    func plainTasks(last count: Int?) -> [JSON] {
        let copy = state.withLock { $0 }
        let issues = copy.issues.lazy.filter { !$0.isDeleted }
        return (count.map { Array(issues.suffix($0)) } ?? Array(issues)).map { JiraView.plain($0, copy) }
    }

    func opened(at origin: String) {
        state.withLock { $0.origin = origin }
    }

    func reset() {
        state.withLock { state in
            let origin = state.origin
            state = JiraState()
            state.origin = origin
        }
    }
}
