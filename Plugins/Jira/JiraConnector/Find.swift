import ConnectorJSON
import PatchbayConnectorKit

extension JiraConnector {
    /// Looks issues up by the property that carries the delivery id, among those made since the first attempt: those of
    /// our project, and those that this account made, wherever they are now, because a person or a rule may have moved
    /// an issue to another project. What was moved to where this account may not look is not seen.
    public func find(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        let site = try await reachedSite(api)
        var lookUp = PropertyLookUp(tasks, account: settings.account)
        let project = settings.projectKey.filter { $0 != "\"" && $0 != "\\" }
        let window = lookUp.sinceUnixMs.map { " AND created >= \($0)" } ?? ""
        var body: [String: JSONValue] = [
            "jql": .string("(project = \"\(project)\" OR creator = currentUser())\(window) ORDER BY created ASC"),
            "fields": JiraListedIssue.fields, "properties": [.string(deliveryProperty)],
            "maxResults": .integer(Int64(JiraLimits.pageRows)),
        ]
        var tokens: Set<String> = []
        while tokens.count < JiraLimits.pagesMax, !lookUp.isComplete {
            let response = try await send("POST", "/search/jql", json: .object(body), api)
            guard response.succeeded else { throw JiraFailure.read(response) }
            let page = try JiraPage(response)
            lookUp.take(page)
            if case .last = page.end { lookUp.isAtEnd = true }
            guard case .next(let token) = page.end, tokens.insert(token).inserted else { break }
            body["nextPageToken"] = .string(token)
        }
        return lookUp.outcomes(browse: site.url + "/browse/")
    }

    /// Reads the current state of issues. Those that are gone or not visible are missing in the answer.
    public func fetch(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        let site = try await reachedSite(api)
        let ids = tasks.map { JSONValue.string($0.externalId ?? "") }
        // Without a list of fields the answer holds those that a person can see, and they are what is read below.
        let response = try await send("POST", "/issue/bulkfetch", json: ["issueIdsOrKeys": .array(ids)], api)
        guard response.succeeded else { throw JiraFailure.read(response) }
        let issues = try response.json(JiraFetched.self).issues
        return tasks.map { task in
            guard let issue = issues.first(where: { $0.id == task.externalId || $0.key == task.externalId }) else {
                return .notFound(exhaustive: false)
            }
            var outcome = TaskOutcome.found(
                externalId: issue.id, displayId: issue.key, url: site.url + "/browse/" + issue.key)
            outcome.remote = Self.remote(issue.fields ?? [:])
            return outcome
        }
    }

    private static func remote(_ fields: [String: JSONValue]) -> RemoteTask {
        var labels: [String] = []
        if case .array(let values) = fields["labels"] { labels = values.compactMap(\.text) }
        let description = RichText.text(fields["description"])
        let priority: Priority =
            switch fields["priority"]?["name"]?.text?.lowercased() {
            case "highest": .urgent
            case "high": .high
            case "medium": .medium
            case "low", "lowest": .low
            default: .none
            }
        return RemoteTask(
            title: fields["summary"]?.text ?? "", description: description.isEmpty ? nil : description,
            dueDate: fields["duedate"]?.text, assignee: fields["assignee"]?["emailAddress"]?.text,
            assigneeId: fields["assignee"]?["accountId"]?.text, priority: priority, labels: labels,
            done: fields["status"]?["statusCategory"]?["key"]?.text == "done",
            modifiedUnixMs: fields["updated"]?.text.flatMap(UnixTime.milliseconds(iso8601:)) ?? 0)
    }
}
