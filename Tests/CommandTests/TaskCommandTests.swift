import Foundation
import Testing

@Suite("Tasks in and out", .timeLimit(.minutes(12)))
struct TaskCommandTests {
    private static let rich: [JSON] = [
        [
            "id": "one", "meetingId": "m", "title": "Räume \"prüfen\", bald; 🌞", "description": "Zwei\nZeilen, \"so\".",
            "dueDate": "2026-05-29T16:00:00+02:00", "assignee": "alice@example.com", "priority": "low",
            "labels": ["a", "b c"],
            "status": "done",
        ],
        ["id": "two", "title": "לעדכן", "priority": "urgent", "dueDate": "2026-06-01"],
        ["id": "three", "meetingId": "m", "title": "Plain"],
    ]

    @Test("what is exported is what an import takes: two homes end up the same", arguments: ["jsonl", "csv"])
    func roundTrip(_ format: String) async throws {
        let first = try await Bench(["asana", "jira"])
        try await first.take([
            Self.rich[0].setting("integration", ["asana", "jira"]), Self.rich[1],
            Self.rich[2].setting("integration", "asana"),
        ])
        let exported = try await first.desk.must("task", "export", "--format", format)
        let file = try first.desk.scratch.write("tasks.\(format)", exported.out)
        let second = try await Bench(["asana", "jira"])
        let taken = try await second.desk.must("task", "import", file)
        #expect(taken.summary["added"] == 3 && taken.summary["deliveriesAdded"] == 3, taken.told)
        #expect(try await second.desk.must("task", "export", "--format", format).out == exported.out)
        let again = try await second.desk.must("task", "import", file)
        #expect(again.summary["unchanged"] == 3, again.told)
        let shown = try await second.desk.must("task", "show", "one").result
        for field in ["title", "description", "dueDate", "assignee", "priority", "labels", "status", "meetingId"] {
            #expect(shown[field] == Self.rich[0][field], "\(field)")
        }
    }

    @Test("a spreadsheet gets no formula, and an import takes what it was made of")
    func spreadsheet() async throws {
        let bench = try await Bench(["asana"])
        let titles = [
            "=HYPERLINK(A1)", "+1 for this", "-5 degrees", "@ann", "'quoted'", "''twice", "＝wide", "plain; =not first",
        ]
        let tasks = titles.enumerated().map { number, title -> JSON in
            [
                "id": .string("=\(number)"), "title": .string(title), "description": "\t=late\n=later",
                "labels": ["=a", "+b"],
            ]
        }
        try await bench.take(tasks, for: "asana")
        let plain = try await bench.desk.must("task", "export", "--format", "csv").out
        let safe = try await bench.desk.must("task", "export", "--format", "csv", "--for-spreadsheet").out
        #expect(plain.contains("\n=0,,=HYPERLINK(A1),"))
        #expect(safe.contains("\n'=0,,'=HYPERLINK(A1),"))
        #expect(safe.contains(",''quoted',") && safe.contains(",'''twice,"))
        let second = try await Bench(["asana"])
        try await second.desk.must("task", "import", second.desk.scratch.write("safe.csv", safe))
        #expect(try await second.desk.must("task", "export", "--format", "csv").out == plain)
        let rows = "title,forSpreadsheet\n'=typed in a sheet,yes\n'=typed by hand,\n"
        try await second.desk.must("task", "import", second.desk.scratch.write("rows.csv", rows))
        let listed = try await second.desk.must("task", "list").result["tasks"].items.compactMap { $0["title"].text }
        #expect(listed.suffix(2) == ["=typed in a sheet", "'=typed by hand"])
        #expect(try await bench.desk.run("task", "export", "--for-spreadsheet").status == 64)
    }

    @Test("delivered tasks are exported with their external id, and an import of it sends nothing")
    func exportDelivered() async throws {
        let bench = try await Bench(["linear"])
        try await bench.take(Bench.tasks(2), for: "linear")
        try await bench.desk.must("sync")
        let exported = try await bench.desk.must("task", "export").out
        let other = try await Bench(["linear"])
        try await other.desk.must("task", "import", "-", input: exported)
        #expect(try await other.desk.must("sync").summary["delivered"] == 0)
        #expect(try await other.desk.must("status").summary["delivered"] == 2)
        #expect(try await other.emulator.count("linear") == 0)
    }

