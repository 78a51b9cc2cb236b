import PatchbayConnectorKit

extension LinearConnector {
    private static let createDocument = """
        mutation($input: IssueBatchCreateInput!) {
          issueBatchCreate(input: $input) { success issues { id identifier url } } }
        """

    private struct Created: Decodable, Sendable {
        struct Payload: Decodable, Sendable {
            let success: Bool
            let issues: [LinearIssue]
        }

        let issueBatchCreate: Payload
    }

    /// Creates all tasks in one transaction; the delivery id is the issue's id, so that a second create of it makes
    /// nothing new.
    public func create(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        try await learnPeople(tasks, api)
        let known = try await refusedAsCall { try await lookUp(tasks, toggles: \.done, api) }
        let inputs = tasks.map { IssueInput(creating: $0, settings, known) }
        let answer: (data: Created, requestId: String?)
        do {
            answer = try await query(
                Created.self, Self.createDocument, ["input": ["issues": .array(inputs.map { .object($0.fields) })]],
                effect: .once, api)
        } catch let refusal as LinearRefusal {
            forgetLookUps()
            if refusal.code == "GRAPHQL_VALIDATION_FAILED" { throw refusal.callFailure }
            let isLearnt = refusal.isAboutAssignee && people.learn(refused: inputs.compactMap(\.assigneeId))
            guard tasks.count == 1 else { throw CallFailure.split(refusal.message) }
            if refusal.isConflict { return [await existing(tasks[0], refusal, api)] }
            return [isLearnt ? .again(refusal.message) : Self.refused(refusal)]
        }
        guard answer.data.issueBatchCreate.success else {
            throw CallFailure.protocolError("Linear says that the batch did not succeed, and gives no error.")
        }
        let issues = Dictionary(answer.data.issueBatchCreate.issues.map { ($0.id.lowercased(), $0) }) { first, _ in
            first
        }
        return zip(tasks, inputs).map { task, input in
            var outcome: TaskOutcome
            if let issue = issues[task.deliveryId.lowercased()] {
                outcome = .created(
                    externalId: issue.id, displayId: issue.identifier, url: issue.url, warnings: input.warnings)
            } else {
                outcome = .unknown("Linear's answer does not hold this issue.")
            }
            outcome.vendorRequestId = answer.requestId
            return outcome
        }
    }

    private static func refused(_ refusal: LinearRefusal) -> TaskOutcome {
        var outcome = TaskOutcome.refused(code: refusal.code, message: refusal.message)
        outcome.vendorRequestId = refusal.requestId
        return outcome
    }

    /// The issue that has the delivery id already. When it cannot be read, the task is unknown, never refused: it
    /// exists.
    private func existing(_ task: ConnectorTask, _ refusal: LinearRefusal, _ api: API) async -> TaskOutcome {
        do {
            let seen = try await issues([task.deliveryId], Self.briefDocument, api)
            guard let issue = seen[task.deliveryId] else {
                return .unknown("Linear knows the delivery id, but shows no issue with it: \(refusal.message)")
            }
            return .found(externalId: issue.id, displayId: issue.identifier, url: issue.url)
        } catch {
            return .unknown("Linear knows the delivery id, but the issue could not be read: \(refusal.message)")
        }
    }

    /// A refusal may mean that labels or states have changed since they were looked up.
    func forgetLookUps() {
        labels.forget()
        states.forget()
    }

    /// A refused look-up means the whole call: the team, most likely. A refusal without a code of Linear's is some
    /// gateway's.
    func refusedAsCall<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let refusal as LinearRefusal {
            throw refusal.isCoded ? refusal.callFailure : CallFailure.protocolError(refusal.message)
        }
    }
}
