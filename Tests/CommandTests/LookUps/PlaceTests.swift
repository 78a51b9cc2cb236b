import Foundation
import Testing

/// A look-up goes to the place of the attempt, and beyond it.
@Suite("Where a lost task is looked for", .timeLimit(.minutes(12)))
struct PlaceTests {
    static let otherPlace = ["asana": "projectId=1200000000000202", "jira": "projectKey=OPS"]

    @Test("the target was changed in between: it is found where it was sent to", arguments: ["asana", "jira"])
    func otherTarget(_ system: String) async throws {
        let lost = try await LostBench(system)
        try await lost.deliverOne()
        try await lost.lose(made: 5)
        try await lost.bench.desk.must("integration", "set", system, try #require(Self.otherPlace[system]))
        try await lost.settle()
        try await lost.expectNoDoubles("after the target was changed")
        #expect(try await lost.bench.states(system) == ["delivered": 6])
    }

    @Test("a colleague moved it to another project: it is found there", arguments: ["asana", "jira"])
    func moved(_ system: String) async throws {
        let lost = try await LostBench(system)
        try await lost.deliverOne()
        try await lost.lose(made: 2)
        let project = system == "asana" ? "1200000000000202" : "OPS"
        for task in try await lost.bench.emulator.tasks(system) where task["title"].text?.hasPrefix("Task") == true {
            try await lost.bench.emulator.ask(
                "POST", "/changes", ["system": .string(system), "id": task["id"], "project": .string(project)])
        }
        try await lost.settle()
        try await lost.expectNoDoubles("after the move")
        #expect(try await lost.bench.states(system) == ["delivered": 3])
    }

    @Test(
        """
        the address was changed: nothing is looked up with a token that must not go there, nothing sent, and it says so
        """
    )
    func otherAddress() async throws {
        let lost = try await LostBench("jira")
        try await lost.deliverOne()
        try await lost.lose(made: 2)
        let other = try await EmulatorProcess(lost.bench.desk.scratch)
        try await lost.bench.desk.must("integration", "set", "jira", "host=" + other.jira)
        let token = try await lost.bench.desk.run(
            ["token", "set", "jira", "--another-account"], input: Bench.tokens["jira"] ?? "")
        #expect(token.status == 0, token.told)
        try await lost.settle(times: 3)
        #expect(try await other.count("jira") == 0)
        try await lost.expectNoDoubles("after the address was changed")
        let told = try await lost.words(of: "m-1")
        #expect(told.contains("was sent to") && told.contains("resolve"), "\(told)")
    }

    @Test("a personal token was replaced by OAuth: the mark in the notes is looked for, not the external id")
    func otherKind() async throws {
        let lost = try await LostBench("asana")
        try await lost.deliverOne()
        try await lost.lose(made: 3)
        let grant = try await lost.bench.desk.run(
            ["token", "set", "asana", "--kind", "oauth"], input: GrantBench.grant("asana"))
        #expect(grant.status == 0, grant.told)
        try await lost.settle()
        try await lost.expectNoDoubles("after the token's kind was changed")
        #expect(try await lost.bench.states("asana") == ["delivered": 4])
    }

    @Test("the project is set by its id: issues are made in it, and found there") func projectByID() async throws {
        let lost = try await LostBench("jira")
        try await lost.bench.desk.must("integration", "set", "jira", "projectKey=10101")
        let check = try await lost.bench.desk.must("integration", "check", "jira")
        #expect(check.result["problems"].items.isEmpty && check.result["lookUps"] == "proved", check.told)
        try await lost.deliverOne()
        try await lost.lose(made: 2, notMade: 1)
        try await lost.settle()
        try await lost.expectNoDoubles("by the project's id")
        #expect(try await lost.bench.states("jira") == ["delivered": 4])
        #expect(
            try await lost.bench.emulator.tasks("jira").allSatisfy { $0["displayId"].text?.hasPrefix("OPS-") == true })
    }

    @Test("through Jira's gateway to a site that is not the one of today: the attempt's site is asked") func otherSite()
        async throws
    {
        let grants = try await GrantBench()
        try await grants.add("jira")
        try await grants.set("jira")
        try await grants.bench.take([["id": "first", "title": "The first one"]], for: "jira")
        try await grants.desk.must("sync")
        try await grants.bench.take(Bench.tasks(2), for: "jira")
        try await grants.emulator.fault(["kind": "drop-after", "system": "jira", "operation": "create", "times": 0])
        _ = try await grants.desk.run("sync")
        try await grants.emulator.ask("DELETE", "/faults")
        #expect(try await grants.bench.states("jira") == ["delivered": 1, "unknown": 2])
        // What the check remembered is of the site of then, and what is set now is another one.
        try await grants.desk.must("integration", "set", "jira", "host=https://other.example", "--patience", "0")
        try await Wait.until("both are found") {
            _ = try await grants.desk.run("sync", "--integration", "jira")
            return try await grants.bench.states("jira") == ["delivered": 3] ? true : nil
        }
        #expect(try await grants.emulator.count("jira") == 3)
    }