    @Test("tasks are added, listed by meeting, state and integration, shown and cancelled")
    func listing() async throws {
        let bench = try await Bench(["asana", "linear"])
        let added = try await bench.desk.must(
            "task", "add", "Call Bob", "--meeting", "m", "--due", "2026-05-08", "--priority", "high", "--label", "x",
            "--integration",
            "asana",
            "--integration", "linear", "--id", "call")
        #expect(added.result["priority"] == "high" && added.result["deliveries"].items.count == 2, added.told)
        try await bench.take(Bench.tasks(2, meeting: "n"))
        func ids(_ flags: String...) async throws -> [String] {
            let run = try await bench.desk.run(["task", "list"] + flags)
            return run.result["tasks"].items.compactMap { $0["id"].text }
        }
        #expect(try await ids("--meeting", "m") == ["call"])
        #expect(try await ids("--unbound") == ["n-1", "n-2"])
        #expect(try await ids("--integration", "linear") == ["call"])
        #expect(try await ids("--state", "delivered") == [])
        try await bench.desk.must("sync", "--integration", "linear", "--task", "call")
        #expect(try await ids("--state", "delivered") == ["call"])
        let cancelled = try await bench.desk.must("task", "cancel", "call")
        #expect(cancelled.summary["cancelled"] == 1 && cancelled.summary["kept"] == 1, cancelled.told)
        let nothing = try await bench.desk.run("task", "cancel", "call")
        #expect(
            nothing.status == 2 && nothing.code == "task_not_cancellable" && nothing.error["title"] == "Call Bob",
            nothing.told)
        #expect(try await bench.desk.must("sync").summary["delivered"] == 0)
        let unknown = try await bench.desk.run("task", "show", "nobody")
        #expect(unknown.status == 2 && unknown.code == "task_not_found" && unknown.error["taskId"] == "nobody")
    }

    @Test(
        "bad lines name line, field and reason, the good ones are kept; with --strict none is",
        arguments: [false, true])
    func badLines(_ strict: Bool) async throws {
        let bench = try await Bench(["asana"])
        let lines = [
            #"{"id": "good-1", "title": "Good"}"#, #"{"title": "Bad date", "dueDate": "2026-02-31"}"#, "not json",
            #"{"title": "Nowhere", "integration": "trello"}"#, #"{"id": "good-2", "title": "Good", "colour": "red"}"#,
            #"{"title": "Two ids", "externalId": "1", "integration": ["asana", "asana2"]}"#,
        ]
        let run = try await bench.desk.run(
            ["task", "import", "-"] + (strict ? ["--strict"] : []), input: lines.joined(separator: "\n"))
        #expect(run.status == 2, run.told)
        #expect(run.summary["refused"] == 4 && run.summary["added"].int == (strict ? 0 : 2), run.told)
        let errors = run.result["errors"].items
        #expect(errors.map { $0["line"].int } == [2, 3, 4, 6])
        #expect(
            errors.map { $0["code"].text } == ["task_invalid", "task_invalid", "integration_not_found", "task_invalid"])
        #expect(errors.map { $0["field"].text } == ["dueDate", nil, "integration", "externalId"])
        #expect(try await bench.desk.must("task", "list").summary["count"].int == (strict ? 0 : 2))
    }

    @Test("CSV has the same names; labels and integrations are split on semicolons")
    func csv() async throws {
        let bench = try await Bench(["asana", "jira"])
        let text = """
            id,meetingId,title,description,labels,integration,priority
            c-1,m,"Comma, quote "" and
            a line end",,sales;two words,asana;jira,high
            c-2,m,Plain,"text, too",,,
            c-3,m,,no title,,,
            """
        let file = try bench.desk.scratch.write("tasks.csv", text)
        let run = try await bench.desk.run("task", "import", file)
        #expect(run.status == 2 && run.summary["added"] == 2 && run.result["errors"][0]["field"] == "title", run.told)
        let shown = try await bench.desk.must("task", "show", "c-1").result
        #expect(shown["title"] == "Comma, quote \" and\na line end")
        #expect(shown["labels"] == ["sales", "two words"] && shown["deliveries"].items.count == 2)
    }
}
