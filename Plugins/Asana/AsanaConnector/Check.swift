import PatchbayConnectorKit

extension AsanaConnector {
    /// Reads the token's owner and the project.
    public func check(_ api: API) async throws -> Account {
        let owner = try await get(AsanaOwner.self, "/users/me", [("opt_fields", "gid,name,email,workspaces.gid,workspaces.name")], api).data
        let workspace = owner.workspaces?.first { $0.gid == settings.workspaceId }
        var problems: [Notice] = []
        if workspace == nil, owner.workspaces != nil {
            problems.append(
                Notice(
                    "workspace_not_found", field: "workspaceId",
                    "The token's owner is not in the workspace \(settings.workspaceId). Run discover and set workspaceId."))
        }
        problems += try await projectProblems(api)
        return Account(id: owner.gid, name: owner.name, email: owner.email, place: workspace?.name, problems: problems)
    }

    private func projectProblems(_ api: API) async throws -> [Notice] {
        let missing = Notice(
            "project_not_found", field: "projectId",
            "The project \(settings.projectId) is not there or not visible. Run discover and set projectId.")
        let path = "/projects/" + Request.segment(settings.projectId)
        let project: AsanaProject
        do {
            project = try await get(AsanaProject.self, path, [("opt_fields", "gid,name,archived,workspace.gid,workspace.name")], api).data
        } catch let failure as CallFailure where failure.kind == .refused || failure.authReason == .forbidden {
            return [missing]
        }
        if let workspace = project.workspace, workspace.gid != settings.workspaceId {
            return [
                Notice(
                    "project_elsewhere", field: "workspaceId",
                    "The project is in the workspace \(workspace.gid), not in \(settings.workspaceId). Set workspaceId to it.")
            ]
        }
        guard project.archived == true else { return [] }
        return [Notice("project_archived", field: "projectId", "The project is archived; tasks made in it are easily overlooked.")]
    }

    /// Lists workspaces, and the projects and users of the workspace that is set, or else of all.
    public func discover(_ api: API) async throws -> [Discovered] {
        var workspaces: [AsanaNamed] = []
        try await pages(AsanaNamed.self, "/workspaces", [("opt_fields", "gid,name")], pagesMax: AsanaLimits.discoverPagesMax, api) {
            workspaces += $0
            return false
        }
        var found = workspaces.map { Discovered("workspace", id: $0.gid, name: $0.name ?? $0.gid, setting: "workspaceId") }
        let looked = settings.workspaceId.isEmpty ? workspaces : workspaces.filter { $0.gid == settings.workspaceId }
        if looked.count > AsanaLimits.workspacesMax {
            api.note("Only \(AsanaLimits.workspacesMax) of \(looked.count) workspaces were looked into; set workspaceId to see another.")
        }
        for workspace in looked.prefix(AsanaLimits.workspacesMax) {
            let query = [("workspace", workspace.gid)]
            try await pages(
                AsanaNamed.self, "/projects", query + [("archived", "false"), ("opt_fields", "gid,name")],
                pagesMax: AsanaLimits.discoverPagesMax, api
            ) {
                found += $0.map { Discovered("project", id: $0.gid, name: $0.name ?? $0.gid, setting: "projectId", detail: workspace.name) }
                return false
            }
            try await pages(
                AsanaNamed.self, "/users", query + [("opt_fields", "gid,name,email")], pagesMax: AsanaLimits.discoverPagesMax, api
            ) {
                found += $0.map { Discovered("user", id: $0.gid, name: $0.name ?? $0.gid, setting: "assigneeMapping", detail: $0.email) }
                return false
            }
        }
        return found
    }
}
