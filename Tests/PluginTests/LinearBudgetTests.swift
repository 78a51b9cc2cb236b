import PatchbayConnectorKit
import Testing

@testable import LinearConnector

@Suite struct LinearBudgetTests {
    @Test("a limit of one operation has that operation's name, where it is a name")
    func endpoint() {
        for (name, scope) in [("issueCreate", "endpoint issueCreate"), ("a b\u{1B}", "endpoint"), ("", "endpoint")] {
            let answer = Trying.answer(
                200, "{}",
                [
                    ("x-ratelimit-endpoint-requests-limit", "60"), ("x-ratelimit-endpoint-requests-remaining", "3"),
                    ("x-ratelimit-endpoint-name", name),
                ])
            #expect(LinearBudget.facts(answer) == [BudgetFact(scope, limit: 60, remaining: 3)])
        }
    }
}
