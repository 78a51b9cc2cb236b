import AsanaConnector
import PatchbayConnectorKit
import Testing

/// One action's answer of an unexpected shape must not spoil those beside it.
@Suite("Asana, with odd answers in a batch") struct AsanaOddAnswerTests {
    private func harness(_ kind: String = "oauth") throws -> ConnectorHarness<AsanaConnector> {
        try ConnectorHarness(AsanaConnector.self, Opening(settings: Trying.asanaSettings, tokenKind: kind))
    }

    private func batch(_ actions: [String]) -> Response {
        Trying.answer(200, #"{"data":[\#(actions.joined(separator: ","))]}"#)
    }

    /// The odd one, and after it one that is as it should be.
    private func outcomes(_ operation: Operation, _ odd: String) throws -> [TaskOutcome] {
        var tasks = [Trying.plain(1), Trying.plain(2)]
        tasks[0].changes = .title
        tasks[1].changes = .title
        let good = #"{"status_code":200,"body":{"data":{"gid":"ext-2","permalink_url":"https://a/2"}}}"#
        let outcomes = try harness().call(operation, tasks, answers: [batch([odd, good])]).outcomes
        try #require(outcomes.count == 2, "\(operation): \(odd)")
        #expect(
            [.created, .updated, .found].contains(outcomes[1].kind) && outcomes[1].url == "https://a/2",
            "\(operation): \(odd)")
        return outcomes
    }

    private static let reasonless = [
        #"{"status_code":STATUS}"#, #"{"status_code":STATUS,"body":null}"#, #"{"status_code":STATUS,"body":"odd"}"#,
        #"{"status_code":STATUS,"body":7}"#, #"{"status_code":STATUS,"body":[{"data":{"gid":"1"}}]}"#,
        #"{"status_code":STATUS,"body":{}}"#,
        #"{"status_code":STATUS,"body":{"errors":[]}}"#, #"{"status_code":STATUS,"body":{"errors":null}}"#,
        #"{"status_code":STATUS,"body":{"errors":"no"}}"#,
        #"{"status_code":STATUS,"body":{"errors":{"message":"no"}}}"#,
    ]

    @Test("a body without data and reasons leaves its task unknown", arguments: reasonless)
    func withoutReason(action: String) throws {
        for status in ["201", "400", "404"] {
            let action = action.replacing("STATUS", with: status)
            for operation in [Operation.create, .update, .find, .fetch] {
                #expect(try outcomes(operation, action)[0].kind == .unknown, "\(operation): \(action)")
            }
        }
    }

    @Test(
        "data that are no task are none for who needs the task, and enough for an update",
        arguments: ["null", "7", #""x""#, "[]", "{}", #"{"gid":7,"permalink_url":[]}"#, #"{"gid":null}"#])
    func oddData(data: String) throws {
        let action = #"{"status_code":200,"body":{"data":\#(data)}}"#
        for operation in [Operation.create, .find, .fetch] {
            #expect(try outcomes(operation, action)[0].kind == .unknown, "\(operation): \(data)")
        }
        let updated = try outcomes(.update, action)[0]
        #expect(updated.kind == .updated && updated.url == nil)
    }

    @Test(
        "reasons of any shape are reasons; the words are those that are text",
        arguments: [
            (#"[null]"#, "Asana gave no reason."), (#"["name: no"]"#, "Asana gave no reason."),
            (#"[[]]"#, "Asana gave no reason."),
            (#"[{"message":7}]"#, "Asana gave no reason."), (#"[{"message":7,"phrase":"6 sad squid"}]"#, "6 sad squid"),
            (#"[{"message":null},7,{"message":"name: no"}]"#, "name: no"),
            (#"[{"message":"a"},{"phrase":"b"}]"#, "a; b"),
        ])
    func oddReasons(errors: String, words: String) throws {
        let refused = #"{"status_code":400,"body":{"errors":\#(errors)}}"#
        let outcome = try outcomes(.create, refused)[0]
        #expect(outcome.kind == .refused && outcome.message == words && outcome.code == "http_400")
        let gone = #"{"status_code":404,"body":{"errors":\#(errors),"data":null}}"#
        for operation in [Operation.update, .find, .fetch] {
            #expect(try outcomes(operation, gone)[0].kind == .notFound, "\(operation)")
        }
    }

    @Test("fields of another shape are left out of what is read back")
    func oddFields() throws {
        let odd = #"""
            {"status_code":200,"body":{"data":{"gid":"ext-1","name":7,"notes":[],"due_on":{},"completed":"true",\#
            "modified_at":1,"assignee":"ann",
            "tags":[null,"x",{"name":7},{"name":"ops"}]}}}
            """#
        let remote = try outcomes(.fetch, odd)[0].remote
        #expect(remote == RemoteTask(title: "", labels: ["ops"], modifiedUnixMs: 0))
    }

    @Test("an answer that is no object, or has no status, is not understood")
    func notAnAction() throws {
        for action in ["null", "7", "[]", "{}", #"{"status_code":"201","body":{"data":{"gid":"1"}}}"#] {
            #expect(
                try harness().call(.create, [Trying.plain()], answers: [batch([action])]).failure?.kind
                    == .protocolError, "\(action)")
        }
    }
}
