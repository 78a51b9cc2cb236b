import ConnectorJSON
import PatchbayConnectorKit

extension JiraConnector {
    /// Brings over what changed, one issue after the other; closing and reopening is a transition of its own.
    public func update(_ tasks: [ConnectorTask], _ api: API) async throws -> [TaskOutcome] {
        var outcomes: [TaskOutcome] = []
        for task in tasks { outcomes.append(try await updated(task, api)) }
        return outcomes
    }

    private func updated(_ task: ConnectorTask, _ api: API) async throws -> TaskOutcome {
        let path = "/issue/" + Request.segment(task.externalId ?? "")
        let needsScreen = task.changes.contains(.priority) && task.priority != .none
        let made = IssueFields(updating: task, settings, needsScreen ? try await createScreen(api) : nil)
        var outcome = TaskOutcome(.unchanged)
        outcome.externalId = task.externalId
        outcome.warnings = made.warnings
        if !made.fields.isEmpty {
            let response = try await send("PUT", path, json: ["fields": .object(made.fields)], effect: .repeatable, api)
            outcome.vendorRequestId = JiraFailure.requestId(response)
            if try !succeeded(response) { return try refusal(response) }
            outcome.kind = .updated
        }
        if task.changes.contains(.status) {
            switch try await move(path, done: task.done, api) {
            case .moved: outcome.kind = .updated
            case .there: break
            case .impossible:
                outcome.warnings.append(
                    Notice(
                        "status_not_set", field: "status",
                        "The issue has no way to \(task.done ? "a closed" : "an open") state for this account."))
            case .gone: return .notFound(exhaustive: false)
            }
        }
        return outcome
    }

    private enum Move {
        case moved, there, impossible, gone
    }

    /// Takes the first transition that leads to a closed, or to an open, state.
    private func move(_ path: String, done: Bool, _ api: API) async throws -> Move {
        let read = try await send("GET", path, query: [("fields", "status")], api)
        if read.status == 404, read.jsonIfAny(JiraErrors.self)?.isRefusal == true { return .gone }
        guard read.succeeded else { throw JiraFailure.read(read) }
        let issue = try read.json(JiraIssue.self)
        if (issue.fields?["status"]?["statusCategory"]?["key"]?.text == "done") == done { return .there }
        let transitions = try await get(JiraTransitions.self, path + "/transitions", api).transitions ?? []
        guard let transition = transitions.first(where: { ($0.to?["statusCategory"]?["key"]?.text == "done") == done })
        else {
            return .impossible
        }
        let response = try await send(
            "POST", path + "/transitions", json: ["transition": ["id": .string(transition.id)]], effect: .repeatable,
            api)
        if try succeeded(response) { return .moved }
        let failure = JiraFailure.read(response)
        guard failure.kind == .refused else { throw failure }
        api.note("The transition was refused: \(failure.message)")
        return .impossible
    }

    /// What a refused update means for its task. Throws what means the whole call.
    private func refusal(_ response: Response) throws -> TaskOutcome {
        let failure = JiraFailure.read(response)
        guard failure.kind == .refused else { throw failure }
        screen.forget()
        var outcome: TaskOutcome =
            response.status == 404
            ? .notFound(exhaustive: false)
            : .refused(code: failure.code ?? "http_\(response.status)", field: failure.field, message: failure.message)
        outcome.vendorRequestId = failure.vendorRequestId
        return outcome
    }
}
