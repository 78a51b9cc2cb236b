import PatchbayConnectorKit

extension LinearConnector {
    private static let updateDocument = """
        mutation($id: String!, $input: IssueUpdateInput!) {
          issueUpdate(id: $id, input: $input) { success issue { id identifier url } } }
        """

    private struct Updated: Decodable, Sendable {
        struct Payload: Decodable, Sendable {
            let success: Bool
            let issue: LinearIssue?
        }

        let issueUpdate: Payload
    }

    /// Brings over what changed, one issue after the other.
    public func update(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        let known = try await refusedAsCall { try await lookUp(tasks, toggles: { $0.changes.contains(.status) }, api) }
        var outcomes: [TaskOutcome] = []
        for task in tasks { outcomes.append(try await updated(task, known, api)) }
        return outcomes
    }

    private func updated(_ task: ConnectorTask, _ known: LookedUp, _ api: API) async throws -> TaskOutcome {
        let input = IssueInput(updating: task, settings, known)
        guard !input.fields.isEmpty else {
            var outcome = TaskOutcome(.unchanged)
            outcome.externalId = task.externalId
            outcome.warnings = input.warnings
            return outcome
        }
        do {
            let variables: [String: JSONValue] = ["id": .string(task.externalId ?? ""), "input": .object(input.fields)]
            let (data, requestId) = try await query(
                Updated.self, Self.updateDocument, variables, effect: .repeatable, api)
            guard data.issueUpdate.success, let issue = data.issueUpdate.issue else {
                return .unknown("Linear says that the update did not succeed, and gives no error.")
            }
            var outcome = TaskOutcome.updated(
                externalId: issue.id, displayId: issue.identifier, url: issue.url, warnings: input.warnings)
            outcome.vendorRequestId = requestId
            return outcome
        } catch let refusal as LinearRefusal {
            forgetLookUps()
            if refusal.isNotFound { return .notFound(exhaustive: true) }
            return .refused(code: refusal.code, message: refusal.message)
        }
    }
}
