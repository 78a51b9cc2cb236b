import Foundation
import Testing

@Suite("The main job", .timeLimit(.minutes(12)))
struct MainJobTests {
    private static let meeting = Built.root + "/Examples/meeting.jsonl"

    @Test("by hand: a meeting's tasks are in three systems, each once, with id and URL; a second sync sends nothing")
    func byHand() async throws {
        let bench = try await Bench([])
        let (desk, emulator) = (bench.desk, bench.emulator)
        try await addByHand(bench)
        let taken = try await desk.must("task", "import", Self.meeting, "--integration", "asana,jira,linear")
        #expect(taken.summary["added"] == 5 && taken.summary["deliveriesAdded"] == 15, taken.told)

        let sync = try await desk.must("sync")
        #expect(sync.summary["delivered"] == 15, sync.told)
        #expect(sync.result["tasks"].items.count == 15)
        for row in sync.result["tasks"].items {
            #expect(row["state"].text == "delivered" && row["error"].isNull)
            #expect(row["externalId"].text?.isEmpty == false)
            #expect(row["url"].text?.hasPrefix("http://127.0.0.1:") == true, "\(row.line)")
        }
        try await expectEqual(bench, Self.meeting)

        try await emulator.ask("DELETE", "/counters")
        let again = try await desk.must("sync")
        #expect(again.summary["delivered"] == 0)
        #expect(try await emulator.requests() == 0)
        let repeated = try await desk.must("task", "import", Self.meeting, "--integration", "asana,jira,linear")
        #expect(repeated.summary["unchanged"] == 5 && repeated.summary["deliveriesAdded"] == 0)
        #expect(try await desk.must("sync").summary["delivered"] == 0)
        #expect(try await emulator.requests() == 0)
    }

    /// Three integrations by flags; the tokens through standard input, a file and a descriptor.
    private func addByHand(_ bench: Bench) async throws {
        let (desk, emulator) = (bench.desk, bench.emulator)
        let people = Built.root + "/Examples"
        try await desk.must(
            "integration", "add", "asana", "--type", "asana", "--base-url", emulator.asana, "--set",
            "workspaceId=1200000000000001",
            "--set",
            "projectId=1200000000000201", "--settings", people + "/asana-people.json")
        try await desk.must(
            "integration", "add", "jira", "--type", "jira", "--set", "host=\(emulator.jira)", "--set", "projectKey=ED",
            "--set",
            "email=demo@example.com", "--settings", people + "/jira-people.json")
        let added = try await desk.must(
            "integration", "add", "linear", "--type", "linear", "--base-url", emulator.linear, "--set",
            "teamId=\(Bench.linearTeam)",
            "--settings", people + "/linear-people.json")
        #expect(added.result["tokenSet"] == false && added.result["missingSettings"].items.isEmpty)
        let set = try await desk.must("token", "set", "asana", input: "asana-demo-token\n")
        #expect(set.summary["checked"] == true && set.summary["replaced"] == false, set.told)
        let file = try desk.scratch.write("jira-token", "jira-demo-token\n")
        try await desk.must("token", "set", "jira", "--file", file)
        let other = try desk.scratch.write("linear-token", "lin_api_demo_token")
        let run = try await desk.run(["token", "set", "linear", "--fd", "7"], descriptor: (7, other))
        #expect(run.status == 0, run.told)
    }

