import Foundation

/// Changing, deleting and moving issues that exist.
extension JiraSystem {
    func edit(_ name: String, _ call: PreparedCall, now: Date) throws(JiraError) -> EmulatedResponse {
        let caller = caller(call)
        let outcome: Result<(JiraIssue, String?), JiraError> = state.withLock { state in
            guard let place = state.place(name) else { return .failure(.notFound) }
            var issue = state.issues[place]
            do throws(JiraError) {
                try JiraInput(body: call.body ?? .object([]), state: state.rules, isCreate: false, caller: caller)
                    .apply(to: &issue)
                try Self.applyUpdate(call.body?["update"], to: &issue)
            } catch {
                return .failure(error)
            }
            issue.updated = now
            state.issues[place] = issue
            return .success((issue, state.settings.baseURL))
        }
        let (issue, base) = try outcome.get()
        guard call.request.parameter("returnIssue") == "true" else { return .empty(204) }
        return .json(200, JiraView(origin: base ?? call.request.origin, fields: ["*all"], properties: []).issue(issue))
    }

    /// The `update` form: lists of add, remove and set; here for labels, the only list a task has.
    private static func applyUpdate(_ update: JSON?, to issue: inout JiraIssue) throws(JiraError) {
        for member in update?.members ?? [] {
            guard member.name == "labels", let steps = member.value.items else {
                throw JiraError(400, fields: [.init(member.name, "Field does not support update here.")])
            }
            for step in steps {
                if let label = step["add"]?.text, !issue.labels.contains(label) { issue.labels.append(label) }
                if let label = step["remove"]?.text { issue.labels.removeAll { $0 == label } }
                if let labels = step["set"]?.texts { issue.labels = labels }
            }
        }
    }

    func delete(_ name: String) throws(JiraError) -> EmulatedResponse {
        let found = state.withLock { state in
            guard let place = state.place(name) else { return false }
            state.issues[place].isDeleted = true
            state.deleted += 1
            return true
        }
        guard found else { throw .notFound }
        return .empty(204)
    }

    func transitions(_ name: String, _ call: PreparedCall, now: Date) throws(JiraError) -> EmulatedResponse {
        if call.request.method == "GET" {
            guard state.withLock({ $0.place(name) }) != nil else { throw .notFound }
            let rows = JiraSeeds.statuses.map { status -> JSON in
                [
                    "id": .string(status.transition), "name": .string(status.name),
                    "to": JiraView.status(status, origin: call.request.origin),
                    "hasScreen": false, "isGlobal": true, "isInitial": false, "isConditional": false,
                    "isAvailable": true,
                ]
            }
            return .json(200, ["expand": "transitions", "transitions": .array(rows)])
        }
        let id = call.body?["transition"]?["id"]
        let wanted = id?.text ?? id?.wholeNumber.map(String.init)
        guard let status = JiraSeeds.statuses.firstIndex(where: { $0.transition == wanted }) else {
            throw JiraError(400, ["Transition id '\(wanted ?? "")' is not valid for this issue."])
        }
        let found = state.withLock { state in
            guard let place = state.place(name) else { return false }
            state.issues[place].status = status
            state.issues[place].updated = now
            state.issues[place].resolved = JiraSeeds.statuses[status].category == "done" ? now : nil
            return true
        }
        guard found else { throw .notFound }
        return .empty(204)
    }

    /// `GET`, `PUT` and `DELETE` of one property, and the list of keys.
    func properties(_ path: [String], _ call: PreparedCall) throws(JiraError) -> EmulatedResponse {
        let origin = call.request.origin
        let outcome: Result<EmulatedResponse, JiraError> = state.withLock { state in
            guard let place = state.place(path[1]) else { return .failure(.notFound) }
            let link = "\(origin)/rest/api/3/issue/\(state.issues[place].id)/properties/"
            guard path.count == 4 else {
                let keys = state.issues[place].properties.map { property -> JSON in
                    ["self": .string(link + property.key), "key": .string(property.key)]
                }
                return .success(.json(200, ["keys": .array(keys)]))
            }
            let found = state.issues[place].properties.firstIndex { $0.key == path[3] }
            switch call.request.method {
            case "PUT":
                guard let value = call.body?.jsonText, value.count <= 32_768 else {
                    return .failure(JiraError(400, ["The value must be JSON of at most 32768 characters."]))
                }
                if let found {
                    state.issues[place].properties[found].value = value; return .success(.json(200, .object([])))
                }
                state.issues[place].properties.append(JiraProperty(key: path[3], value: value))
                return .success(.json(201, .object([])))
            case "DELETE":
                guard let found else { return .failure(JiraError(404, ["The property \(path[3]) does not exist."])) }
                state.issues[place].properties.remove(at: found)
                return .success(.empty(204))
            default:
                guard let found else { return .failure(JiraError(404, ["The property \(path[3]) does not exist."])) }
                let value = (try? JSON(parsing: state.issues[place].properties[found].value)) ?? .null
                return .success(.json(200, ["key": .string(path[3]), "value": value]))
            }
        }
        return try outcome.get()
    }
}
