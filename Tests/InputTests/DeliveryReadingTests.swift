import PatchbayInput
import PatchbayModel
import Testing

@Suite("Deliveries of another home, as a line tells them") struct DeliveryReadingTests {
    private static let id = "0a1b2c3d-0003-4000-8000-000000000001"

    private func read(_ deliveries: String, more: String = "") throws -> TaskInput {
        try TaskInput(JSONValue.parse(#"{"title":"t"\#(more),"deliveries":\#(deliveries)}"#.utf8), line: 7)
    }

    @Test("every field arrives as it was written, as JSON and as a cell of a CSV") func whole() throws {
        let text = """
            {"integration":"a","type":"jira","state":"unknown","deliveryId":"\(Self.id)","attempts":2,"externalId":"1",\
            "displayId":"ED-1",\
            "url":"https://x.example/1","vendorRequestId":"r","error":{"code":"outcome_unknown","field":"f",\
            "message":"m"},\
            "warnings":[{"code":"c","text":"w"}],"firstAttemptAt":"2026-05-08T10:00:00.123Z",\
            "unknownSince":"2026-05-08T10:00:01Z",\
            "vendorDate":"2026-05-08T09:59:59+00:00","isRestored":true,"changedSince":true,\
            "origin":{"connectorId":"org.x","connectorDigest":"d","baseUrl":"https://x.example","settings":{"p":"1",\
            "n":2},\
            "tokenKind":"oauth","accountId":"me"}}
            """
        var wanted = MovedDelivery(integration: "a", deliveryID: Self.id, state: .unknown)
        (wanted.type, wanted.attempts, wanted.externalID, wanted.displayID) = ("jira", 2, "1", "ED-1")
        (wanted.url, wanted.vendorRequestID) = ("https://x.example/1", "r")
        (wanted.errorCode, wanted.errorField, wanted.errorMessage) = (.outcomeUnknown, "f", "m")
        wanted.warnings = [DeliveryWarning(code: "c", field: nil, text: "w")]
        wanted.firstAttemptAt = Timestamp(milliseconds: 1_778_234_400_123)
        wanted.unknownSince = Timestamp(milliseconds: 1_778_234_401_000)
        wanted.vendorBefore = Timestamp(milliseconds: 1_778_234_399_000)
        (wanted.isRestored, wanted.changedSince) = (true, true)
        wanted.origin = MovedOrigin(
            connectorID: "org.x", connectorDigest: "d", baseURL: "https://x.example",
            settings: ["p": .text("1"), "n": .integer(2)],
            tokenKind: "oauth", accountID: "me")
        let input = try read("[\(text)]")
        #expect(input.deliveries == [wanted] && input.boundFor == ["a"] && input.unknownFields == [])
        let table = "title,deliveries\nt,\"[\(text.replacing("\"", with: "\"\""))]\"\n"
        let row = try #require(try csvRows(table).first)
        #expect(try TaskInput(row.value, line: 2).deliveries == [wanted])
    }

    @Test("what it is bound for: what is named, and all deliveries but those that were taken back") func bound() throws
    {
        let deliveries = """
            [{"integration":"a","state":"pending"},{"integration":"b","state":"cancelled","cancelledBy":"import"},
            {"integration":"c","state":"delivered","externalId":"1"}]
            """
        #expect(try read(deliveries).boundFor == ["a", "c"])
        #expect(try read(deliveries, more: #","integration":["b","d"],"externalId":"1""#).boundFor == ["d", "a", "c"])
        #expect(try read("[]").boundFor == nil)
    }

    private static func one(_ fields: String) -> String { #"[{"integration":"a","state":"pending",\#(fields)}]"# }

    static let mistakes: [(String, String)] = [
        ("{}", "deliveries"), ("\"[{\"", "deliveries"), ("[1]", "deliveries[0]"),
        (#"[{"state":"pending"}]"#, "deliveries[0].integration"),
        (#"[{"integration":"a"}]"#, "deliveries[0].state"),
        (#"[{"integration":"a","state":"lost"}]"#, "deliveries[0].state"),
        (#"[{"integration":"a\u0007","state":"pending"}]"#, "deliveries[0].integration"),
        (#"[{"integration":"a","state":"delivered"}]"#, "deliveries[0].externalId"),
        (#"[{"integration":"a","state":"sending"}]"#, "deliveries[0].deliveryId"),
        (
            #"[{"integration":"a","state":"pending"},{"integration":"a","state":"pending"}]"#,
            "deliveries[1].integration"
        ),
        (one(#""deliveryId":"17""#), "deliveries[0].deliveryId"),
        (one(#""deliveryId":"0a1b2c3d-0003-1000-8000-000000000001""#), "deliveries[0].deliveryId"),
        (one(#""externalId":"a\nb""#), "deliveries[0].externalId"),
        (one(#""externalId":{}"#), "deliveries[0].externalId"),
        (
            one(#""externalId":"\#(String(repeating: "x", count: Limits.nameBytesMax + 1))""#),
            "deliveries[0].externalId"
        ),
        (one(#""url":"javascript:alert(1)""#), "deliveries[0].url"), (one(#""attempts":-1"#), "deliveries[0].attempts"),
        (one(#""attempts":1e9"#), "deliveries[0].attempts"),
        (one(#""firstAttemptAt":"soon""#), "deliveries[0].firstAttemptAt"),
        (one(#""vendorDate":"2026-02-31T10:00:00Z""#), "deliveries[0].vendorDate"),
        (one(#""sentAt":"-271821-04-20T00:00:00Z""#), "deliveries[0].sentAt"),
        (one(#""error":{"code":"No way"}"#), "deliveries[0].error.code"), (one(#""error":[]"#), "deliveries[0].error"),
        (one(#""error":{"code":"x","message":"\u001b[2J"}"#), "deliveries[0].error.message"),
        (one(#""warnings":[{"text":"\u0000"}]"#), "deliveries[0].warnings[0].text"),
        (one(#""warnings":["w"]"#), "deliveries[0].warnings[0]"),
        (one(#""cancelledBy":"me""#), "deliveries[0].cancelledBy"),
        (one(#""isRestored":"yes""#), "deliveries[0].isRestored"),
        (one(#""origin":{}"#), "deliveries[0].origin.connectorId"),
        (
            one(#""origin":{"connectorId":"c","baseUrl":"http://evil.example","tokenKind":"k"}"#),
            "deliveries[0].origin.baseUrl"
        ),
        (one(#""origin":{"connectorId":"c","baseUrl":"https://x.example"}"#), "deliveries[0].origin.tokenKind"),
        (
            one(#""origin":{"connectorId":"c","baseUrl":"https://x.example","tokenKind":"k","settings":{"p":[1]}}"#),
            "deliveries[0].origin.settings.p"
        ),
    ]

    @Test("a mistake names line, field and reason", arguments: mistakes) func mistake(deliveries: String, field: String)
        throws
    {
        let thrown = #expect(throws: InputError.self) { _ = try read(deliveries) }
        let error = try #require(thrown)
        #expect(error.code == .taskInvalid && error.line == 7 && error.field == field, "\(error.message)")
    }

    @Test("an external id beside deliveries must be one of theirs") func externalID() throws {
        let deliveries = #"[{"integration":"a","state":"delivered","externalId":"1"}]"#
        #expect(try read(deliveries, more: #","externalId":"1""#).externalID == nil)
        let error = #expect(throws: InputError.self) { _ = try read(deliveries, more: #","externalId":"2""#) }
        #expect(error?.field == "externalId")
    }

    @Test("a moment is read to the millisecond, and none that does not exist") func moments() {
        #expect(Timestamp(parsing: "2026-05-08T10:00:00.120+02:00")?.text == "2026-05-08T08:00:00.120Z")
        for time in [0, 1, 999, 1_778_234_400_123, 253_402_300_799_999].map(Timestamp.init(milliseconds:)) {
            #expect(Timestamp(parsing: time.text) == time)
        }
        for text in ["", "2026-05-08", "2026-05-08T25:00:00Z", "1969-12-31T23:59:59Z", "10000-01-01T00:00:00Z", "now"] {
            #expect(Timestamp(parsing: text) == nil, "\(text)")
        }
    }
}
