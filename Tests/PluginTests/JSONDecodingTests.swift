@testable import ConnectorJSON
import PatchbayConnectorJSON
import PatchbayConnectorKit
import Testing

@Suite("Answers that our connectors read into their own types") struct JSONDecodingTests {
    /// Every form that an answer's parts have.
    private struct Answer: Decodable, Equatable {
        enum Kind: String, Decodable { case open, closed }

        struct Part: Decodable, Equatable {
            let id: String
            let next: [Part]?
        }

        let text: String
        let flag: Bool?
        let count: Int?
        let small: UInt8?
        let share: Double?
        let kind: Kind?
        let part: Part?
        let parts: [Part?]?
        let names: [String: Int]?
        let rest: JSONValue?

        enum CodingKeys: String, CodingKey {
            case text = "the text"
            case flag, count, small, share, kind, part, parts, names, rest
        }
    }

    @Test(
        "are what Foundation makes of them, and refused where it refuses",
        arguments: [
            #"{"the text":"é\u0000x"}"#,
            #"{"the text":"a","flag":true,"count":-7,"small":255,"share":1.25,"kind":"closed"}"#,
            #"{"the text":"a","share":3,"count":4.0,"small":256}"#, #"{"the text":"a","share":3,"count":4.0}"#,
            #"{"the text":"a","count":4.5}"#, #"{"the text":"a","flag":1}"#,
            #"{"the text":"a","flag":null,"part":null}"#,
            #"{"the text":"a","part":{"id":"1","next":[{"id":"2"},{"id":"3","next":[]}]}}"#,
            #"{"the text":"a","part":{"next":[]}}"#,
            #"{"the text":"a","parts":[{"id":"1"},null,{"id":"2"}]}"#, #"{"the text":"a","parts":[{"id":1}]}"#,
            #"{"the text":"a","names":{"x":1,"y":2},"rest":{"deep":[1,2.5,null,"x",{"a":false}]}}"#,
            #"{"the text":"a","names":{"x":"1"}}"#, #"{"the text":"a","kind":"other"}"#, #"{"the text":null}"#,
            #"{"text":"a"}"#, "[]", "7",
            "",
        ])
    func likeFoundation(text: String) {
        let bytes = [UInt8](text.utf8)
        let expected = try? JSONText.decode(Answer.self, from: bytes)
        #expect((try? JSONDocument(bytes).decoded(Answer.self)) == expected)
    }

    @Test(
        "name the place that is wrong, and nothing of what stands there",
        arguments: [
            (#"{"data":{"id":5}}"#, "data.id has another type"), (#"{"data":{}}"#, "data.id is missing"),
            (#"{"data":{"id":null}}"#, "data.id is null"),
            (#"{"data":{"id":"a","next":[{"id":"b"},{"id":5}]}}"#, "data.next.1.id has another type"),
            ("[]", "the whole has another type"), ("{", "it is not JSON"),
        ])
    func places(body: String, words: String) {
        let error = #expect(throws: CallFailure.self) {
            try Response(status: 200, text: body).read([String: Answer.Part].self)
        }
        #expect(error?.message == "The answer (HTTP 200) could not be understood: \(words). It began: \(body)")
    }
}

extension Response {
    /// As a connector reads it; both ways to read JSON have a function of that name.
    fileprivate func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try understood { try JSONDocument($0).decoded(type) }
    }
}
