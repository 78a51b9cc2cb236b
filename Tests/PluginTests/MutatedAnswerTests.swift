import AsanaConnector
import JiraConnector
import LinearConnector
import PatchbayConnectorKit
import Testing

/// Good answers with bytes changed, cut and doubled: the connector must end every call in a way that holds together.
@Suite("Mutated answers") struct MutatedAnswerTests {
    /// A generator whose whole run follows from its seed, so that a failure can be repeated.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private static let asana = [
        #"{"data":[{"gid":"77","name":"ops"}],"next_page":{"offset":"o"}}"#,
        #"""
        {"data":[{"status_code":201,"headers":{},"body":{"data":{"gid":"900",
        "permalink_url":"https://app.asana.com/0"}}},{"status_code":400,"body":{"errors":[{"message":"name: no"}]}}]}
        """#,
        #"{"data":{"gid":"1","name":"Ann","workspaces":[{"gid":"11","name":"Acme"}]}}"#,
        #"{"errors":[{"message":"Forbidden"}]}"#,
    ]
    private static let jira = [
        #"{"issueTypes":[{"id":"10002","name":"Task"}]}"#,
        #"{"fields":[{"fieldId":"description"},{"fieldId":"priority","allowedValues":[{"id":"2","name":"High"}]}]}"#,
        #"""
        {"issues":[{"id":"1","key":"ENG-1","fields":{"summary":"x","status":{"statusCategory":{"key":"done"}}}}],
        "errors":[{"status":400,"failedElementNumber":1,"elementErrors":{"errorMessages":["no"],"errors":{}}}]}
        """#,
        #"{"accountId":"a","displayName":"Ann"}"#, #"{"errorMessages":["no"],"errors":{"summary":"x"}}"#,
        #"{"transitions":[{"id":"31","to":{"statusCategory":{"key":"done"}}}]}"#,
    ]
    private static let linear = [
        #"""
        {"data":{"issueLabels":{"nodes":[{"id":"l","name":"ops"}],"pageInfo":{"hasNextPage":true,"endCursor":"c"}}}}
        """#,
        #"""
        {"data":{"issueBatchCreate":{"success":true,"issues":[{"id":"6f9619ff-8b86-4d01-b42d-000000000001",
        "identifier":"ENG-1","url":"https://l/1"}]}}}
        """#,
        #"""
        {"errors":[{"message":"conflict on insert of Issue","extensions":{"code":"INPUT_ERROR","type":"invalid \#
        input"}}],"data":null}
        """#,
        #"""
        {"data":{"issues":{"nodes":[{"id":"ext-1","identifier":"ENG-1","url":"https://l/1","priority":2,\#
        "state":{"type":"done"}}]}}}
        """#,
        #"{"data":{"issues":{"nodes":[],"pageInfo":{"hasNextPage":false,"endCursor":null}}}}"#,
    ]

    private func mutated(_ text: String, _ random: inout Seeded) -> [UInt8] {
        var bytes = [UInt8](text.utf8)
        for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.removeSubrange(place...)
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(contentsOf: bytes[..<place], at: place)
            default:
                bytes[place] = UInt8(ascii: ["0", "9", "\"", "[", "}", "-", "n"].randomElement(using: &random) ?? "0")
            }
        }
        return bytes
    }

    private func tryOut<Spoken: Connector>(_ type: Spoken.Type, _ settings: [String: Opening.Value], _ seeds: [String])
        throws
    {
        var random = Seeded(state: 20_260_511)
        var outcomes = 0
        for round in 0..<400 {
            let harness = try ConnectorHarness(
                type, Opening(settings: settings, tokenKind: round % 5 == 0 ? "oauth" : "api-key"))
            for operation in Operation.allCases {
                var tasks = [Trying.full(1), Trying.plain(2)]
                tasks[0].changes = [.title, .labels, .status]
                let trace = harness.call(operation, tasks) { _ in
                    let status = [200, 200, 200, 201, 400, 404, 503].randomElement(using: &random) ?? 200
                    return Response(status: status, body: mutated(seeds.randomElement(using: &random) ?? "", &random))
                }
                #expect(trace.result != nil && trace.requests.count <= 256)
                #expect(trace.failure != nil || !operation.takesTasksInTest || trace.outcomes.count == 2)
                #expect(trace.requests.filter { $0.effect == .once }.count <= 1)
                #expect(trace.outcomes.allSatisfy { $0.kind != .created || $0.externalId?.isEmpty == false })
                outcomes += trace.outcomes.count
            }
        }
        // Some rounds must get through, or nothing was tried.
        #expect(outcomes > 20)
    }

    @Test("leave Asana's connector whole")
    func asana() throws {
        try tryOut(AsanaConnector.self, Trying.asanaSettings, Self.asana)
    }

    @Test("leave Jira's connector whole")
    func jira() throws {
        try tryOut(JiraConnector.self, Trying.jiraSettings, Self.jira)
    }

    @Test("leave Linear's connector whole")
    func linear() throws {
        try tryOut(LinearConnector.self, Trying.linearSettings, Self.linear)
    }
}

extension Operation {
    fileprivate var takesTasksInTest: Bool { self != .check && self != .discover }
}
