import LinearConnector
import PatchbayConnectorKit
import Testing

/// What is asked of Linear beside creates.
extension LinearTests {
    @Test("an update sends what changed and clears what is gone")
    func update() throws {
        var task = Trying.plain()
        task.changes = [.due, .assignee, .priority, .status]
        let answer = Trying.answer(
            200,
            #"{"data":{"issueUpdate":{"success":true,"issue":{"id":"e","identifier":"ENG-1","url":"https://l/1"}}}}"#)
        let trace = try harness().call(.update, [task], answers: [states, answer])
        #expect(trace.requests[1].effect == .repeatable && trace.outcomes.first?.kind == .updated)
        #expect(
            trace.requests[1].value["variables"] == [
                "id": "ext-1", "input": ["dueDate": .null, "assigneeId": .null, "priority": 0, "stateId": "s-1"],
            ])
        let gone = error("Entity not found: Issue", code: "INPUT_ERROR", type: "invalid input")
        #expect(try harness().call(.update, [task], answers: [states, gone]).outcomes.first?.kind == .notFound)
    }

    @Test("the current state is read back")
    func fetch() throws {
        let answer = Trying.answer(
            200,
            #"""
            {"data":{"issues":{"nodes":[{"id":"ext-1","identifier":"ENG-1","url":"https://l/1","title":"T",
            "description":"D","dueDate":"2026-05-11","priority":1,"updatedAt":"2026-05-11T10:00:00.000Z",
            "archivedAt":null,"trashed":true,"state":{"type":"completed"},"assignee":{"id":"u","email":"a@b.c"},
            "labels":{"nodes":[{"id":"l","name":"ops"}]}}]}}}
            """#
        )
        let trace = try harness().call(.fetch, [Trying.plain(1), Trying.plain(2)], answers: [answer])
        #expect(trace.outcomes[1].kind == .notFound)
        #expect(
            trace.outcomes[0].remote
                == RemoteTask(
                    title: "T", description: "D", dueDate: "2026-05-11", assignee: "a@b.c", assigneeId: "u",
                    priority: .urgent,
                    labels: ["ops"],
                    done: true, deleted: true, modifiedUnixMs: 1_778_493_600_000))
    }

    @Test("a check says when the team is not there")
    func check() throws {
        let owner = Trying.answer(
            200,
            #"""
            {"data":{"viewer":{"id":"u","name":"Ann","email":"a@b.c"},"organization":{"id":"o","name":null,\#
            "urlKey":"acme"}}}
            """#
        )
        let none = Trying.answer(200, #"{"data":{"teams":{"nodes":[]}}}"#)
        guard case .account(let account) = try harness().call(.check, answers: [owner, none]).result else {
            throw CallFailure(.protocolError, "no account")
        }
        #expect(account.place == "acme" && account.problems.map(\.code) == ["team_not_found"])
    }

    @Test("the same operation gives the same bytes")
    func pure() throws {
        let tasks = (1...50).map(Trying.full)
        let first = try harness().call(.create, tasks, answers: [labels])
        #expect(
            first.requests == (try harness().call(.create, tasks, answers: [labels])).requests
                && first.requests.count == 2)
    }
}
