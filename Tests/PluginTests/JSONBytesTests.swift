import ConnectorJSON
import PatchbayConnectorJSON
import PatchbayConnectorKit
import Testing

@Suite("JSON as our connectors write and read it") struct JSONBytesTests {
    private static let control = String(String.UnicodeScalarView((0...0x20).compactMap { Unicode.Scalar(UInt8($0)) }))

    private static let values: [JSONValue] = [
        .null, true, false, 0, .integer(.max), .integer(.min), "", [], [:], [[]], [[:]], [.null],
        .string(control), "end\0middle\0", "a/b \"c\" \\d", "\u{7F}\u{80}\u{2028}\u{2029}é漢😀",
        .string(String(repeating: "long ", count: 2_000)),
        .number(0), .number(-0.0), .number(1), .number(1.5), .number(0.1 + 0.2), .number(1e300), .number(-5e-300),
        .number(1e16),
        ["b": 1, "a": 2, "B": 3, "": 4, "a b": 5, "ab": 6, "a\u{1}": 7, "a/\"b": .null],
        ["deep": ["z": [1, ["y": ["x": true]]], "a": "b"]],
        // One after the other as texts, the other way round as bytes; and long enough not to fit in a string's own
        // words.
        [
            "\u{F9CA}": 1, "\u{E19D}": 2, "é": 3, "e\u{301}x": 4, "name that is longer than fifteen bytes": 5,
            "name that is longer than fifteen": 6,
        ],
    ]

    @Test("is to the byte what the kit writes", arguments: values)
    func same(value: JSONValue) throws {
        let bytes = try value.jsonBytes()
        #expect(String(decoding: bytes, as: UTF8.self) == String(decoding: try JSONText.encode(value), as: UTF8.self))
        #expect(bytes == (try JSONText.encode(value)))
    }

    @Test("is read back as it was", arguments: values)
    func readBack(value: JSONValue) throws {
        let bytes = try value.jsonBytes()
        // A number without a point is a whole one, whoever wrote it.
        #expect(try JSONValue(jsonBytes: bytes) == JSONText.decode(JSONValue.self, from: bytes))
    }

    @Test(
        "is read as the kit reads it",
        arguments: [
            " { \"a\" : [ 1 , -2.5e3 , true , null , \"\\u00e9\\n\\ud83d\\ude00\" ] }\n", "7", "-0", "\"x\"", "null",
            "[[],{}]",
            "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e400", "1E2", "", " ", "{",
            "{\"a\"}", "nul", "[1] x",
            "{}{}", "'a'", "[01]", "[NaN]", "[Infinity]", "[1] // c", "[\"\\x\"]", "[1]\0",
        ])
    func likeTheKit(text: String) {
        let kit = try? JSONText.decode(JSONValue.self, from: [UInt8](text.utf8))
        #expect((try? JSONValue(jsonBytes: [UInt8](text.utf8))) == kit)
    }

    @Test("is not read when it is no UTF-8, or too deep")
    func unreadable() {
        let texts: [[UInt8]] = [
            [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [UInt8](repeating: UInt8(ascii: "["), count: 100_000),
        ]
        for text in texts { #expect(throws: JSONReadingError.self) { try JSONValue(jsonBytes: text) } }
    }

    @Test("refuses what has no form, however deep, and says which kind")
    func refusals() {
        for number in [Double.infinity, -.infinity, .nan] {
            let error = #expect(throws: JSONWritingError.self) {
                try JSONValue.object(["a": [1, ["b": .number(number)]]]).jsonBytes()
            }
            #expect(error?.code == .numberNotFinite)
        }
        let error = #expect(throws: JSONWritingError.self) {
            try JSONValue.array(["x", ["a\0b": ["c": "d"]]]).jsonBytes()
        }
        #expect(error?.code == .nameHoldsNUL && error?.description.contains("a\0b") == false)
    }

    @Test("goes into a request as it is, with its content type")
    func request() throws {
        let bytes = try JSONValue.object(["b": 1, "a": "/"]).jsonBytes()
        let request = Request("POST", "/things", query: [("q", "1")], jsonBytes: bytes, effect: .once, writeCost: 2)
        let value: JSONValue = ["a": "/", "b": 1]
        #expect(
            request == (try Request("POST", "/things", query: [("q", "1")], json: value, effect: .once, writeCost: 2)))
        #expect(String(decoding: request.body ?? [], as: UTF8.self) == #"{"a":"/","b":1}"#)
    }
}
