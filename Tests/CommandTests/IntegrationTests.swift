import Foundation
import Testing

@Suite("Integrations", .timeLimit(.minutes(12)))
struct IntegrationTests {
    @Test("moving in is one step each: rows with their tokens, tasks with their external ids")
    func movingIn() async throws {
        let bench = try await Bench([])
        let rows = Bench.systems.map { bench.row($0) }
        let file = try bench.desk.scratch.write("rows.jsonl", rows.map(\.line).joined(separator: "\n") + "\n")
        let taken = try await bench.desk.must("integration", "import", file)
        #expect(
            taken.summary["imported"] == 3 && taken.result["integrations"].items.allSatisfy { $0["tokenSet"] == true },
            taken.told)
        let again = try await bench.desk.must("integration", "import", file)
        #expect(again.result["integrations"].items.allSatisfy { $0["added"] == false }, again.told)
        try await bench.take([
            ["id": "old", "title": "Made by hand before", "integration": "asana", "externalId": "1199"],
            ["id": "new", "title": "Not made yet", "integration": "asana"],
        ])
        let sync = try await bench.desk.must("sync")
        #expect(sync.summary["delivered"] == 1, sync.told)
        #expect(try await bench.emulator.tasks("asana").map { $0["title"].text } == ["Not made yet"])
        #expect(try await bench.delivery("old", "asana")["externalId"] == "1199")
        let listed = try await bench.desk.must("integration", "list")
        #expect(listed.summary["count"] == 3)
        #expect(!(listed.out + taken.out + taken.err).contains("demo-token"))
    }

    @Test("a row that cannot be taken is named with its line, and the others are taken")
    func badRows() async throws {
        let bench = try await Bench([])
        let rows = [
            bench.row("asana"), bench.row("linear").setting("type", "trello").setting("name", "t"),
            bench.row("linear").setting("accessToken", 5),
            bench.row("jira").setting("settings", ["projectKey": "ED", "host": .string(bench.emulator.jira)]),
            bench.row("linear").setting("name", "x y"),
        ]
        let run = try await bench.desk.run(
            "integration", "import", "-", input: rows.map(\.line).joined(separator: "\n"))
        #expect(run.status == 2 && run.summary["imported"] == 2, run.told)
        #expect(run.result["errors"].items.map { $0["line"].int } == [2, 3, 5], run.told)
        #expect(
            run.result["errors"].items.map { $0["code"].text } == [
                "connector_not_found", "integration_invalid", "integration_invalid",
            ])
        #expect(run.result["integrations"][1]["missingSettings"] == ["email"])
    }

    @Test("an integration with open deliveries is removed only by force; one without simply goes")
    func remove() async throws {
        let bench = try await Bench(["asana", "linear"])
        try await bench.take(Bench.tasks(2), for: "asana")
        let busy = try await bench.desk.run("integration", "remove", "asana")
        #expect(busy.status == 2 && busy.code == "integration_busy" && busy.error["integration"] == "asana", busy.told)
        try await bench.desk.must("integration", "remove", "asana", "--force")
        try await bench.desk.must("integration", "remove", "linear")
        let gone = try await bench.desk.run("integration", "show", "asana")
        #expect(gone.status == 2 && gone.code == "integration_not_found", gone.told)
        #expect(try await bench.desk.must("task", "list").summary["count"] == 2, "tasks stay")
        #expect(try await bench.desk.must("token", "status").result["tokens"].items.isEmpty)
    }

    @Test("a disabled integration rests and its deliveries wait; enabled, it goes on")
    func disabled() async throws {
        let bench = try await Bench(["asana", "linear"])
        try await bench.take(Bench.tasks(2), for: "asana,linear")
        #expect(try await bench.desk.must("integration", "disable", "asana").result["isActive"] == false)
        let sync = try await bench.desk.must("sync")
        #expect(sync.summary["delivered"] == 2, sync.told)
        #expect(try await bench.emulator.count("asana") == 0)
        let named = try await bench.desk.run("sync", "--integration", "asana")
        #expect(
            named.status == 2 && named.code == "integration_inactive" && named.error["system"] == "asana", named.told)
        #expect(try await bench.states("asana") == ["pending": 2])
        try await bench.desk.must("integration", "enable", "asana")
        #expect(try await bench.desk.must("sync").summary["delivered"] == 2)
    }

    @Test("settings are changed, taken away, and held against what the connector describes")
    func settings() async throws {
        let bench = try await Bench(["jira"])
        let set = try await bench.desk.must("integration", "set", "jira", "issueType=Bug")
        #expect(set.result["settings"]["issueType"] == "Bug" && set.result["tokenSet"] == true, set.told)
        try await bench.take(Bench.tasks(1), for: "jira")
        try await bench.desk.must("sync")
        #expect(try await bench.emulator.tasks("jira")[0]["details"]["issueType"] == "Bug")
        let taken = try await bench.desk.must("integration", "set", "jira", "projectKey=")
        #expect(taken.result["missingSettings"] == ["projectKey"], taken.told)
        let unknown = try await bench.desk.run("integration", "set", "jira", "colour=red")
        #expect(
            unknown.status == 2 && unknown.code == "settings_invalid" && unknown.message.contains("projectKey"),
            unknown.told)
        let base = try await bench.desk.run("integration", "set", "jira", "--base-url", "https://example.com")
        #expect(base.status == 2 && base.code == "base_url_invalid" && base.message.contains("host"), base.told)
        let plain = try await bench.desk.run("integration", "set", "jira", "host=http://example.com")
        #expect(plain.status == 2, plain.told)
        let twice = try await bench.desk.run("integration", "add", "jira", "--type", "jira")
        #expect(twice.status == 2 && twice.code == "integration_exists", twice.told)
    }

    @Test("failures are listed with their reason; retry makes them due; status counts them")
    func failures() async throws {
        let bench = try await Bench(["jira"])
        try await bench.emulator.ask("POST", "/settings", ["jira": ["required": ["ED": ["customfield_10010"]]]])
        try await bench.take(Bench.tasks(2), for: "jira")
        let sync = try await bench.desk.run("sync")
        #expect(sync.status == 1 && sync.summary["refused"] == 2, sync.told)
        let failures = try await bench.desk.must("failures", "--integration", "jira")
        #expect(failures.summary["count"] == 2, failures.told)
        #expect(
            failures.result["failures"].items.allSatisfy {
                $0["error"]["code"] == "task_refused" && $0["state"] == "refused"
            })
        #expect(try await bench.desk.must("failures", "--code", "rate_limited").summary["count"] == 0)
        #expect(try await bench.desk.must("status").summary["refused"] == 2)
        #expect(try await bench.desk.must("sync").summary["delivered"] == 0, "refused ones need a person")
        try await bench.emulator.ask("POST", "/settings", ["jira": ["required": [:]]])
        #expect(try await bench.desk.must("retry", "m-1").summary["count"] == 1)
        #expect(try await bench.desk.must("sync").summary["delivered"] == 1)
        #expect(try await bench.desk.must("retry", "--all").summary["count"] == 1)
        #expect(try await bench.desk.must("sync").summary["delivered"] == 1)
        #expect(try await bench.states("jira") == ["delivered": 2])
    }
}
