import PatchbayConnectorKit

extension AsanaConnector {
    /// One action of an update's batches.
    private struct Action {
        /// The place of its task.
        let task: Int
        let isTag: Bool
        let json: JSONValue
    }

    private static func tag(_ task: Int, _ path: String, _ id: String) -> Action {
        Action(task: task, isTag: true, json: action("post", path, data: ["tag": .string(id)], fields: []))
    }

    /// Brings over what changed, in one batch request; tags, which a task's update cannot hold, follow in others.
    public func update(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        let tagged = tasks.filter { $0.changes.contains(.labels) }
        let known = tagged.isEmpty ? [:] : try await workspaceTags(api)
        let present = try await tagsPresent(tagged, api)
        var actions: [Action] = []
        var unread: Set<Int> = []
        var fields = tasks.map { TaskFields(updating: $0, settings) }
        for (place, task) in tasks.enumerated() {
            guard let gid = task.externalId else { continue }
            let path = "/tasks/" + Request.segment(gid)
            if !fields[place].data.isEmpty {
                let put = Self.action("put", path, data: .object(fields[place].data), fields: ["gid", "permalink_url"])
                actions.append(Action(task: place, isTag: false, json: put))
            }
            guard task.changes.contains(.labels) else { continue }
            guard let now = present[gid] else {
                unread.insert(place)
                continue
            }
            let wanted = fields[place].tagIds(task, known)
            for id in wanted where !now.contains(id) {
                actions.append(Self.tag(place, path + "/addTag", id))
            }
            for id in now where !wanted.contains(id) && known.values.contains(id) {
                actions.append(Self.tag(place, path + "/removeTag", id))
            }
        }
        var outcomes = zip(tasks, fields).map { task, fields in
            var outcome = TaskOutcome(.unchanged)
            outcome.externalId = task.externalId
            outcome.warnings = fields.warnings
            return outcome
        }
        for place in unread where fields[place].data.isEmpty {
            outcomes[place] = .unknown("The task's tags could not be read; nothing was changed.")
        }
        try await perform(actions, on: &outcomes, api)
        return outcomes
    }

    /// Sends the actions, ten in a request, and notes in each task's outcome what became of them.
    private func perform(_ actions: [Action], on outcomes: inout [TaskOutcome], _ api: API) async throws {
        var start = 0
        while start < actions.count {
            let part = actions[start..<min(start + AsanaLimits.actionsMax, actions.count)]
            let (answers, requestId) = try await batch(part.map(\.json), .repeatable, api)
            for (answer, action) in zip(answers, part) {
                Self.note(answer, of: action, in: &outcomes[action.task])
                outcomes[action.task].vendorRequestId = requestId
            }
            start += part.count
        }
    }

    private static func note(_ answer: AsanaActionAnswer, of action: Action, in outcome: inout TaskOutcome) {
        guard outcome.kind == .unchanged || outcome.kind == .updated else { return }
        if answer.data != nil {
            outcome.kind = .updated
            outcome.url = answer.data?["permalink_url"]?.text ?? outcome.url
            return
        }
        let refused = updateOutcome(answer)
        if action.isTag, refused.kind == .refused || refused.kind == .notFound {
            outcome.warnings.append(
                Notice(
                    "label_not_set", field: "labels",
                    "Asana did not take a change of tags: \(answer.errors?.words ?? "no reason given")"))
        } else {
            outcome = refused
        }
    }

    private static func updateOutcome(_ answer: AsanaActionAnswer) -> TaskOutcome {
        answer.status == 404 && answer.errors != nil ? .notFound(exhaustive: true) : AsanaFailure.outcome(answer)
    }

    /// The tag ids that these tasks have now, by task id.
    private func tagsPresent(_ tasks: [ConnectorTask], _ api: API) async throws -> [String: [String]] {
        guard !tasks.isEmpty else { return [:] }
        let ids = tasks.compactMap(\.externalId)
        let actions = ids.map { Self.action("get", "/tasks/" + Request.segment($0), fields: ["gid", "tags.gid"]) }
        let (answers, _) = try await batch(actions, .none, api)
        var present: [String: [String]] = [:]
        for (id, answer) in zip(ids, answers) {
            guard case .array(let tags) = answer.data?["tags"] else { continue }
            present[id] = tags.compactMap { $0["gid"]?.text }
        }
        return present
    }

    /// Reads the current state of tasks in one batch request.
    public func fetch(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        let fields = [
            "gid", "name", "notes", "due_on", "completed", "modified_at", "permalink_url", "assignee.gid",
            "assignee.email", "tags.name",
        ]
        let actions = tasks.map { Self.action("get", "/tasks/" + Request.segment($0.externalId ?? ""), fields: fields) }
        let (answers, _) = try await batch(actions, .none, api)
        return zip(tasks, answers).map { task, answer in
            if answer.status == 404, answer.errors != nil { return .notFound(exhaustive: true) }
            // What tells of another task, or of none, is no answer.
            guard let data = answer.data, let gid = data["gid"]?.text, gid == task.externalId else {
                return AsanaFailure.outcome(answer)
            }
            var outcome = TaskOutcome.found(externalId: gid, url: data["permalink_url"]?.text)
            outcome.remote = Self.remote(data)
            return outcome
        }
    }

    private static func remote(_ data: JSONValue) -> RemoteTask {
        var labels: [String] = []
        if case .array(let tags) = data["tags"] { labels = tags.compactMap { $0["name"]?.text } }
        return RemoteTask(
            title: data["name"]?.text ?? "", description: data["notes"]?.text.map(TaskFields.withoutMarker),
            dueDate: data["due_on"]?.text,
            assignee: data["assignee"]?["email"]?.text, assigneeId: data["assignee"]?["gid"]?.text, labels: labels,
            done: data["completed"] == .bool(true),
            modifiedUnixMs: data["modified_at"]?.text.flatMap(UnixTime.milliseconds(iso8601:)) ?? 0)
    }
}
