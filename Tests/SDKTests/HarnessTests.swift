import PatchbayConnectorKit
import Testing

@Suite("The harness and the kit's small tools") struct HarnessTests {
    private func harness() throws -> ConnectorHarness<TryConnector> {
        try ConnectorHarness(
            TryConnector.self, Opening(settings: ["address": .text("https://a.example")], tokenKind: "api-key"))
    }

    @Test("records requests and the result of a call")
    func records() throws {
        let task = ConnectorTask(deliveryId: "d", title: "one")
        let trace = try harness().call(.create, [task], answers: [Response(status: 201, text: "7")])
        #expect(trace.requests.map(\.path) == ["/tasks/d"])
        #expect(trace.outcomes.first?.externalId == "7")
        #expect(trace == (try harness().call(.create, [task], answers: [Response(status: 201, text: "7")])))
    }

    @Test("ends a call that wants more answers than there are")
    func ends() throws {
        let trace = try harness().call(.create, [ConnectorTask(deliveryId: "d", title: "one")])
        #expect(trace.requests.count == 1 && trace.result == nil)
    }

    @Test("a path's piece cannot lead elsewhere")
    func segments() {
        #expect(Request.segment("a/../b?c#d e") == "a%2F..%2Fb%3Fc%23d%20e")
        #expect(Request.segment("..") == "%2E%2E" && Request.segment("é") == "%C3%A9")
    }

    @Test("a title becomes one line and is never empty")
    func lines() {
        #expect(PlainText.line("a\r\nb\u{2028}c") == "a  b c")
        #expect(
            PlainText.line(" \n ") == "(no title)" && PlainText.line("  ") == "(no title)"
                && PlainText.line("") == "(no title)")
        #expect(PlainText.line("plain") == "plain" && PlainText.line("a\u{7F}b") == "a b")
        #expect(PlainText.lines("a\r\nb\rc\nd") == ["a", "b", "c", "d"])
        #expect(
            PlainText.lines("") == [""] && PlainText.lines("é\n") == ["é", ""]
                && PlainText.lines("\n\r") == ["", "", ""])
    }

    @Test("a cut splits no character")
    func cuts() {
        let (text, wasCut) = PlainText.cut("ab👨‍👩‍👧", utf16Max: 5)
        #expect(text == "ab" && wasCut)
        #expect(PlainText.cut("abc", utf16Max: 3).wasCut == false)
    }

    @Test(
        "times of all vendors are read",
        arguments: ["2026-05-11T10:00:00Z", "2026-05-11T10:00:00.000Z", "2026-05-11T12:00:00.000+0200"])
    func times(text: String) {
        #expect(UnixTime.milliseconds(iso8601: text) == 1_778_493_600_000)
        #expect(UnixTime.iso8601(1_778_493_600_000) == "2026-05-11T10:00:00Z")
    }

    @Test("a time that is none is nil", arguments: ["", "yesterday", "1778493600"])
    func noTimes(text: String) {
        #expect(UnixTime.milliseconds(iso8601: text) == nil)
    }
}
