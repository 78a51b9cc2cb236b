import Foundation
import Testing

/// Tasks without an id of their own: the same words next week are another task.
@Suite("Next week's tasks", .timeLimit(.minutes(12)))
struct NextWeekTests {
    private static let thisWeek =
        #"{"title": "Send the report", "dueDate": "2026-05-08"}"# + "\n" + #"{"title": "Call Bob"}"#
    private static let nextWeek =
        #"{"title": "Send the report", "dueDate": "2026-05-15"}"# + "\n" + #"{"title": "Call Ann"}"#

    private func delivered() async throws -> Bench {
        let bench = try await Bench(["jira"])
        try await bench.desk.must("task", "import", "-", "--integration", "jira", input: Self.thisWeek)
        try await bench.desk.must("sync")
        return bench
    }

    @Test(
        """
        what would change a task that was sent is left aside with what is new beside it, and the same file again is \
        nothing new
        """
    )
    func leftAside() async throws {
        let bench = try await delivered()
        let same = try await bench.desk.must("task", "import", "-", "--integration", "jira", input: Self.thisWeek)
        #expect(same.summary["unchanged"] == 2 && same.summary["leftAside"] == 0, same.told)
        for _ in 0..<2 {
            let next = try await bench.desk.run(["task", "import", "-", "--integration", "jira"], input: Self.nextWeek)
            #expect(next.status == 1 && next.summary["leftAside"] == 2 && next.summary["refused"] == 0, next.told)
            #expect(next.summary["added"] == 0, next.told)
            #expect(next.result["leftAside"][1]["title"] == "Call Ann", next.told)
            let aside = next.result["leftAside"][0]
            #expect(
                aside["title"] == "Send the report" && aside["line"] == 1 && aside["integrations"] == ["jira"],
                next.told)
            let shown = try await bench.desk.must("task", "show", aside["taskId"].text ?? "")
            #expect(shown.result["dueDate"] == "2026-05-08", shown.told)
        }
        try await bench.desk.must("sync")
        let titles = { try await bench.emulator.tasks("jira").compactMap { $0["title"].text }.sorted() }
        #expect(try await titles() == ["Call Bob", "Send the report"])
        let text = try await bench.desk.run(
            ["task", "import", "-", "--home", bench.desk.home, "--plugins", bench.desk.plugins], input: Self.nextWeek,
            raw: true)
        #expect(text.status == 1 && text.err.contains("Send the report") && text.err.contains("--meeting"), text.told)
        // As it was told: the whole file again, and nothing of it is there twice.
        try await bench.desk.must(
            "task", "import", "-", "--integration", "jira", "--meeting", "w2", input: Self.nextWeek)
        try await bench.desk.must("sync")
        #expect(try await titles() == ["Call Ann", "Call Bob", "Send the report", "Send the report"])
    }

    @Test("what a removed integration delivered counts as sent")
    func removed() async throws {
        let bench = try await delivered()
        try await bench.desk.must("integration", "remove", "jira")
        let next = try await bench.desk.run(["task", "import", "-"], input: Self.nextWeek)
        #expect(next.status == 1 && next.summary["leftAside"] == 2, next.told)
        #expect(next.result["leftAside"][0]["integrations"] == ["jira"], next.told)
    }

    @Test("--update takes them, --meeting makes others") func taken() async throws {
        let bench = try await delivered()
        let updated = try await bench.desk.must("task", "import", "-", "--update", input: Self.nextWeek)
        #expect(updated.summary["changed"] == 1 && updated.result["changedNotSent"].items.count == 1, updated.told)
        let other = try await bench.desk.must(
            "task", "import", "-", "--meeting", "week-20", "--integration", "jira", input: Self.nextWeek)
        #expect(other.summary["added"] == 2 && other.summary["meetingId"] == "week-20", other.told)
        try await bench.desk.must("sync")
        #expect(try await bench.emulator.tasks("jira").count { $0["title"] == "Send the report" } == 2)
    }

    @Test("--meeting auto names the meeting by the file and its date, the same each time") func automatic() async throws
    {
        let bench = try await Bench(["jira"])
        func take(_ text: String, changedAt seconds: Double) async throws -> Run {
            let file = try bench.desk.scratch.write("weekly.jsonl", text)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: seconds)], ofItemAtPath: file)
            return try await bench.desk.run(["task", "import", file, "--meeting", "auto", "--integration", "jira"])
        }
        let first = try await take(Self.thisWeek, changedAt: 1_778_200_000)
        #expect(
            first.status == 0 && first.summary["meetingId"] == "weekly-2026-05-08" && first.summary["added"] == 2,
            first.told)
        try await bench.desk.must("sync")
        let again = try await take(Self.thisWeek, changedAt: 1_778_200_000)
        #expect(again.status == 0 && again.summary["unchanged"] == 2, again.told)
        let next = try await take(Self.nextWeek, changedAt: 1_778_200_000 + 7 * 86_400)
        #expect(
            next.status == 0 && next.summary["meetingId"] == "weekly-2026-05-15" && next.summary["added"] == 2,
            next.told)
        try await bench.desk.must("sync")
        #expect(try await bench.emulator.count("jira") == 4)
        let stream = try await bench.desk.run(["task", "import", "-", "--meeting", "auto"], input: Self.thisWeek)
        #expect(stream.status == 2 && stream.message.contains("--meeting ID"), stream.told)
    }

    @Test("a correction before anything was sent is taken, and so is one under an id of its own") func corrections()
        async throws
    {
        let bench = try await Bench(["jira"])
        try await bench.desk.must("task", "import", "-", "--integration", "jira", input: Self.thisWeek)
        let corrected = try await bench.desk.must("task", "import", "-", "--integration", "jira", input: Self.nextWeek)
        #expect(corrected.summary["changed"] == 1 && corrected.summary["added"] == 1, corrected.told)
        try await bench.take([["id": "own", "title": "Mine"]], for: "jira")
        try await bench.desk.must("sync")
        let own = try await bench.desk.must(
            "task", "import", "-", input: #"{"id": "own", "title": "Mine", "dueDate": "2026-05-08"}"#)
        #expect(own.summary["changed"] == 1, own.told)
    }

    @Test(
        """
        one task from the command line, or from an action, with the words of one that was sent is an error that says \
        what to do
        """
    )
    func single() async throws {
        let bench = try await delivered()
        let added = try await bench.desk.run("task", "add", "Send the report", "--due", "2026-05-15")
        #expect(added.status == 2 && added.code == "task_delivered" && added.message.contains("--meeting"), added.told)
        try await bench.desk.must("task", "add", "Send the report", "--due", "2026-05-15", "--update")
        func action(_ more: JSON) -> String {
            let config: JSON = [
                "externalSystem": "jira", "tasks": [["title": "Call Bob", "priority": "high"], ["title": "New"]],
            ]
            return JSON.object([
                "type": "create_tasks",
                "config": more["meetingId"].isNull ? config : config.setting("meetingId", more["meetingId"]),
            ])
            .line
        }
        let run = try await bench.desk.run("run", "-", input: action([:]))
        #expect(run.status == 2 && run.code == "task_delivered" && run.message.contains("meetingId"), run.told)
        #expect(try await bench.emulator.count("jira") == 2, "nothing of it was sent")
        try await bench.desk.must("run", "-", input: action(["meetingId": "week-20"]))
        #expect(try await bench.emulator.count("jira") == 4)
    }
}
