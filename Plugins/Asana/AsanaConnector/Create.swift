import PatchbayConnectorKit

extension AsanaConnector {
    /// Creates all tasks in one batch request; each has an answer of its own.
    public func create(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        let known = try await tagsIfNeeded(tasks, api)
        let fields = tasks.map { TaskFields(creating: $0, settings, tags: known) }
        let actions = fields.map {
            Self.action("post", "/tasks", data: .object($0.data), fields: ["gid", "permalink_url"])
        }
        let (answers, requestId) = try await batch(actions, .once, api)
        return zip(answers, fields).map { answer, fields in
            var outcome: TaskOutcome
            if let data = answer.data, let gid = data["gid"]?.text, !gid.isEmpty {
                outcome = .created(externalId: gid, url: data["permalink_url"]?.text, warnings: fields.warnings)
            } else {
                outcome = AsanaFailure.outcome(answer)
            }
            outcome.vendorRequestId = requestId
            return outcome
        }
    }

    /// The workspace's tags, if any of the tasks has a label.
    func tagsIfNeeded(_ tasks: [ConnectorTask], _ api: API) async throws -> [String: String] {
        tasks.contains { !$0.labels.isEmpty } ? try await workspaceTags(api) : [:]
    }

    /// Tag ids by lower-case name, looked up once for each instance.
    func workspaceTags(_ api: API) async throws -> [String: String] {
        try await tags.value {
            var ids: [String: String] = [:]
            let path = "/workspaces/\(Request.segment(settings.workspaceId))/tags"
            let complete = try await pages(AsanaNamed.self, path, [("opt_fields", "gid,name")], api) { rows in
                for row in rows {
                    guard let name = row.name?.lowercased(), ids[name] == nil else { continue }
                    ids[name] = row.gid
                }
                return false
            }
            if !complete { api.note("The workspace has more tags than are read; later ones are not known.") }
            return ids
        }
    }
}