    @Test("the token is of another account now: a miss proves nothing, and it says so", arguments: ["asana", "jira"])
    func otherAccount(_ system: String) async throws {
        let lost = try await LostBench(system)
        try await lost.deliverOne()
        try await lost.lose(made: 0, notMade: 2)
        try await lost.bench.emulator.ask(
            "POST", "/tokens",
            [
                "system": .string(system), "kind": "personal", "token": "of-alice-1234567", "user": "alice@example.com",
                "state": "valid",
            ])
        if system == "jira" { try await lost.bench.desk.must("integration", "set", "jira", "email=alice@example.com") }
        let token = try await lost.bench.desk.run(
            ["token", "set", system, "--another-account"], input: "of-alice-1234567")
        #expect(token.status == 0, token.told)
        try await lost.settle(times: 3)
        #expect(try await lost.bench.states(system) == ["delivered": 1, "unknown": 2])
        let told = try await lost.words(of: "n-1")
        #expect(told.contains("it was sent as account"), "\(told)")
    }
}

/// What a look-up may not believe.
@Suite("When a lost task is not seen", .timeLimit(.minutes(12)))
struct MissTests {
    @Test("answers that say nothing leave it unknown, with patience over", arguments: ["asana", "jira"])
    func silence(_ system: String) async throws {
        let lost = try await LostBench(system, patience: 0)
        try await lost.deliverOne()
        try await lost.lose(made: 2)
        let path = system == "asana" ? "/api/1.0/tasks" : "/rest/api/3/search/jql"
        let honest =
            system == "asana"
            ? #"{"data": [], "errors": [{"message": "Server Error"}]}"# : #"{"errorMessages": ["busy"], "errors": {}}"#
        for body in [
            "{}", "null", "[]", #"{"issues": null}"#, #"{"data": null}"#, #"{"issues": [], "isLast": false}"#, honest,
        ] {
            try await lost.bench.emulator.fault([
                "kind": "status", "status": 200, "system": .string(system), "path": .string(path),
                "method": system == "asana" ? "GET" : "POST",
                "body": "json", "text": .string(body), "times": 0,
            ])
            _ = try await lost.bench.desk.run("retry", "--all")
            try await lost.sync()
            try await lost.bench.emulator.ask("DELETE", "/faults")
            try await lost.expectNoDoubles("after \(body)")
            #expect(try await lost.bench.states(system)["pending"] == nil, "\(body)")
        }
    }

    @Test("a colleague replaced the description that held the mark: the leftover is named, and nothing is sent")
    func markGone()
        async throws
    {
        let lost = try await LostBench("asana", patience: 0)
        try await lost.deliverOne()
        try await lost.lose(made: 1)
        let task = try #require(try await lost.bench.emulator.tasks("asana").first { $0["title"] == "Task 1 of m" })
        try await lost.bench.emulator.ask(
            "POST", "/changes", ["system": "asana", "id": task["id"], "description": "Rewritten by Carol."])
        try await lost.settle(times: 3)
        try await lost.expectNoDoubles("after the mark was gone")
        let told = try await lost.words(of: "m-1")
        #expect(told.contains("this may be it") && told.contains(task["id"].text ?? "-"), "\(told)")
        let settled = try await lost.bench.desk.run(
            ["resolve", "m-1", "--integration", "asana", "--external-id", task["id"].text ?? ""])
        #expect(settled.status == 0, settled.told)
        #expect(try await lost.bench.states("asana") == ["delivered": 2])
    }

    @Test("a role that may add and not see: check says so before, and nothing is sent again") func unseen() async throws
    {
        let lost = try await LostBench("jira", patience: 0)
        try await lost.bench.emulator.ask("POST", "/settings", ["jira": ["withoutBrowse": ["ED"]]])
        let check = try await lost.bench.desk.run("integration", "check", "jira")
        let home = ["--home", lost.bench.desk.home, "--plugins", lost.bench.desk.plugins]
        let shown = try await lost.bench.desk.run(["integration", "check", "jira"] + home, raw: true)
        #expect(shown.err.contains("a lost answer would need a person"), shown.told)
        #expect(check.result["lookUps"] == "never", check.told)
        try await lost.lose(made: 2)
        try await lost.settle(times: 3)
        try await lost.expectNoDoubles("unseen")
        #expect(try await lost.bench.states("jira")["unknown"] == 2)
        let doctor = try await lost.bench.desk.run("doctor")
        #expect(doctor.result["checks"].items.contains { $0["code"] == "look_ups_uncertain" }, doctor.told)
    }

    @Test("a patience below the connector's lag is told when it is set, and by doctor") func shortPatience()
        async throws
    {
        let bench = try await Bench(["jira"])
        let home = ["--home", bench.desk.home, "--plugins", bench.desk.plugins]
        let set = try await bench.desk.run(["integration", "set", "jira", "--patience", "5"] + home, raw: true)
        #expect(set.err.contains("shorter than the 300 s"), set.told)
        let doctor = try await bench.desk.run("doctor")
        #expect(doctor.result["checks"].items.contains { $0["code"] == "patience_short" }, doctor.told)
        let enough = try await bench.desk.run(["integration", "set", "jira", "--patience", "300"] + home, raw: true)
        #expect(!enough.err.contains("shorter than"), enough.told)
    }
}
