import Foundation
import PatchbayInput
import PatchbayModel
import Testing

@Suite("JSON that people and programs bring") struct JSONTextTests {
    /// The same texts each time.
    private struct Seeded: RandomNumberGenerator {
        private var state: UInt64 = 11

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 32) ^ (state << 32)
        }
    }

    /// What the library's decoder makes of it; nil where it refuses.
    private func decoded(_ text: [UInt8]) -> JSONValue? { try? JSONDecoder().decode(JSONValue.self, from: Data(text)) }

    private static let pieces = [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "false", "nul", "\"a\"", "\"b\\n\"", "\"\\u00e4\"",
        "\"\\ud83d\\ude00\"",
        "\"ä\"", "\"\\/\"", "0", "-0", "1", "-12", "01", "1.5", "1.", ".5", "1e3", "1E-2", "1.0",
        "1e400", "-", "+1", " ", "\t", "\r\n", "\u{1}", "\"\u{1}\"", "\\u12", "/", "x", "\"\\x\"", "\"a\":",
    ]

    @Test("is read as the library's decoder reads it, value by value, and refused where that refuses it") func same()
        throws
    {
        var random = Seeded()
        var taken = 0
        let sound = ["null", "true", "0", "-1.5e2", "\"x\\\"y\"", "[]", "{}", "1.0", "\"\\u0041\""]
        func value(_ depth: Int) -> String {
            let few = Int.random(in: 0...3, using: &random)
            switch depth > 4 ? 0 : Int.random(in: 0...2, using: &random) {
            case 1: return "[" + (0..<few).map { _ in value(depth + 1) }.joined(separator: " ,") + "]"
            case 2: return "{" + (0..<few).map { "\"n\($0)\" : \(value(depth + 1))" }.joined(separator: ",") + "}"
            default: return sound.randomElement(using: &random) ?? ""
            }
        }
        for round in 0..<6_000 {
            var text = Array(value(0).utf8)
            if round % 2 == 1 {
                let piece = Array((Self.pieces.randomElement(using: &random) ?? "").utf8)
                text.insert(contentsOf: piece, at: Int.random(in: 0...text.count, using: &random))
                if round % 4 == 3, !text.isEmpty { text.remove(at: Int.random(in: 0..<text.count, using: &random)) }
            }
            let told = String(decoding: text, as: UTF8.self)
            let (mine, wanted) = (try? JSONValue.parse(text), decoded(text))
            #expect(mine == wanted, "\(told)")
            if mine != nil { taken += 1 }
        }
        for piece in Self.pieces {
            #expect((try? JSONValue.parse(piece.utf8)) == decoded(Array(piece.utf8)), "\(piece)")
        }
        #expect(taken > 3_000)
    }

    @Test("has one value and no more, in UTF-8, and no half of a pair of units")
    func refused() {
        for text in [
            "", " ", "1 2", "[,]", "[1,,]", "{,}", "{\"a\":1,,}", "{a:1}", "\"\\ud800\"", "\"\\ud800\\u0041\"", "[1",
            "\"a", "tru",
            "nan",
        ] {
            #expect(throws: (any Error).self, "\(text)") { try JSONValue.parse(text.utf8) }
        }
        #expect(throws: (any Error).self) { try JSONValue.parse([0x22, 0xFF, 0x22]) }
    }

    @Test("of a name that comes twice the last value counts")
    func twice() throws {
        #expect(try JSONValue.parse("{\"a\":1,\"a\":2}".utf8) == .object(["a": .integer(2)]))
    }

    @Test("whole numbers stay whole, and large ones become what they can be") func numbers() throws {
        #expect(try JSONValue.parse("9223372036854775807".utf8) == .integer(.max))
        #expect(try JSONValue.parse("1e3".utf8) == .integer(1_000))
        #expect(try JSONValue.parse("0.5".utf8) == .number(0.5))
        #expect(try JSONValue.parse("18446744073709551616".utf8) == .number(18_446_744_073_709_551_616))
    }

    @Test("nested more than it may be is refused; brackets in texts are none") func nesting() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: JSONNesting.Refused.self) { try JSONValue.parse(nested(Limits.jsonNestingMax + 1).utf8) }
        #expect(throws: JSONNesting.Refused.self) { try JSONNesting.check(nested(Limits.jsonNestingMax + 1).utf8) }
        _ = try JSONValue.parse(nested(Limits.jsonNestingMax).utf8)
        try JSONNesting.check(nested(Limits.jsonNestingMax).utf8)
        let text = "\"\\\"\(nested(99))\""
        #expect(try JSONValue.parse(text.utf8) == .string("\"\(nested(99))"))
        try JSONNesting.check(text.utf8)
    }

    /// In UTF-16 the sign `∁` has the byte of a quote, behind which brackets would be taken for text.
    @Test("other than UTF-8 is refused, so that nothing is nested behind what only looks like a quote")
    func otherEncodings() throws {
        let text = "[\"∁\",\(String(repeating: "[", count: 99))\(String(repeating: "]", count: 99))]"
        for encoding in [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian, .utf32] {
            let bytes = try #require(text.data(using: encoding))
            #expect(throws: JSONNesting.Refused.notUTF8) { try JSONValue.parse(bytes) }
        }
        #expect(try JSONValue.parse("[\"∁\"]".utf8) == .array([.string("∁")]))
    }
}
