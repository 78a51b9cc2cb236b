import AsanaConnector
import JiraConnector
import LinearConnector
import PatchbayConnectorKit
import Testing

@Suite("What connectors say of their targets and look-ups") struct TargetTests {
    private func target(_ descriptor: Descriptor) -> [String] { descriptor.settings.filter(\.isTarget).map(\.name) }

    @Test("the settings of the place are part of the target, and no others")
    func settings() {
        #expect(target(AsanaConnector.descriptor) == ["workspaceId", "projectId"])
        #expect(target(JiraConnector.descriptor) == ["host", "projectKey"])
        #expect(target(LinearConnector.descriptor) == ["teamId"])
    }

    @Test("paths where a POST only reads are named, and none that also writes")
    func readingPaths() {
        #expect(JiraConnector.descriptor.readingPaths == ["/rest/api/3/search/jql", "/rest/api/3/issue/bulkfetch"])
        #expect(AsanaConnector.descriptor.readingPaths.isEmpty && LinearConnector.descriptor.readingPaths.isEmpty)
        // Linear takes our id for the issue's own, so that a repeat makes nothing new.
        #expect(LinearConnector.descriptor.createRepeatable && !JiraConnector.descriptor.createRepeatable)
        #expect(!AsanaConnector.descriptor.createRepeatable)
    }

    private func lookUps(_ team: String) throws -> Account.LookUps {
        let owner = Trying.answer(200, #"{"data":{"viewer":{"id":"u","name":"Ann"},"organization":{"urlKey":"acme"}}}"#)
        let harness = try ConnectorHarness(
            LinearConnector.self, Opening(settings: Trying.linearSettings, tokenKind: "api-key"))
        let trace = harness.call(.check, answers: [owner, Trying.answer(200, #"{"data":\#(team)}"#)])
        guard case .account(let account) = trace.result else {
            throw trace.failure ?? CallFailure(.protocolError, "no account")
        }
        return account.lookUps
    }

    @Test("Linear's look-ups are proved where the team is seen and its issues can be read, which one query asks")
    func linear() throws {
        let team =
            #"""
            "teams":{"nodes":[{"id":"9cfb482a-81e3-4154-b5b9-2c805e70a02d","name":"T"}],\#
            "pageInfo":{"hasNextPage":false}}
            """#
        let issues = #""issues":{"nodes":[{"id":"i"}],"pageInfo":{"hasNextPage":true,"endCursor":"c"}}"#
        #expect(try lookUps("{\(team),\(issues)}") == .proved)
        #expect(try lookUps("{\(team)}") == .notTold)
        #expect(try lookUps(#"{\#(team),"issues":null}"#) == .notTold)
        #expect(try lookUps(#"{"teams":{"nodes":[]},\#(issues)}"#) == .notTold)
        #expect(throws: CallFailure.self) { try lookUps(#"{\#(team),"issues":{"nodes":null}}"#) }
    }

    @Test("Linear's misses use no window and name no candidates")
    func window() throws {
        let none = Trying.answer(200, #"{"data":{"issues":{"nodes":[],"pageInfo":{"hasNextPage":false}}}}"#)
        let harness = try ConnectorHarness(
            LinearConnector.self, Opening(settings: Trying.linearSettings, tokenKind: "api-key"))
        #expect(harness.call(.find, [Trying.plain()], answers: [none]).outcomes == [.notFound(exhaustive: true)])
    }
}
