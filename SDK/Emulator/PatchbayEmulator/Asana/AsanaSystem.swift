import Foundation
import Synchronization

/// The emulated Asana: REST under `/api/1.0`, answers inside `data`.
final class AsanaSystem: VendorSystem {
    let name = SystemName.asana
    let state = Mutex(AsanaState())

    /// The most actions in one batch.
    static let batchActionsMax = 10

    func prepare(_ request: EmulatedRequest) -> PreparedCall {
        let path = Array(request.segments.dropFirst(2))
        var operation = Self.operation(request.method, path)
        var call = PreparedCall(request: request, operation: operation)
        guard request.segments.starts(with: ["api", "1.0"]) else {
            call.answer = refuse(.status(404, message: "No matching route for request"), request)
            return call
        }
        guard !request.body.isEmpty else { return call }
        do {
            call.body = try JSON(parsing: request.body)
        } catch {
            call.answer = refuse(.status(400, message: "Could not parse request data, invalid JSON"), request)
            return call
        }
        if path == ["batch"] {
            // What only reads is no create, and takes none of the slots for writes.
            if let actions = call.body?["data"]?["actions"]?.items, !actions.isEmpty,
                actions.allSatisfy({ $0["method"]?.text?.uppercased() == "GET" })
            {
                operation.kind = .read
                operation.isWrite = false
            }
            operation.cost = min(max(call.body?["data"]?["actions"]?.items?.count ?? 1, 1), Self.batchActionsMax)
            call.operation = operation
        }
        return call
    }

    /// Names an operation by method and path, with gids left out.
    private static func operation(_ method: String, _ path: [String]) -> Operation {
        let shape = path.enumerated().map { $0.offset == 1 && path.first != "batch" ? "{gid}" : $0.element }.prefix(4)
            .joined(
                separator: "/")
        let kind: OperationKind =
            switch (method, path.first ?? "", path.count) {
            case ("POST", "tasks", 1), ("POST", "batch", 1): .create
            case ("PUT", "tasks", 2): .update
            case ("DELETE", "tasks", 2): .delete
            case ("GET", "tasks", 2): .read
            case ("GET", "tasks", 1): .search
            case ("GET", "projects", 3) where path[2] == "tasks": .search
            case ("GET", "workspaces", 4) where path[2] == "tasks": .search
            case ("GET", "users", 2) where path[1] == "me": .account
            case ("GET", _, _): .discover
            default: .other
            }
        return Operation(name: "\(method) /\(shape)", kind: kind, isWrite: method != "GET")
    }

    func perform(_ call: PreparedCall, at now: Date) -> EmulatedResponse {
        let request = call.request
        let path = Array(request.segments.dropFirst(2))
        if request.method == "POST", path == ["batch"] {
            return batch(call, now: now)
        }
        var parameters: [String: JSON] = [:]
        for (name, value) in request.query { parameters[name] = .string(value) }
        let action = AsanaAction(
            method: request.method, path: path, data: call.body?["data"] ?? call.body ?? .object([]),
            hasEnvelope: call.body?["data"] != nil,
            parameters: parameters, fields: AsanaFields(query: request.parameter("opt_fields")), token: call.token,
            now: now,
            origin: request.origin)
        let answer = state.withLock { action.perform(&$0) }
        return .json(answer.status, answer.body, headers: answer.location.map { [("Location", $0)] } ?? [])
    }

    /// Up to ten actions, each with an answer of its own, in the order of the actions.
    private func batch(_ call: PreparedCall, now: Date) -> EmulatedResponse {
        guard let actions = call.body?["data"]?["actions"]?.items, !actions.isEmpty else {
            return refuse(.status(400, message: "actions: Missing input"), call.request)
        }
        guard actions.count <= Self.batchActionsMax else {
            return refuse(
                .status(400, message: "actions: At most \(Self.batchActionsMax) actions are allowed"), call.request)
        }
        let answers = state.withLock { state in
            actions.map { action in
                let answer = Self.one(action, call, now: now, &state)
                var headers: [JSON.Member] = []
                if let location = answer.location { headers.append(.init("location", .string(location))) }
                return JSON.object([
                    .init("status_code", .integer(answer.status)), .init("headers", .object(headers)),
                    .init("body", answer.body),
                ])
            }
        }
        return .json(200, ["data": .array(answers)])
    }

