import Foundation
import PatchbayInput
import PatchbayModel
import Testing

@Suite struct LineReaderTests {
    private func lines(of text: String, bytesMax: Int = 64) throws -> [String] {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let reader = try LineReader(path: path, lineBytesMax: bytesMax)
        var found: [String] = []
        while let line = try reader.next({ line in
            switch line {
            case .text(let number, let bytes): unsafe "\(number):" + String(decoding: bytes, as: UTF8.self)
            case .tooLong(let number): "\(number):too long"
            }
        }) { found.append(line) }
        return found
    }

    @Test("lines keep their numbers over blank ones, with and without a last line end") func numbers() throws {
        #expect(try lines(of: "a\n\n  \nb\r\nc") == ["1:a", "4:b\r", "5:c"])
    }

    @Test("a line without end is skipped, and the next is read") func tooLong() throws {
        let long = String(repeating: "x", count: 200_000)
        #expect(try lines(of: "a\n\(long)\nb\n") == ["1:a", "2:too long", "3:b"])
        #expect(try lines(of: "a\n\(long)") == ["1:a", "2:too long"])
    }

    @Test("a missing file is named with the reason") func missing() {
        #expect(throws: InputError.self) { try LineReader(path: "/does/not/exist") }
    }
}

@Suite struct AccessTokenFieldTests {
    private func token(in json: String) -> (String?, Bool) {
        let bytes = Array(json.utf8)
        let field = unsafe bytes.withUnsafeBytes { raw in unsafe AccessTokenField(raw) }
        return (field.range.map { String(decoding: bytes[$0], as: UTF8.self) }, field.isUnusable)
    }

    @Test(
        "the top-level value is found wherever it stands",
        arguments: [
            #"{"accessToken":"abc","type":"x"}"#, #"{"type":"x", "accessToken" : "abc"}"#,
            #"{"settings":{"accessToken":"no","a":["{"]},"accessToken":"abc"}"#,
            #"{"note":"say \"accessToken\": \"no\"","accessToken":"abc"}"#,
            #"{"name":"accessToken","accessToken":"abc"}"#,
        ])
    func found(json: String) {
        #expect(token(in: json).0 == "abc")
        #expect(token(in: json).1 == false)
    }

    @Test("null and absence are no token; what is no plain string is unusable") func others() {
        #expect(token(in: #"{"accessToken":null}"#) == (nil, false))
        #expect(token(in: #"{"type":"x"}"#) == (nil, false))
        #expect(token(in: #"{"accessToken":12}"#).1)
        #expect(token(in: #"{"accessToken":"a\nb"}"#).1)
        #expect(token(in: #"{"accessToken":"a","accessToken":"b"}"#).1)
    }

    @Test(
        "a cut line ends the scan without a trap",
        arguments: ["{\"accessToken\":\"abc", "{\"accessToken\":", "{\"accessToken", "\"", "{\"a\\"])
    func cut(json: String) {
        _ = token(in: json)
    }

    @Test("a name hidden behind escapes is noticed after parsing") func hidden() throws {
        let value = try JSONValue.parse(#"{"access\u0054oken":"abc"}"#.utf8)
        #expect(AccessTokenField.isStillPresent(in: value))
    }
}