    /// Every task of the file is in every system, field by field, and nothing else is.
    private func expectEqual(_ bench: Bench, _ file: String) async throws {
        let sources = JSON.lines(try String(contentsOfFile: file, encoding: .utf8))
        let listed = try await bench.desk.must("task", "list").result["tasks"].items
        #expect(listed.count == sources.count)
        for system in Bench.systems {
            let remote = try await bench.emulator.tasks(system)
            #expect(remote.count == sources.count)
            for source in sources {
                let task = try #require(listed.first { $0["title"] == source["title"] })
                let delivery = try #require(task["deliveries"].items.first { $0["integration"].text == system })
                let there = try #require(
                    remote.first { $0["id"] == delivery["externalId"] }, "\(system): \(delivery.line)")
                let found = Comparison.differences(
                    source, there, in: system, deliveryID: delivery["deliveryId"].text ?? "")
                #expect(found.isEmpty, "\(system): \(source["title"].text ?? ""): \(found)")
                #expect(there["url"] == delivery["url"])
                #expect(
                    there["displayId"]
                        == (delivery["displayId"].isNull ? delivery["externalId"] : delivery["displayId"]))
            }
        }
    }

    @Test("for a person: a table with task, system, external id and URL, and one sentence")
    func table() async throws {
        let bench = try await Bench(["linear"])
        try await bench.take([["title": "Call\u{1B}[2J Bob", "meetingId": "m"]], for: "linear")
        let run = try await bench.desk.run(["--home", bench.desk.home, "--plugins", Built.plugins, "sync"], raw: true)
        #expect(run.status == 0, run.told)
        #expect(run.out.contains("TASK"))
        #expect(run.out.contains("ENG-1") && run.out.contains("\(bench.emulator.linear)/"), run.told)
        #expect(run.out.contains("1 delivered"))
        #expect(!run.out.contains("\u{1B}"), "a title's control characters reach the terminal")
        let second = try await bench.desk.run(
            ["--home", bench.desk.home, "--plugins", Built.plugins, "sync"], raw: true)
        #expect(second.out == "nothing to send\n", second.told)
    }

    @Test("a dry run names what is due, uses no network and writes nothing")
    func dryRun() async throws {
        let bench = try await Bench(["asana", "linear"])
        try await bench.take(Bench.tasks(3), for: "asana")
        try await bench.take([["id": "free", "title": "Bound for nowhere"]])
        try await bench.emulator.ask("DELETE", "/counters")
        let before = try storeBytes(bench)
        let run = try await bench.desk.must("sync", "--dry-run")
        #expect(run.summary["due"] == 3 && run.summary["unbound"] == 1, run.told)
        #expect(run.result["integrations"][0]["due"].items.compactMap { $0["taskId"].text } == ["m-1", "m-2", "m-3"])
        let one = try await bench.desk.must("sync", "--dry-run", "--integration", "linear")
        #expect(one.summary["due"] == 0 && one.summary["bindable"] == 1, one.told)
        #expect(try await bench.desk.must("sync", "--dry-run", "--limit", "2").summary["due"] == 2)
        #expect(try await bench.emulator.requests() == 0)
        #expect(try storeBytes(bench) == before)
        #expect(try await bench.delivery("free", "linear").isNull)
    }

    @Test("a preview of more than it shows says that there is more")
    func longDryRun() async throws {
        let bench = try await Bench(["linear"])
        try await bench.take(Bench.tasks(1_000), for: "linear")
        #expect(try await bench.desk.must("sync", "--dry-run").result["integrations"].items[0]["hasMore"] == false)
        try await bench.take(Bench.tasks(1, meeting: "n"), for: "linear")
        let run = try await bench.desk.must("sync", "--dry-run")
        let entry = run.result["integrations"].items[0]
        #expect(entry["hasMore"] == true && entry["due"].items.count == 1_000)
        let text = try await bench.desk.run(
            ["--home", bench.desk.home, "--plugins", Built.plugins, "sync", "--dry-run"], raw: true)
        #expect(text.out.contains("would send more than 1000"), text.told)
    }

    /// The store as it is on disk, but for its counters of changes and of schemas: the database layer tries on each
    /// opening whether it could write, and takes that back.
    private func storeBytes(_ bench: Bench) throws -> Data {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: bench.desk.home + "/patchbay.sqlite"))
        for place in [24..<28, 40..<44, 92..<96] { bytes.resetBytes(in: place) }
        return bytes
    }

    @Test("--limit, --meeting and --task send so many and those, and no others")
    func narrowed() async throws {
        let bench = try await Bench(["jira"])
        try await bench.take(Bench.tasks(4, meeting: "a") + Bench.tasks(4, meeting: "b"), for: "jira")
        #expect(
            try await bench.desk.must("sync", "--wait", "--limit", "3").summary["delivered"] == 3,
            "a limit ends the waiting too")
        #expect(try await bench.emulator.count("jira") == 3)
        let sentOfB = try await bench.emulator.tasks("jira").count { $0["title"].text?.hasSuffix("of b") == true }
        let meeting = try await bench.desk.must("sync", "--meeting", "b")
        #expect(meeting.summary["delivered"].int == 4 - sentOfB, meeting.told)
        for row in meeting.result["tasks"].items { #expect(row["meetingId"] == "b") }
        try await bench.take(Bench.tasks(3, meeting: "c"), for: "jira")
        let task = try await bench.desk.must("sync", "--task", "c-2")
        #expect(task.result["tasks"].items.compactMap { $0["taskId"].text } == ["c-2"])
        try await bench.desk.must("sync")
        #expect(try await bench.emulator.count("jira") == 11)
    }

    @Test("--limit counts over all integrations together")
    func limitOverAll() async throws {
        let bench = try await Bench()
        try await bench.take(Bench.tasks(4), for: "asana,jira,linear")
        #expect(try await bench.desk.must("sync", "--limit", "5").summary["delivered"] == 5)
        #expect(try await bench.desk.must("sync").summary["delivered"] == 7)
    }
}