    private static func one(_ action: JSON, _ call: PreparedCall, now: Date, _ state: inout AsanaState)
        -> AsanaAction.Answer
    {
        guard let method = action["method"]?.text?.uppercased(), let path = action["relative_path"]?.text else {
            return AsanaAction.Answer(AsanaError.badRequest("actions: each needs method and relative_path"))
        }
        guard !path.contains("?") else {
            return AsanaAction.Answer(AsanaError.badRequest("relative_path: must not hold a query string"))
        }
        let segments = path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
        guard segments.first != "batch", segments.first != "attachments", segments.first != "organization_exports"
        else {
            return AsanaAction.Answer(AsanaError.badRequest("relative_path: not allowed inside a batch"))
        }
        var parameters: [String: JSON] = [:]
        for member in (method == "GET" ? action["data"]?.members ?? [] : []) + (action["options"]?.members ?? []) {
            parameters[member.name] = member.value
        }
        let single = AsanaAction(
            method: method, path: segments, data: action["data"] ?? .object([]), hasEnvelope: true,
            parameters: parameters,
            fields: AsanaFields(action["options"]?["fields"]?.texts ?? []), token: call.token, now: now,
            origin: call.request.origin)
        return single.perform(&state)
    }

    var taskCount: Int { state.withLock { $0.tasks.count - $0.deleted } }

    func plainTasks(last count: Int?) -> [JSON] {
        let copy = state.withLock { $0 }
        let tasks = copy.tasks.lazy.filter { !$0.isDeleted }
        return (count.map { Array(tasks.suffix($0)) } ?? Array(tasks)).map { AsanaView.plain($0, copy) }
    }

    func opened(at origin: String) {
        state.withLock { $0.origin = origin }
    }

    func reset() {
        state.withLock { state in
            let origin = state.origin
            state = AsanaState()
            state.origin = origin
        }
    }

    func change(_ settings: JSON) throws {
        for member in settings.members ?? [] {
            guard member.name == "withoutSearch" else { throw ControlError("Asana has no setting \"\(member.name)\"") }
            guard let flag = member.value.truth else { throw ControlError("withoutSearch is true or false") }
            state.withLock { $0.withoutSearch = flag }
        }
    }
}

extension AsanaSystem {
    func refuse(_ refusal: Refusal, _ request: EmulatedRequest) -> EmulatedResponse {
        let challenge = [("WWW-Authenticate", "Bearer realm=\"asana\"")]
        switch refusal {
        case .noToken, .wrongToken: return .json(401, AsanaError(401, "Not Authorized").body, headers: challenge)
        case .expiredToken:
            return .json(
                401, AsanaError(401, "The bearer token has expired. Get a new one and try again.").body,
                headers: challenge)
        case .forbidden: return .json(403, AsanaError(403, "Forbidden").body)
        case .echo(let credential):
            return .json(
                401, AsanaError(401, "Not Authorized: the header was \(credential)").body,
                headers: challenge + [("X-Received-Authorization", credential)])
        case .limited(let report):
            let message = "Rate limit reached: too many requests. Wait as long as Retry-After says."
            return .json(
                429, AsanaError(429, message).body, headers: [("Retry-After", String(report.retryAfterSeconds))])
        case .status(let status, let message): return .json(status, AsanaError(status, message).body)
        }
    }

    func snapshot() throws -> JSON { try JSON(encoding: state.withLock { $0 }) }

    func restore(_ snapshot: JSON) throws {
        let restored = try snapshot.decoded(as: AsanaState.self)
        state.withLock { $0 = restored }
    }

    /// Asana documents no header for what is left.
    func limitHeaders(_ report: LimitReport, operation: Operation) -> [(name: String, value: String)] {
        []
    }
}
