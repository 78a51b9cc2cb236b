import ConnectorJSON
import PatchbayConnectorKit

extension JiraConnector {
    /// Creates all tasks in one bulk request.
    public func create(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        let site = try await reachedSite(api)
        let screen = tasks.contains(where: IssueFields.needsScreen) ? try await createScreen(api) : nil
        let unassignable = self.unassignable.elements
        let made = tasks.map { IssueFields(creating: $0, settings, screen, unassignable: unassignable) }
        let updates: [JSONValue] = zip(tasks, made).map { task, made in
            [
                "fields": .object(made.fields),
                "properties": [["key": .string(deliveryProperty), "value": ["id": .string(task.deliveryId)]]],
            ]
        }
        let response = try await send(
            "POST", "/issue/bulk", json: ["issueUpdates": .array(updates)], effect: .once, api)
        let answer = try Self.bulkAnswer(response, tasks.count)
        var outcomes = Self.outcomes(answer, tasks.count, site.url)
        sendAgain(answer, made, &outcomes)
        for place in outcomes.indices {
            if outcomes[place].kind == .created { outcomes[place].warnings = made[place].warnings }
            outcomes[place].vendorRequestId = JiraFailure.requestId(response)
        }
        // A refusal may mean that the screen has changed since it was looked up.
        if outcomes.contains(where: { $0.kind == .refused }) { self.screen.forget() }
        return outcomes
    }

    /// What was refused for its assignee alone goes without one, at once and from now on: they may have left, and no
    /// task waits for that.
    private func sendAgain(_ answer: JiraBulkAnswer, _ made: [IssueFields], _ outcomes: inout [TaskOutcome]) {
        for failed in answer.errors ?? [] where failed.elementErrors?.isAboutAssignee == true {
            let place = failed.failedElementNumber
            guard outcomes.indices.contains(place), outcomes[place].kind == .refused, let id = made[place].assigneeId
            else { continue }
            unassignable.insert([id])
            outcomes[place] = .again(outcomes[place].message ?? "")
        }
    }

    /// The parts of the answer. A 400 that names no part is about the whole request: smaller ones will tell which task
    /// it is.
    private static func bulkAnswer(_ response: Response, _ count: Int) throws -> JiraBulkAnswer {
        if response.succeeded { return try response.json(JiraBulkAnswer.self) }
        if response.isTooLarge, count > 1 { throw CallFailure.split("Jira answered HTTP 413: \(response.excerpt)") }
        if response.status == 400 {
            if let answer = response.jsonIfAny(JiraBulkAnswer.self), answer.errors?.isEmpty == false { return answer }
            if let errors = response.jsonIfAny(JiraErrors.self), errors.isRefusal {
                if count > 1 { throw CallFailure.split(errors.words) }
                return JiraBulkAnswer(
                    issues: [], errors: [.init(status: 400, failedElementNumber: 0, elementErrors: errors)])
            }
        }
        throw JiraFailure.read(response)
    }

    /// One outcome for each task. The failed parts say their place; the others are in order, which is not promised:
    /// unless the numbers add up and the ids ascend, as they do when issues are made in order, the others stay unknown.
    static func outcomes(_ answer: JiraBulkAnswer, _ count: Int, _ siteURL: String) -> [TaskOutcome] {
        var outcomes = [TaskOutcome](
            repeating: .unknown("Jira's answer does not tell whether this issue was made."), count: count)
        var open = Set(0..<count)
        for failed in answer.errors ?? [] {
            guard open.remove(failed.failedElementNumber) != nil else { continue }
            outcomes[failed.failedElementNumber] = outcome(failed)
        }
        let issues = answer.issues ?? []
        let numbers = issues.compactMap { Int64($0.id) }
        let ascending = numbers.count == issues.count && zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
        guard issues.count == open.count, ascending || issues.count == 1 else { return outcomes }
        guard issues.allSatisfy({ !PlainText.isBlank($0.id) && !PlainText.isBlank($0.key) }) else { return outcomes }
        for (place, issue) in zip(open.sorted(), issues) {
            outcomes[place] = .created(
                externalId: issue.id, displayId: issue.key, url: siteURL + "/browse/" + issue.key)
        }
        return outcomes
    }

    private static func outcome(_ failed: JiraBulkAnswer.Failed) -> TaskOutcome {
        let words = failed.elementErrors?.words ?? "Jira gave no reason."
        // A place that gives neither a status nor a reason refuses nothing.
        guard let status = failed.status ?? (failed.elementErrors?.isRefusal == true ? 400 : nil) else {
            return .unknown(words)
        }
        switch status {
        case 401, 429: return .deferred(words)
        case 400...499:
            return .refused(
                code: failed.elementErrors?.code(status: status) ?? "http_\(status)",
                field: failed.elementErrors?.field, message: words)
        default: return .unknown(words)
        }
    }
}
