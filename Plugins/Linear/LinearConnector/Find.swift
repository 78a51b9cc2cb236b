import PatchbayConnectorKit

extension LinearConnector {
    static let briefDocument = """
        query($ids: [ID!]!, $first: Int!) {
          issues(filter: {id: {in: $ids}}, includeArchived: true, first: $first) { nodes { id identifier url } } }
        """

    private static let fullDocument = """
        query($ids: [ID!]!, $first: Int!) {
          issues(filter: {id: {in: $ids}}, includeArchived: true, first: $first) {
            nodes { id identifier url title description dueDate priority updatedAt archivedAt trashed
              state { type } assignee { id email } labels(first: 50) { nodes { id name } } } } }
        """

    /// Issues by id, in lower case. Those that are not there are missing.
    func issues(_ ids: [String], _ document: String, _ api: API) async throws -> [String: LinearIssue] {
        let variables: [String: JSONValue] = ["ids": .array(ids.map { .string($0) }), "first": .integer(Int64(max(ids.count, 1)))]
        let (data, _) = try await query([String: LinearPage<LinearIssue>].self, document, variables, api)
        guard let page = data["issues"] else { throw CallFailure.protocolError("Linear's answer has no issues.") }
        return Dictionary(page.nodes.map { ($0.id.lowercased(), $0) }) { first, _ in first }
    }

    /// Looks issues up by their own ids, which are the delivery ids.
    public func find(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        let found = try await refusedAsCall { try await issues(tasks.map(\.deliveryId), Self.briefDocument, api) }
        return tasks.map { task in
            guard let issue = found[task.deliveryId.lowercased()] else { return .notFound(exhaustive: true) }
            return .found(externalId: issue.id, displayId: issue.identifier, url: issue.url)
        }
    }

    /// Reads the current state of issues.
    public func fetch(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        let found = try await refusedAsCall { try await issues(tasks.map { $0.externalId ?? "" }, Self.fullDocument, api) }
        return tasks.map { task in
            guard let issue = found[(task.externalId ?? "").lowercased()] else { return .notFound(exhaustive: true) }
            var outcome = TaskOutcome.found(externalId: issue.id, displayId: issue.identifier, url: issue.url)
            outcome.remote = Self.remote(issue)
            return outcome
        }
    }

    private static func remote(_ issue: LinearIssue) -> RemoteTask {
        let priorities: [Int: Priority] = [1: .urgent, 2: .high, 3: .medium, 4: .low]
        return RemoteTask(
            title: issue.title ?? "", description: issue.description, dueDate: issue.dueDate, assignee: issue.assignee?.email,
            assigneeId: issue.assignee?.id, priority: issue.priority.flatMap { Int(exactly: $0) }.flatMap { priorities[$0] } ?? .none,
            labels: issue.labels?.nodes.map(\.name) ?? [], done: issue.state?.type == "completed",
            deleted: issue.trashed == true || issue.archivedAt != nil,
            modifiedUnixMs: issue.updatedAt.flatMap(UnixTime.milliseconds(iso8601:)) ?? 0)
    }
}
