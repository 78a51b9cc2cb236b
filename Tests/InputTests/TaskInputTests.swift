import Foundation
import PatchbayInput
import PatchbayModel
import Testing

@Suite struct TaskInputTests {
    private func read(_ json: String) throws -> TaskInput { try TaskInput(JSONValue.parse(json.utf8), line: 7) }

    private func mistake(in json: String) -> InputError? {
        do {
            _ = try read(json)
            return nil
        } catch { return error as? InputError }
    }

    @Test("every field arrives as it was written") func whole() throws {
        let input = try read(
            #"""
            {"id":"a","meetingId":"m","title":"T","description":"**d**","dueDate":"2026-05-11","assignee":"a@b.c",\#
            "priority":"HIGH","labels":[" x ","y","x",""],"status":"done","integration":"one"}
            """#
        )
        #expect(input.id == "a")
        #expect(input.meetingID == "m")
        #expect(input.title == "T")
        #expect(input.description == "**d**")
        #expect(input.dueDate?.date == "2026-05-11")
        #expect(input.assignee == "a@b.c")
        #expect(input.priority == .high)
        #expect(input.labels == ["x", "y"])
        #expect(input.status == .done)
        #expect(input.integrations == ["one"])
    }

    @Test(
        "a mistake names line, field and reason",
        arguments: [
            (#"{"title":""}"#, "title"), (#"{"title":"t","dueDate":"soon"}"#, "dueDate"),
            (#"{"title":"t","priority":"asap"}"#, "priority"),
            (#"{"title":"t","assignee":"Bob"}"#, "assignee"), (#"{"title":"t","labels":[1]}"#, "labels"),
            (#"{"title":{}}"#, "title"),
            (#"{"title":"t","externalId":"1","integration":["a","b"]}"#, "externalId"),
            (#"{"title":"a\u0000b"}"#, "title"),
        ])
    func mistake(json: String, field: String) throws {
        let error = try #require(mistake(in: json))
        #expect(error.code == .taskInvalid)
        #expect(error.line == 7)
        #expect(error.field == field)
        #expect(error.message.contains("line 7, field \(field): "))
    }

    @Test("empty optional fields count as absent, unknown ones are named") func emptyAndUnknown() throws {
        let input = try read(#"{"title":"t","description":"","dueDate":null,"assignee":"  ","owner":"x"}"#)
        #expect(input.description == nil)
        #expect(input.dueDate == nil)
        #expect(input.assignee == nil)
        #expect(input.unknownFields == ["owner"])
    }

    @Test("a title over its bound is refused, not cut") func longTitle() {
        #expect(
            mistake(in: #"{"title":"\#(String(repeating: "x", count: Limits.titleBytesMax + 1))"}"#)?.field == "title")
    }

    @Test("derived ids repeat for the same file and differ for equal tasks") func derived() {
        var first = DerivedTaskID()
        var second = DerivedTaskID()
        let ids = [
            first.next(meetingID: "m", title: "t"), first.next(meetingID: "m", title: "t"),
            first.next(meetingID: nil, title: "t"),
        ]
        #expect(Set(ids).count == 3)
        #expect(
            ids == [
                second.next(meetingID: "m", title: "t"), second.next(meetingID: "m", title: "t"),
                second.next(meetingID: nil, title: "t"),
            ])
    }
}

@Suite struct CSVTableTests {
    @Test("quoted commas, quotes and line ends stay in their field; lists split on semicolons") func quoted() throws {
        let rows = try csvRows("title,description,labels\n\"a, b\",\"line 1\nline \"\"2\"\"\",x;y\n")
        #expect(rows.count == 1)
        #expect(rows[0].record == 2)
        #expect(
            rows[0].value
                == .object([
                    "title": .string("a, b"), "description": .string("line 1\nline \"2\""),
                    "labels": .array([.string("x"), .string("y")]),
                ]))
    }

    @Test("a first row without title is refused with what was found") func header() {
        #expect(throws: InputError.self) { try csvRows("name,due\na,b\n") }
    }
}

@Suite struct BrokenCSVTests {
    @Test("a quote that never closes is refused instead of swallowing the rows behind it") func unclosed() {
        #expect(throws: InputError.self) { try csvRows("title\n\"a\nb\nc\n") }
    }
}

/// The rows of a CSV, as an import of a file that holds it reads them.
func csvRows(_ text: String) throws -> [(record: Int, value: JSONValue)] {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let table = CSVTable(try LineReader(path: path))
    var rows: [(record: Int, value: JSONValue)] = []
    while let piece = try table.next() { rows += piece }
    return rows
}

@Suite("A table that is read in pieces") struct CSVPieceTests {
    @Test(
        "has the rows and numbers of one that is read whole, wherever a piece ends, blank lines and open quotes too"
    ) func pieces() throws {
        var text = "\u{FEFF}title;labels\n"
        var wanted: [(Int, String)] = []
        for number in 2..<6_000 {
            switch number % 5 {
            case 0: text += "\r\n"
            case 1: text += "\"t\(number)\nand\n\n\"\"more\"\"\";a\n"
            default: text += "t\(number);\"a;b\"\r\n"
            }
            if number % 5 == 1 { wanted.append((number, "t\(number)\nand\n\n\"more\"")) }
            if number % 5 > 1 { wanted.append((number, "t\(number)")) }
        }
        let rows = try csvRows(text)
        #expect(rows.map(\.record) == wanted.map(\.0))
        let titles = rows.map { row -> JSONValue? in
            guard case .object(let object) = row.value else { return nil }
            return object["title"]
        }
        #expect(titles == wanted.map { .string($0.1) })
    }
}
