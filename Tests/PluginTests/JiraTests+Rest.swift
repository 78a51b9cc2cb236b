import JiraConnector
import PatchbayConnectorKit
import Testing

/// What is asked of Jira beside creates.
extension JiraTests {
    @Test("closing an issue takes the transition that leads to a closed state")
    func transition() throws {
        var task = Trying.plain()
        task.changes = [.title, .status]
        task.done = true
        let answers = [
            Response(status: 204),
            Trying.answer(200, #"{"id":"1","key":"ENG-1","fields":{"status":{"statusCategory":{"key":"new"}}}}"#),
            Trying.answer(
                200,
                #"""
                {"transitions":[{"id":"11","to":{"statusCategory":{"key":"indeterminate"}}},{"id":"31",
                "to":{"statusCategory":{"key":"done"}}}]}
                """#
            ),
            Response(status: 204),
        ]
        let trace = try harness().call(.update, [task], answers: answers)
        #expect(
            trace.requests.map(\.method) == ["PUT", "GET", "GET", "POST"] && trace.outcomes.first?.kind == .updated)
        #expect(trace.requests[0].value == ["fields": ["summary": "Task 1"]])
        #expect(trace.requests[3].value == ["transition": ["id": "31"]])
    }

    @Test("a check finds required fields that nobody fills in and remembers the site")
    func check() throws {
        let answers = [
            Trying.answer(200, #"[{"id":"c-1","url":"https://example.atlassian.net"}]"#),
            Trying.answer(200, #"{"accountId":"a","displayName":"Ann","emailAddress":null}"#),
            Trying.answer(200, #"{"key":"ENG","name":"Engine"}"#),
            types,
            screen(#",{"fieldId":"customfield_1","name":"Cost centre","required":true,"hasDefaultValue":false}"#),
            JiraSite.permissions(see: true, add: true),
        ]
        let trace = try harness("oauth").call(.check, answers: answers)
        guard case .account(let account) = trace.result else { throw CallFailure(.protocolError, "no account") }
        #expect(account.facts == ["cloudId": "c-1", "siteUrl": "https://example.atlassian.net"])
        #expect(account.problems.map(\.field) == ["Cost centre"])
    }

    @Test("what an answer tells of limits is passed on")
    func budget() throws {
        let answer = Trying.answer(
            201, #"{"issues":[{"id":"1","key":"ENG-1"}],"errors":[]}"#,
            [("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "7")])
        let trace = try harness().call(.create, [Trying.plain()], answers: [answer])
        #expect(trace.budgetFacts == [BudgetFact("burst", limit: 100, remaining: 7)])
    }

    @Test("the same operation gives the same bytes")
    func pure() throws {
        let tasks = (1...50).map(Trying.full)
        let first = try harness().call(.create, tasks, answers: [types, screen()])
        #expect(
            first.requests == (try harness().call(.create, tasks, answers: [types, screen()])).requests
                && first.requests.count == 3)
    }
}
