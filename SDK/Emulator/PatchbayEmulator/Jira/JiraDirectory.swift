import Foundation

/// Everything beside issues: who am I, projects, users, priorities, what a create may hold.
extension JiraSystem {
    func directory(_ path: [String], _ call: PreparedCall, now: Date) throws(JiraError) -> EmulatedResponse {
        guard call.request.method == "GET" else { throw JiraError(405, ["Method Not Allowed"]) }
        let origin = call.request.origin
        switch path.joined(separator: "/") {
        case "myself": return .json(200, JiraView.user(JiraSeeds.users[caller(call)], origin: origin))
        case "serverInfo":
            let base = self.origin(call, state.withLock { $0 })
            return .json(
                200,
                [
                    "baseUrl": .string(base), "displayUrl": .string(base), "version": "1001.0.0-SNAPSHOT",
                    "versionNumbers": [1001, 0, 0],
                    "deploymentType": "Cloud", "buildNumber": 100_300, "buildDate": "2026-01-01T00:00:00.000+0000",
                    "serverTime": .string(Timestamp.offsetText(now)), "scmInfo": "emulator", "serverTitle": "Jira",
                ])
        case "project/search":
            let query = call.request.parameter("query")?.lowercased()
            let rows = JiraSeeds.projects.filter {
                query == nil || $0.name.lowercased().contains(query!) || $0.key.lowercased().contains(query!)
            }
            return .json(200, page(rows.map { JiraView.project($0, origin: origin) }, call, name: "values"))
        case "priority": return .json(200, .array(JiraSeeds.priorities.map { JiraView.priority($0, origin: origin) }))
        case "priority/search":
            return .json(
                200, page(JiraSeeds.priorities.map { JiraView.priority($0, origin: origin) }, call, name: "values"))
        case "mypermissions": return try permissions(call)
        case "field": return .json(200, .array(JiraFieldMeta.all(origin: origin).map(\.listed)))
        case "user/search", "user/assignable/search": return try users(path, call)
        default:
            if path.count == 2, path[0] == "project" {
                guard let place = JiraSeeds.project(named: path[1]) else {
                    throw JiraError(404, ["No project could be found with key '\(path[1])'."])
                }
                var members = JiraView.project(JiraSeeds.projects[place], origin: origin).members ?? []
                members.append(
                    .init("issueTypes", .array(JiraSeeds.issueTypes.map { JiraView.issueType($0, origin: origin) })))
                return .json(200, .object(members))
            }
            throw JiraError(404, ["No such resource."])
        }
    }

    /// What the caller may do; of all the vendor's permissions those two that matter to who adds issues.
    private func permissions(_ call: PreparedCall) throws(JiraError) -> EmulatedResponse {
        let known = [("BROWSE_PROJECTS", "10", "Browse Projects"), ("CREATE_ISSUES", "11", "Create Issues")]
        let asked = (call.request.parameter("permissions") ?? "").split(separator: ",").map(String.init)
        guard !asked.isEmpty else { throw JiraError(400, ["The 'permissions' query parameter is required."]) }
        let project = try permitted(call)
        let hidden = state.withLock { $0.settings.withoutBrowse } ?? []
        var members: [JSON.Member] = []
        for name in asked {
            guard let row = known.first(where: { $0.0 == name }) else {
                throw JiraError(400, ["Unrecognized permission: \(name)"])
            }
            let isGiven = name != "BROWSE_PROJECTS" || !hidden.contains { $0 == project }
            members.append(
                .init(
                    name,
                    [
                        "id": .string(row.1), "key": .string(name), "name": .string(row.2), "type": "PROJECT",
                        "description": .string(row.2), "havePermission": .bool(isGiven),
                    ]))
        }
        return .json(200, ["permissions": .object(members)])
    }

    /// The key of the project that is meant: by its id, or else by its key, which an id is not.
    private func permitted(_ call: PreparedCall) throws(JiraError) -> String? {
        if let id = call.request.parameter("projectId") {
            guard let project = JiraSeeds.projects.first(where: { $0.id == id }) else {
                throw JiraError(404, ["No project could be found with id '\(id)'."])
            }
            return project.key
        }
        guard let key = call.request.parameter("projectKey") else { return nil }
        guard let project = JiraSeeds.projects.first(where: { $0.key.lowercased() == key.lowercased() }) else {
            throw JiraError(404, ["No project could be found with key '\(key)'."])
        }
        return project.key
    }

    private func users(_ path: [String], _ call: PreparedCall) throws(JiraError) -> EmulatedResponse {
        if path.count == 3, let project = call.request.parameter("project"), JiraSeeds.project(named: project) == nil {
            throw JiraError(404, ["No project could be found with key '\(project)'."])
        }
        let query = (call.request.parameter("query") ?? "").lowercased()
        let account = call.request.parameter("accountId")
        let left = state.withLock { $0.left }
        let rows = JiraSeeds.users.indices.filter { left?.contains($0) != true }.map { JiraSeeds.users[$0] }.filter {
            user in
            if let account { return user.accountId == account }
            return user.email.lowercased().hasPrefix(query)
                || user.name.lowercased().split(separator: " ").contains { $0.hasPrefix(query) }
        }
        return .json(200, .array(rows.map { JiraView.user($0, origin: call.request.origin) }))
    }

    /// `issue/createmeta/{project}/issuetypes` and `…/issuetypes/{id}`.
    func createMeta(_ path: [String], _ call: PreparedCall) throws(JiraError) -> EmulatedResponse {
        guard path.count >= 4, path[3] == "issuetypes", let project = JiraSeeds.project(named: path[2]) else {
            throw JiraError(400, ["No project could be found with key '\(path.count > 2 ? path[2] : "")'."])
        }
        let origin = call.request.origin
        if path.count == 4 {
            return .json(
                200, page(JiraSeeds.issueTypes.map { JiraView.issueType($0, origin: origin) }, call, name: "issueTypes")
            )
        }
        guard JiraSeeds.issueTypes.contains(where: { $0.id == path[4] }) else {
            throw JiraError(400, ["The issue type selected is invalid."])
        }
        let rules = state.withLock { $0.rules }
        let required = rules.required(project: project)
        let rows = JiraFieldMeta.all(origin: origin).filter { !rules.isOffScreen($0.name, project: project) }
            .map { $0.json(required: required.contains($0.name)) }
        return .json(200, page(rows, call, name: "fields"))
    }

    /// A page in the older form, with a total.
    private func page(_ rows: [JSON], _ call: PreparedCall, name: String) -> JSON {
        let start = max(0, min(Int(call.request.parameter("startAt") ?? "0") ?? 0, rows.count))
        let count = max(1, min(Int(call.request.parameter("maxResults") ?? "50") ?? 50, 200))
        let end = min(start + count, rows.count)
        var members: [JSON.Member] = [
            .init(name, .array(Array(rows[start..<end]))), .init("startAt", .integer(start)),
            .init("maxResults", .integer(count)),
            .init("total", .integer(rows.count)),
        ]
        if name == "values" { members.append(.init("isLast", .bool(end == rows.count))) }
        return .object(members)
    }
}
