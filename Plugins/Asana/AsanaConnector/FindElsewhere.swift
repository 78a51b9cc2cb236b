import ConnectorJSON
import PatchbayConnectorKit

extension AsanaConnector {
    /// Asks the paid search for all that the attempts' accounts made since. A refusal says nothing.
    func search(into lookUp: inout MarkerLookUp, _ api: API) async throws {
        guard lookUp.mayAsk() else { return }
        var query = [
            ("created_by.any", lookUp.accounts.isEmpty ? "me" : lookUp.accounts.joined(separator: ",")),
            // Without it the vendor's own default finds milestones only.
            ("resource_subtype", "default_task"), ("sort_by", "created_at"),
            ("opt_fields", AsanaListedTask.fields(withExternal: settings.usesExternalId)),
        ]
        if let since = lookUp.sinceUnixMs { query.append(("created_at.after", UnixTime.iso8601(since))) }
        let path = "/api/1.0/workspaces/\(Request.segment(settings.workspaceId))/tasks/search"
        let response = try await api.send(Request("GET", path, query: query, headers: [("accept", "application/json")]))
        if [400, 402, 403, 404].contains(response.status) { return }
        guard response.succeeded else { throw AsanaFailure.read(response) }
        try lookUp.take(StrictPage(asana: response), response)
    }

    /// The ids of the other projects that this account sees; nil when there are more than are looked into, or when it
    /// is not told which.
    func otherProjects(_ lookUp: inout MarkerLookUp, _ api: API) async throws -> [String]? {
        var ids: [String] = []
        var offsets: Set<String> = []
        var offset: String?
        while ids.count <= AsanaLimits.otherProjectsMax + 1 {
            guard lookUp.mayAsk() else { return nil }
            let response: Response
            do {
                response = try await page(
                    "/projects", [("workspace", settings.workspaceId), ("opt_fields", "gid,name")], offset, api)
            } catch let failure as CallFailure where failure.kind == .refused || failure.authReason == .forbidden {
                return nil
            }
            let page = try StrictPage(asana: response)
            for row in page.rows {
                guard let gid = row["gid"]?.text, !PlainText.isBlank(gid) else {
                    throw response.misunderstood("a row is no project")
                }
                ids.append(gid)
            }
            switch page.end {
            case .last:
                let others = ids.filter { $0 != settings.projectId }
                // A list of all projects that lacks our own is not that.
                return others.count < ids.count && others.count <= AsanaLimits.otherProjectsMax ? others : nil
            case .next(let next) where offsets.insert(next).inserted: offset = next
            case .next, .untold: return nil
            }
        }
        return nil
    }
}
