import ConnectorJSON
import PatchbayConnectorKit

extension AsanaConnector {
    /// Looks tasks up by delivery id, in the way in which the attempts' kind of token let it travel: by the app's
    /// external id, or by the line in the notes.
    public func find(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        guard settings.attemptsUseExternalId else { return try await findByMarker(tasks, api) }
        guard settings.usesExternalId else {
            let words =
                "It was sent with an OAuth token, and only such a token of the same app sees the external id that it "
                + "went with."
            return tasks.map { _ in .unknown(words) }
        }
        return try await findByExternalId(tasks, api)
    }

    private func findByExternalId(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        var outcomes: [TaskOutcome] = []
        while outcomes.count < tasks.count {
            let part = tasks.dropFirst(outcomes.count).prefix(AsanaLimits.actionsMax)
            let actions = part.map {
                Self.action(
                    "get", "/tasks/external:" + Request.segment($0.deliveryId),
                    fields: ["gid", "permalink_url", "external"])
            }
            outcomes += zip(try await batch(actions, .none, api).answers, part).map(Self.lookedUp)
        }
        return outcomes
    }

    private static func lookedUp(_ answer: AsanaActionAnswer, _ task: ConnectorTask) -> TaskOutcome {
        if let data = answer.data, let gid = data["gid"]?.text, !PlainText.isBlank(gid) {
            let external = data["external"]?["gid"]?.text
            guard external == nil || external == task.deliveryId else {
                return .unknown("Asana showed another task than the one asked for.")
            }
            return .found(externalId: gid, url: data["permalink_url"]?.text)
        }
        if answer.isPlainMiss { return .notFound(exhaustive: true) }
        if answer.status == 404, answer.errors != nil { return .notFound(exhaustive: false) }
        return .unknown(answer.errors?.words ?? "Asana answered HTTP \(answer.status) to a look-up.")
    }

    private func findByMarker(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        var lookUp = MarkerLookUp(tasks, account: settings.account)
        // The list of the project follows a create at once; the search of the workspace lags.
        try await read("/tasks", [("project", settings.projectId)], into: &lookUp, api) { $0.isComplete }
        if lookUp.isWhole, !lookUp.missing.isEmpty { try await lookElsewhere(&lookUp, api) }
        return lookUp.outcomes
    }

    /// Looks where a person or a rule may have put a task that is no longer in our project, and so only before a miss
    /// would be certain.
    ///
    /// What proves is the lists, which follow every change at once: each other project that this account sees, and the
    /// tasks of those to whom the lost ones were assigned, in a project or not. They are bounded; what they leave out
    /// leaves the miss uncertain. The paid search goes before them, since one request of it mostly finds what there is.
    /// It proves nothing: it lags, and where it is not paid for it answers 402. So one place is seen only with a paid
    /// plan: a task that within the time of a look-up was taken out of all projects, or made a part of another, and is
    /// assigned to nobody. No list of the vendor's has it.
    private func lookElsewhere(_ lookUp: inout MarkerLookUp, _ api: API) async throws {
        try await search(into: &lookUp, api)
        guard !lookUp.missing.isEmpty else { return }
        guard let projects = try await otherProjects(&lookUp, api) else { return lookUp.leaveOpen() }
        for project in projects {
            if try await !isTold([("project", project)], into: &lookUp, api) { lookUp.leaveOpen() }
        }
        var people = ["me"]
        for id in lookUp.missing.compactMap(assignee) where !people.contains(id) { people.append(id) }
        if people.count > AsanaLimits.assigneesMax { lookUp.leaveOpen() }
        for person in people.prefix(AsanaLimits.assigneesMax) {
            let place = [("assignee", person), ("workspace", settings.workspaceId)]
            if try await isTold(place, into: &lookUp, api) { continue }
            // Of somebody who is not there, for example: what was not assigned to them need not be in their list.
            person == "me" ? lookUp.leaveOpen() : lookUp.leaveOpen(lookUp.missing.filter { assignee($0) == person })
        }
    }

    /// The user's id that the mapping has for a task's assignee.
    private func assignee(_ task: ConnectorTask) -> String? {
        task.assignee.flatMap { settings.assignees[$0.lowercased()] }
    }

    /// Reads one more list unless all is found. False for one that this account may not read.
    private func isTold(
        _ place: [(String, String)], into lookUp: inout MarkerLookUp, _ api: API
    ) async throws -> Bool {
        do {
            try await read("/tasks", place, into: &lookUp, api) { $0.missing.isEmpty }
            return true
        } catch let failure as CallFailure where failure.kind == .refused || failure.authReason == .forbidden {
            return false
        }
    }

    /// Reads a list of tasks until `isEnough` or its end.
    private func read(
        _ path: String, _ place: [(String, String)], into lookUp: inout MarkerLookUp, _ api: API,
        until isEnough: (MarkerLookUp) -> Bool
    ) async throws {
        var query = place + [("opt_fields", AsanaListedTask.fields(withExternal: settings.usesExternalId))]
        if let since = lookUp.sinceUnixMs { query.append(("modified_since", UnixTime.iso8601(since))) }
        var offsets: Set<String> = []
        var offset: String?
        while !isEnough(lookUp) {
            guard lookUp.mayAsk(), offsets.count < AsanaLimits.pagesMax else { return lookUp.leaveOpen() }
            let response = try await page(path, query, offset, api)
            let page = try StrictPage(asana: response)
            try lookUp.take(page, response)
            switch page.end {
            case .last: return
            case .next(let next) where offsets.insert(next).inserted: offset = next
            case .next, .untold: return lookUp.leaveOpen()
            }
        }
    }

    /// One page of a list. Throws the failure that the answer means.
    func page(
        _ path: String, _ query: [(String, String)], _ offset: String?, rows: Int = AsanaLimits.pageRows, _ api: API
    ) async throws -> Response {
        let place = [("limit", String(rows))] + (offset.map { [("offset", $0)] } ?? [])
        let response = try await api.send(
            Request("GET", "/api/1.0" + path, query: query + place, headers: [("accept", "application/json")]))
        guard response.succeeded else { throw AsanaFailure.read(response) }
        return response
    }
}
