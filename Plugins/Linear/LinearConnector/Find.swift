import PatchbayConnectorKit

extension LinearConnector {
    static let briefDocument = """
        query($ids: [ID!]!, $first: Int!) {
          issues(filter: {id: {in: $ids}}, includeArchived: true, first: $first) {
            nodes { id identifier url } pageInfo { hasNextPage endCursor } } }
        """

    private static let fullDocument = """
        query($ids: [ID!]!, $first: Int!) {
          issues(filter: {id: {in: $ids}}, includeArchived: true, first: $first) {
            nodes { id identifier url title description dueDate priority updatedAt archivedAt trashed
              state { type } assignee { id email } labels(first: 50) { nodes { id name } } }
            pageInfo { hasNextPage endCursor } } }
        """

    /// Issues by id, and whether the answer told that there are no more: then those that are missing are not there.
    struct Seen {
        /// By id, in lower case.
        let issues: [String: LinearIssue]
        let isWhole: Bool

        subscript(id: String) -> LinearIssue? { issues[id.lowercased()] }
    }

    /// Reads issues by their ids, wherever they are now, archived and trashed ones too.
    func issues(_ ids: [String], _ document: String, _ api: API) async throws -> Seen {
        let variables: [String: JSONValue] = [
            "ids": .array(ids.map { .string($0) }), "first": .integer(Int64(max(ids.count, 1))),
        ]
        let (data, _) = try await query([String: LinearPage<LinearIssue>].self, document, variables, isProof: true, api)
        guard let page = data["issues"] else { throw CallFailure.protocolError("Linear's answer has no issues.") }
        let asked = Set(ids.map { $0.lowercased() })
        // An issue that nobody asked for shows that another question was answered.
        guard page.nodes.allSatisfy({ asked.contains($0.id.lowercased()) }) else {
            throw CallFailure.protocolError("Linear's answer holds an issue that was not asked for.")
        }
        let issues = Dictionary(page.nodes.map { ($0.id.lowercased(), $0) }) { first, _ in first }
        return Seen(issues: issues, isWhole: page.pageInfo?.hasNextPage == false)
    }

    /// Looks issues up by their own ids, which are the delivery ids.
    public func find(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        let seen = try await refusedAsCall { try await issues(tasks.map(\.deliveryId), Self.briefDocument, api) }
        return tasks.map { task in
            guard let issue = seen[task.deliveryId] else { return .notFound(exhaustive: seen.isWhole) }
            return .found(externalId: issue.id, displayId: issue.identifier, url: issue.url)
        }
    }

    /// Reads the current state of issues.
    public func fetch(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        let seen = try await refusedAsCall {
            try await issues(tasks.map { $0.externalId ?? "" }, Self.fullDocument, api)
        }
        return tasks.map { task in
            guard let issue = seen[task.externalId ?? ""] else { return .notFound(exhaustive: seen.isWhole) }
            var outcome = TaskOutcome.found(externalId: issue.id, displayId: issue.identifier, url: issue.url)
            outcome.remote = Self.remote(issue)
            return outcome
        }
    }

    private static func remote(_ issue: LinearIssue) -> RemoteTask {
        let priorities: [Int: Priority] = [1: .urgent, 2: .high, 3: .medium, 4: .low]
        return RemoteTask(
            title: issue.title ?? "", description: issue.description, dueDate: issue.dueDate,
            assignee: issue.assignee?.email,
            assigneeId: issue.assignee?.id,
            priority: issue.priority.flatMap { Int(exactly: $0) }.flatMap { priorities[$0] } ?? .none,
            labels: issue.labels?.nodes.map(\.name) ?? [], done: issue.state?.type == "completed",
            deleted: issue.trashed == true || issue.archivedAt != nil,
            modifiedUnixMs: issue.updatedAt.flatMap(UnixTime.milliseconds(iso8601:)) ?? 0)
    }
}
