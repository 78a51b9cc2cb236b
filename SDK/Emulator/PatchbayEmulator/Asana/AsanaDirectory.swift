/// Everything beside tasks: users, workspaces, projects, tags.
extension AsanaAction {
    func directory(_ state: inout AsanaState) throws(AsanaError) -> Answer {
        switch (method, path.first ?? "", path.count) {
        case ("GET", "users", 1):
            try check(workspace: text("workspace"))
            return try page(state.users, path: "/users", user)
        case ("GET", "users", 2):
            guard let user = AsanaSeeds.user(path[1], caller: token.user), state.left?.contains(user.gid) != true else {
                throw .notFound("user", path[1])
            }
            return Answer(200, chosen(AsanaView.fullUser(user)))
        case ("GET", "workspaces", 1):
            return try page([0], path: "/workspaces") { _ in
                chosen(AsanaView.workspace(), compact: ["gid", "name", "resource_type"])
            }
        case ("GET", "workspaces", 2):
            try check(workspace: path[1])
            return Answer(200, chosen(AsanaView.workspace()))
        case ("GET", "projects", 1):
            try check(workspace: text("workspace"))
            return try page(AsanaSeeds.projects, path: "/projects", project)
        case ("GET", "projects", 2), ("GET", "projects", 3):
            guard let project = AsanaState.project(path[1]) else { throw .notFound("project", path[1]) }
            if path.count == 2 { return Answer(200, chosen(AsanaView.fullProject(project))) }
            guard path[2] == "tasks" else { throw AsanaError(404, "No matching route for request") }
            return try list(project: path[1], state)
        case ("GET", "workspaces", 4) where path[2] == "tasks" && path[3] == "search": return try search(state)
        case (_, "workspaces", 3), (_, "tags", _): return try inWorkspace(&state)
        default: throw AsanaError(404, "No matching route for request")
        }
    }

    private func inWorkspace(_ state: inout AsanaState) throws(AsanaError) -> Answer {
        if path.count == 3 { try check(workspace: path[1]) }
        switch (method, path.last ?? "") {
        case ("GET", "users") where path.count == 3:
            return try page(state.users, path: "/workspaces/\(path[1])/users", user)
        case ("GET", "projects") where path.count == 3:
            return try page(AsanaSeeds.projects, path: "/workspaces/\(path[1])/projects", project)
        case ("GET", "tags"):
            return try page(state.tags, path: path.count == 3 ? "/workspaces/\(path[1])/tags" : "/tags") {
                chosen(AsanaView.tag($0))
            }
        case ("POST", "tags"): return try makeTag(&state)
        case ("GET", let gid) where path.first == "tags" && path.count == 2:
            guard let tag = state.tag(gid) else { throw .notFound("tag", gid) }
            return Answer(200, chosen(AsanaView.tag(tag)))
        default: throw AsanaError(404, "No matching route for request")
        }
    }

    private func makeTag(_ state: inout AsanaState) throws(AsanaError) -> Answer {
        if path.count == 1 {
            guard let workspace = data["workspace"]?.text else { throw .badRequest("workspace: Missing input") }
            try check(workspace: workspace)
        }
        guard hasEnvelope, let name = data["name"]?.text, !name.isEmpty else {
            throw .badRequest("name: Missing input")
        }
        let tag = AsanaSeeds.Tag(gid: String(AsanaSeeds.firstTag + state.tags.count), name: name)
        state.tags.append(tag)
        return Answer(201, chosen(AsanaView.tag(tag)), location: "/api/1.0/tags/\(tag.gid)")
    }

    private func check(workspace: String?) throws(AsanaError) {
        if let workspace, workspace != AsanaSeeds.workspace { throw .notFound("workspace", workspace) }
    }

    private func user(_ user: AsanaSeeds.User) -> JSON {
        chosen(AsanaView.fullUser(user), compact: ["gid", "name", "resource_type"])
    }

    private func project(_ project: AsanaSeeds.Project) -> JSON {
        chosen(AsanaView.fullProject(project), compact: ["gid", "name", "resource_type"])
    }

    /// What was asked for, or all, or (in lists) the compact set.
    private func chosen(_ value: JSON, compact: [String]? = nil) -> JSON {
        if let fields { return fields.narrowed(value) }
        guard let compact, let members = value.members else { return value }
        return .object(members.filter { compact.contains($0.name) })
    }
}
