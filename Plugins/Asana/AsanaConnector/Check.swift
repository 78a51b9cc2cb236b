import ConnectorJSON
import PatchbayConnectorKit

extension AsanaConnector {
    /// Reads the token's owner, the project and the beginning of its list of tasks, which look-ups read.
    public func check(_ api: API) async throws -> Account {
        let owner = try await get(
            AsanaOwner.self, "/users/me", [("opt_fields", "gid,name,email,workspaces.gid,workspaces.name")], api
        ).data
        guard !PlainText.isBlank(owner.gid) else {
            throw CallFailure.protocolError("Asana names an owner of the token without an id.")
        }
        let workspace = owner.workspaces?.first { $0.gid == settings.workspaceId }
        var problems: [Notice] = []
        if workspace == nil, owner.workspaces != nil {
            problems.append(
                Notice(
                    "workspace_not_found", field: "workspaceId",
                    "The token's owner is not in the workspace \(settings.workspaceId). Run discover and set "
                        + "workspaceId."
                ))
        }
        problems += try await projectProblems(api)
        let lookUps = try await lookUps(problems, api)
        return Account(
            id: owner.gid, name: owner.name, email: owner.email, place: workspace?.name, problems: problems,
            lookUps: lookUps)
    }

    /// Proved when the project can be read and its list of tasks too. An external id that another kind of token gave is
    /// never seen.
    private func lookUps(_ problems: [Notice], _ api: API) async throws -> Account.LookUps {
        let isReadable = problems.allSatisfy { $0.code == "project_archived" }
        guard isReadable, settings.usesExternalId || !settings.attemptsUseExternalId else { return .notTold }
        var lookUp = MarkerLookUp([], account: nil)
        do {
            let query = [
                ("project", settings.projectId),
                ("opt_fields", AsanaListedTask.fields(withExternal: settings.usesExternalId)),
            ]
            let response = try await page("/tasks", query, nil, rows: 1, api)
            let page = try StrictPage(asana: response)
            try lookUp.take(page, response)
            if case .untold = page.end { return .notTold }
        } catch let failure as CallFailure where failure.kind == .refused || failure.authReason == .forbidden {
            return .notTold
        }
        return lookUp.isWhole ? .proved : .notTold
    }

    private func projectProblems(_ api: API) async throws -> [Notice] {
        let missing = Notice(
            "project_not_found", field: "projectId",
            "The project \(settings.projectId) is not there or not visible. Run discover and set projectId.")
        let path = "/projects/" + Request.segment(settings.projectId)
        let project: AsanaProject
        do {
            project = try await get(
                AsanaProject.self, path, [("opt_fields", "gid,name,archived,workspace.gid,workspace.name")], api
            ).data
        } catch let failure as CallFailure where failure.kind == .refused || failure.authReason == .forbidden {
            return [missing]
        }
        guard project.gid == settings.projectId else { return [missing] }
        if let workspace = project.workspace, workspace.gid != settings.workspaceId {
            return [
                Notice(
                    "project_elsewhere", field: "workspaceId",
                    "The project is in the workspace \(workspace.gid), not in \(settings.workspaceId). Set workspaceId "
                        + "to it."
                )
            ]
        }
        guard project.archived == true else { return [] }
        return [
            Notice(
                "project_archived", field: "projectId",
                "The project is archived; tasks made in it are easily overlooked.")
        ]
    }

    /// Lists workspaces, and the projects and users of the workspace that is set, or else of all.
    public func discover(_ api: API) async throws -> [Discovered] {
        var workspaces: [AsanaNamed] = []
        try await pages(
            AsanaNamed.self, "/workspaces", [("opt_fields", "gid,name")], pagesMax: AsanaLimits.discoverPagesMax, api
        ) {
            workspaces += $0
            return false
        }
        var found = workspaces.map {
            Discovered("workspace", id: $0.gid, name: $0.name ?? $0.gid, setting: "workspaceId")
        }
        let looked = settings.workspaceId.isEmpty ? workspaces : workspaces.filter { $0.gid == settings.workspaceId }
        if looked.count > AsanaLimits.workspacesMax {
            api.note(
                "Only \(AsanaLimits.workspacesMax) of \(looked.count) workspaces were looked into; set workspaceId to "
                    + "see another."
            )
        }
        for workspace in looked.prefix(AsanaLimits.workspacesMax) {
            let query = [("workspace", workspace.gid)]
            try await pages(
                AsanaNamed.self, "/projects", query + [("archived", "false"), ("opt_fields", "gid,name")],
                pagesMax: AsanaLimits.discoverPagesMax, api
            ) {
                found += $0.map {
                    Discovered(
                        "project", id: $0.gid, name: $0.name ?? $0.gid, setting: "projectId", detail: workspace.name)
                }
                return false
            }
            try await pages(
                AsanaNamed.self, "/users", query + [("opt_fields", "gid,name,email")],
                pagesMax: AsanaLimits.discoverPagesMax, api
            ) {
                found += $0.map {
                    Discovered(
                        "user", id: $0.gid, name: $0.name ?? $0.gid, setting: "assigneeMapping", detail: $0.email)
                }
                return false
            }
        }
        return found
    }
}
