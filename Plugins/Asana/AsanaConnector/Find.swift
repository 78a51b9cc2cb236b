import PatchbayConnectorKit

extension AsanaConnector {
    /// Looks tasks up by delivery id: with OAuth by the app's external id, otherwise by the line in the notes.
    public func find(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        settings.usesExternalId ? try await findByExternalId(tasks, api) : try await findByMarker(tasks, api)
    }

    private func findByExternalId(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        var outcomes: [TaskOutcome] = []
        while outcomes.count < tasks.count {
            let actions = tasks.dropFirst(outcomes.count).prefix(AsanaLimits.actionsMax).map {
                Self.action("get", "/tasks/external:" + Request.segment($0.deliveryId), fields: ["gid", "permalink_url"])
            }
            outcomes += try await batch(actions, .none, api).answers.map(Self.lookedUp)
        }
        return outcomes
    }

    private static func lookedUp(_ answer: AsanaActionAnswer) -> TaskOutcome {
        if let data = answer.data, let gid = data["gid"]?.text {
            return .found(externalId: gid, url: data["permalink_url"]?.text)
        }
        if answer.status == 404, answer.errors != nil { return .notFound(exhaustive: true) }
        return .unknown(answer.errors?.words ?? "Asana answered HTTP \(answer.status) to a look-up.")
    }

    /// The list of the project follows a create at once; the search of the workspace would lag.
    private func findByMarker(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        var wanted = Set(tasks.map(\.deliveryId))
        var found: [String: AsanaListedTask] = [:]
        let since = UnixTime.iso8601(tasks.map(\.attemptedUnixMs).min() ?? 0)
        let complete = try await pages(
            AsanaListedTask.self, "/tasks",
            [("project", settings.projectId), ("modified_since", since), ("opt_fields", "gid,notes,permalink_url")], api
        ) { rows in
            for row in rows {
                for line in PlainText.lines(row.notes ?? "") where line.hasPrefix(TaskFields.marker) {
                    let id = String(line.dropFirst(TaskFields.marker.count).prefix { $0 != " " })
                    if wanted.remove(id) != nil { found[id] = row }
                }
            }
            return wanted.isEmpty
        }
        return tasks.map { task in
            guard let row = found[task.deliveryId] else { return .notFound(exhaustive: complete) }
            return .found(externalId: row.gid, url: row.permalink_url)
        }
    }
}
