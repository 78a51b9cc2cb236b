import ConnectorJSON
import PatchbayConnectorKit

extension JiraConnector {
    /// Looks issues up by the property that carries the delivery id, among those made since the first attempt.
    public func find(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        let site = try await reachedSite(api)
        let since = max(tasks.map(\.attemptedUnixMs).min() ?? 0, 0)
        let project = settings.projectKey.filter { $0 != "\"" && $0 != "\\" }
        var body: [String: JSONValue] = [
            "jql": .string("project = \"\(project)\" AND created >= \(since) ORDER BY created ASC"),
            "fields": ["summary"], "properties": [.string(deliveryProperty)], "maxResults": .integer(Int64(JiraLimits.pageRows)),
        ]
        var wanted = Set(tasks.map(\.deliveryId))
        var found: [String: JiraIssues.Issue] = [:]
        var complete = false
        for _ in 0..<JiraLimits.pagesMax where !complete && !wanted.isEmpty {
            let response = try await send("POST", "/search/jql", json: .object(body), api)
            guard response.succeeded else { throw JiraFailure.read(response) }
            let page = try response.json(JiraIssues.self)
            for issue in page.issues ?? [] {
                guard let id = issue.properties?[deliveryProperty]?["id"]?.text, wanted.remove(id) != nil else { continue }
                found[id] = issue
            }
            let next = page.nextPageToken.map(JSONValue.string)
            complete = next == nil || page.isLast == true || next == body["nextPageToken"]
            body["nextPageToken"] = next
        }
        return tasks.map { task in
            guard let issue = found[task.deliveryId] else { return .notFound(exhaustive: complete) }
            return .found(externalId: issue.id, displayId: issue.key, url: site.url + "/browse/" + issue.key)
        }
    }

    /// Reads the current state of issues. Those that are gone or not visible are missing in the answer.
    public func fetch(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        let site = try await reachedSite(api)
        let ids = tasks.map { JSONValue.string($0.externalId ?? "") }
        // Without a list of fields the answer holds those that a person can see, and they are what is read below.
        let response = try await send("POST", "/issue/bulkfetch", json: ["issueIdsOrKeys": .array(ids)], api)
        guard response.succeeded else { throw JiraFailure.read(response) }
        let issues = try response.json(JiraIssues.self).issues ?? []
        return tasks.map { task in
            guard let issue = issues.first(where: { $0.id == task.externalId || $0.key == task.externalId }) else {
                return .notFound(exhaustive: false)
            }
            var outcome = TaskOutcome.found(externalId: issue.id, displayId: issue.key, url: site.url + "/browse/" + issue.key)
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
