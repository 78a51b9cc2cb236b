import PatchbayConnectorKit

extension JiraConnector {
    /// Reads the token's owner, the project and what its create screen requires.
    public func check(_ api: API) async throws -> Account {
        // Asked anew, not taken from what an earlier check remembered: a site may have moved.
        site.forget()
        let site =
            settings.usesGateway ? try await self.site.value { try await askedSite(api) } : try await reachedSite(api)
        let owner = try await get(JiraUser.self, "/myself", api)
        guard !PlainText.isBlank(owner.accountId) else {
            throw CallFailure.protocolError("Jira names an owner of the token without an id.")
        }
        screen.forget()
        var facts: [String: String] = [:]
        if let cloudId = site.cloudId { facts = [JiraFact.cloudId: cloudId, JiraFact.siteUrl: site.url] }
        let problems = try await self.problems(&facts, api)
        let lookUps = try await self.lookUps(facts[JiraFact.projectId], api)
        return Account(
            id: owner.accountId, name: owner.displayName, email: owner.emailAddress, place: site.url,
            problems: problems, facts: facts,
            lookUps: lookUps)
    }

    /// Whether this account sees what it adds. A role may add and not see: then a search finds nothing, whatever there
    /// is, and no answer of it shows that.
    private func lookUps(_ projectId: String?, _ api: API) async throws -> Account.LookUps {
        let (see, add) = ("BROWSE_PROJECTS", "CREATE_ISSUES")
        let blind = Account.LookUps.never(
            "This account may not see the issues of \(settings.projectKey), so that it can never tell whether one is "
                + "there. "
                + "Give it the permission to browse the project.")
        do {
            let project = projectId.map { ("projectId", $0) } ?? ("projectKey", settings.projectKey)
            let query = [project, ("permissions", "\(see),\(add)")]
            let told = try await get(JiraPermissions.self, "/mypermissions", query: query, api).permissions
            guard let sees = told[see]?.havePermission, let adds = told[add]?.havePermission else { return .notTold }
            return sees ? adds ? .proved : .notTold : blind
        } catch let failure as CallFailure where failure.kind == .refused {
            // 404 by the vendor's words: there is no such project, or this account may not view it.
            return failure.code == "http_404" ? blind : .notTold
        } catch let failure as CallFailure where failure.authReason == .forbidden {
            return .notTold
        }
    }

    private func problems(_ facts: inout [String: String], _ api: API) async throws -> [Notice] {
        do {
            let project = try await get(JiraProject.self, "/project/" + settings.projectSegment, api)
            // Reads understand former keys, and keys in lower case; an id is what every request understands.
            if project.key != settings.projectKey, let id = project.id {
                facts[JiraFact.projectKey] = settings.projectKey
                facts[JiraFact.projectId] = id
            }
            if project.archived == true {
                return [
                    Notice(
                        "project_archived", field: "projectKey",
                        "The project \(settings.projectKey) is archived and takes no issues.")
                ]
            }
        } catch let failure as CallFailure where failure.kind == .refused || failure.authReason == .forbidden {
            return [
                Notice(
                    "project_not_found", field: "projectKey",
                    "The project \(settings.projectKey) is not there or not visible. Run discover and set projectKey.")
            ]
        }
        do {
            return try await createScreen(api).unfilled.map {
                Notice(
                    "field_required", field: $0,
                    "The project wants the field \"\($0)\" on every issue. Make it optional there, or give it a "
                        + "default."
                )
            }
        } catch let failure as CallFailure where failure.kind == .refused || failure.authReason == .forbidden {
            return [
                Notice(failure.code ?? "issue_type_not_found", field: failure.field ?? "issueType", failure.message)
            ]
        }
    }

    /// Lists projects, and the issue types and users of the project that is set; with OAuth also the sites.
    public func discover(_ api: API) async throws -> [Discovered] {
        var found: [Discovered] = []
        if settings.usesGateway {
            let resources = try await self.resources(api)
            found += resources.map { Discovered("site", id: $0.url, name: $0.name ?? $0.url, setting: "host") }
            if settings.host.isEmpty { return found }
        }
        found += try await projects(api)
        guard !settings.projectKey.isEmpty else { return found }
        found += try await issueTypes(api).map {
            Discovered("issue type", id: $0.name, name: $0.name, setting: "issueType", detail: $0.id)
        }
        return found + (try await users(api))
    }

    private func projects(_ api: API) async throws -> [Discovered] {
        var rows: [JiraProject] = []
        for _ in 0..<JiraLimits.discoverPagesMax {
            let query = [("startAt", String(rows.count)), ("maxResults", "50")]
            let page = try await get(JiraProjects.self, "/project/search", query: query, api)
            rows += page.values
            if page.isLast != false || page.values.isEmpty { break }
        }
        return rows.map { Discovered("project", id: $0.key, name: $0.name ?? $0.key, setting: "projectKey") }
    }

    private func users(_ api: API) async throws -> [Discovered] {
        var rows: [JiraUser] = []
        for _ in 0..<JiraLimits.discoverPagesMax {
            let query = [
                ("project", settings.projectKey), ("startAt", String(rows.count)),
                ("maxResults", String(JiraLimits.pageRows)),
            ]
            let page = try await get([JiraUser].self, "/user/assignable/search", query: query, api)
            rows += page
            if page.count < JiraLimits.pageRows { break }
        }
        return rows.map {
            Discovered(
                "user", id: $0.accountId, name: $0.displayName ?? $0.accountId, setting: "assigneeMapping",
                detail: $0.emailAddress)
        }
    }
}
