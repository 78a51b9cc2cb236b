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
            #"{"id":"a","meetingId":"m","title":"T","description":"**d**","dueDate":"2026-05-11","assignee":"a@b.c","priority":"HIGH","labels":[" x ","y","x",""],"status":"done","integration":"one"}"#
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
            (#"{"title":""}"#, "title"), (#"{"title":"t","dueDate":"soon"}"#, "dueDate"), (#"{"title":"t","priority":"asap"}"#, "priority"),
            (#"{"title":"t","assignee":"Bob"}"#, "assignee"), (#"{"title":"t","labels":[1]}"#, "labels"), (#"{"title":{}}"#, "title"),
            (#"{"title":"t","externalId":"1","integration":["a","b"]}"#, "externalId"), (#"{"title":"a\u0000b"}"#, "title"),
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
        #expect(mistake(in: #"{"title":"\#(String(repeating: "x", count: Limits.titleBytesMax + 1))"}"#)?.field == "title")
    }

    @Test("derived ids repeat for the same file and differ for equal tasks") func derived() {
        var first = DerivedTaskID()
        var second = DerivedTaskID()
        let ids = [first.next(meetingID: "m", title: "t"), first.next(meetingID: "m", title: "t"), first.next(meetingID: nil, title: "t")]
        #expect(Set(ids).count == 3)
        #expect(
            ids == [
                second.next(meetingID: "m", title: "t"), second.next(meetingID: "m", title: "t"), second.next(meetingID: nil, title: "t"),
            ])
    }
}

@Suite struct CSVTableTests {
    @Test("quoted commas, quotes and line ends stay in their field; lists split on semicolons") func quoted() throws {
        let rows = try CSVTable.objects("title,description,labels\n\"a, b\",\"line 1\nline \"\"2\"\"\",x;y\n")
        #expect(rows.count == 1)
        #expect(rows[0].record == 2)
        #expect(
            rows[0].value
                == .object([
                    "title": .string("a, b"), "description": .string("line 1\nline \"2\""), "labels": .array([.string("x"), .string("y")]),
                ]))
    }

    @Test("a first row without title is refused with what was found") func header() {
        #expect(throws: InputError.self) { try CSVTable.objects("name,due\na,b\n") }
    }
}

@Suite struct BrokenCSVTests {
    @Test("a quote that never closes is refused instead of swallowing the rows behind it") func unclosed() {
        #expect(throws: InputError.self) { try CSVTable.objects("title\n\"a\nb\nc\n") }
    }
}
