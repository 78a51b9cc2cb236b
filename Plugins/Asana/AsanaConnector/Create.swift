import PatchbayConnectorKit

extension AsanaConnector {
    /// Creates all tasks in one batch request; each has an answer of its own.
    public func create(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        let known = try await tagsIfNeeded(tasks, api)
        let unassignable = self.unassignable.elements
        let fields = tasks.map { TaskFields(creating: $0, settings, tags: known, unassignable: unassignable) }
        // What carries the delivery id is read back with the answer, which costs no request.
        let marker = settings.usesExternalId ? "external" : "notes"
        let actions = fields.map {
            Self.action("post", "/tasks", data: .object($0.data), fields: ["gid", "permalink_url", marker])
        }
        let (answers, requestId) = try await batch(actions, .once, api)
        return zip(answers, zip(tasks, fields)).map { answer, sent in
            let (task, fields) = sent
            var outcome: TaskOutcome
            if let data = answer.data, let gid = data["gid"]?.text, !PlainText.isBlank(gid) {
                outcome = .created(externalId: gid, url: data["permalink_url"]?.text, warnings: fields.warnings)
                if !showsMarker(data, of: task) {
                    outcome.markerMissing = true
                    outcome.warnings.append(Self.markerMissing(settings.usesExternalId ? nil : "description"))
                }
            } else {
                outcome = withoutAssignee(AsanaFailure.outcome(answer), fields)
            }
            outcome.vendorRequestId = requestId
            return outcome
        }
    }

    /// What was refused for its assignee goes without one, at once and from now on: they may have left, and no task
    /// waits for that.
    private func withoutAssignee(_ outcome: TaskOutcome, _ fields: TaskFields) -> TaskOutcome {
        guard outcome.kind == .refused, let id = fields.data["assignee"]?.text else { return outcome }
        let words = outcome.message ?? ""
        guard outcome.field == "assignee" || PlainText.says(words, id) else { return outcome }
        unassignable.insert([id])
        return .again(words)
    }

    /// Whether a new task bears its delivery id. The vendor leaves `external` out when it is not set; `notes` it always
    /// gives, so that an answer without them says nothing.
    private func showsMarker(_ data: JSONValue, of task: ConnectorTask) -> Bool {
        if settings.usesExternalId { return data["external"]?["gid"]?.text == task.deliveryId }
        guard let notes = data["notes"] else { return true }
        return TaskFields.markers(in: notes.text ?? "").contains(task.deliveryId)
    }

    private static func markerMissing(_ field: String?) -> Notice {
        Notice(
            "marker_missing", field: field,
            "Asana made the task and shows it without Patchbay's mark: it cannot be looked up again. See whether a "
                + "rule rewrites new tasks."
        )
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
