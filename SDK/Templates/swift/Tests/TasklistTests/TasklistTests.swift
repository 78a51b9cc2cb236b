import PatchbayConnectorJSON
import PatchbayConnectorKit
import TasklistConnector
import Testing

@Suite("Tasklist")
struct TasklistTests {
    private let harness: ConnectorHarness<TasklistConnector>
    private let task = ConnectorTask(deliveryId: "d-1", title: "Say \"hi\"", dueDate: "2026-08-01")

    init() throws {
        harness = try ConnectorHarness(
            TasklistConnector.self, Opening(settings: ["list": .text("house")], tokenKind: "api-key"))
    }

    @Test("a task is created under the key of its delivery, so that twice is once")
    func creates() throws {
        let trace = harness.call(.create, [task], answers: [Response(status: 201, text: #"{"id": "T-9"}"#)])
        #expect(trace.outcomes.map(\.externalId) == ["T-9"])
        let request = try #require(trace.requests.first)
        #expect(request.effect == .repeatable)
        #expect(try JSONText.decode([String: String].self, from: try #require(request.body))["key"] == "d-1")
    }

    @Test("what is not understood is not taken for a success or a refusal")
    func notUnderstood() {
        let trace = harness.call(.create, [task], answers: [Response(status: 201, text: #"{"id": "T-"#)])
        #expect(trace.failure?.kind == .protocolError)
    }

    @Test("a look-up is sure of a miss only after an answer that shows the whole list")
    func finds() throws {
        let rows = #"{"tasks": [{"id": "T-9", "key": "d-1"}], "more": false}"#
        #expect(find(rows).outcomes.map(\.externalId) == ["T-9"])
        #expect(find(#"{"tasks": [], "more": false}"#).outcomes == [.notFound(exhaustive: true)])
        #expect(find(#"{"tasks": [], "more": true}"#).outcomes == [.notFound(exhaustive: false)])
        #expect(find(#"{"tasks": [], "more": false, "errors": [{}]}"#).outcomes == [.notFound(exhaustive: false)])
    }

    @Test(
        "an answer that says nothing is no miss",
        arguments: [
            "{}", "null", "[]", #"{"tasks": null, "more": false}"#, #"{"tasks": []}"#,
            #"{"tasks": [{}], "more": false}"#,
            #"{"tasks": [{"id": "T-9"}], "more": false}"#,
        ])
    func silence(_ body: String) { #expect(find(body).failure?.kind == .protocolError) }

    private func find(_ body: String) -> ConnectorHarness<TasklistConnector>.Trace {
        harness.call(.find, [task], answers: [Response(status: 200, text: body)])
    }

    @Test("a check tells whom the token belongs to")
    func checks() {
        let trace = harness.call(.check, answers: [Response(status: 200, text: #"{"id": "ann", "name": "Ann"}"#)])
        #expect(trace.result == .account(Account(id: "ann", name: "Ann")))
    }

    @Test("a wait that the service asks for is passed on")
    func throttled() {
        let trace = harness.call(.create, [task], answers: [Response(status: 429, headers: [("retry-after", "7")])])
        #expect(trace.failure?.kind == .throttled && trace.failure?.retryAfterMs == 7_000)
    }
}
