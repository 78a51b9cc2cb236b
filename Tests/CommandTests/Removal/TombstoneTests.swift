import Foundation
import TestSupport
import Testing

@Suite("Removing and renaming an integration", .timeLimit(.minutes(12)))
struct TombstoneTests {
    private func delivered(_ systems: [String] = ["jira"], _ count: Int = 3) async throws -> Bench {
        let bench = try await Bench(systems)
        try await bench.take(Bench.tasks(count), for: systems.joined(separator: ","))
        try await bench.desk.must("sync")
        return bench
    }

    @Test("removing says what is kept, explain knows it, and adding the same target takes it over at once")
    func told() async throws {
        let bench = try await delivered()
        let external = try await bench.delivery("m-1", "jira")["externalId"].text ?? ""
        let removed = try await bench.desk.must("integration", "remove", "jira")
        #expect(removed.summary["tombstones"] == 3, removed.told)
        let plain = try await bench.desk.run(["explain", "m-1", "--home", bench.desk.home], raw: true)
        #expect(
            plain.out.contains("was delivered to jira (jira, removed") && plain.out.contains("external id \(external)"),
            plain.told)
        #expect(try await bench.desk.must("explain", "m-1").result["tombstones"][0]["externalId"].text == external)
        #expect(try await bench.desk.must("token", "status").result["tokens"].items.isEmpty, "the token is gone")
        let imported = try await bench.desk.must(
            "integration", "import", "-", input: bench.row("jira", name: "other").line)
        #expect(imported.result["integrations"][0]["adopted"] == 3, imported.told)
        #expect(try await bench.states("other") == ["delivered": 3])
        try await bench.take(Bench.tasks(4), for: "other")
        #expect(try await bench.desk.must("sync").summary["delivered"] == 1)
        #expect(try await bench.emulator.count("jira") == 4)
        #expect(try await bench.desk.must("explain", "m-1").result["tombstones"].items.isEmpty)
    }

    @Test("the target may be set part by part, in whatever spelling; another target takes nothing over")
    func partByPart() async throws {
        let bench = try await delivered()
        try await bench.desk.must("integration", "remove", "jira")
        let bare = try await bench.desk.must("integration", "add", "new", "--type", "jira", "--set", "projectKey=ED")
        #expect(bare.summary["adopted"] == 0, bare.told)
        let other = try await bench.desk.must(
            "integration", "set", "new", "projectKey=OPS", "host=" + bench.emulator.jira)
        #expect(other.summary["adopted"] == 0, other.told)
        let spelled = bench.emulator.jira.uppercased().replacing("HTTP", with: "http") + "/"
        let right = try await bench.desk.must("integration", "set", "new", "projectKey=ED", "host=" + spelled)
        #expect(right.summary["adopted"] == 3, right.told)
    }

    @Test("what was taken back, or bound elsewhere, goes nowhere by itself when its integration is removed")
    func takenBack() async throws {
        let bench = try await delivered()
        try await bench.adopt([bench.row("jira", name: "second")])
        try await bench.desk.must("task", "add", "Not any more", "--id", "back", "--integration", "jira")
        try await bench.desk.must("task", "cancel", "back")
        try await bench.desk.must("integration", "remove", "jira")
        let sync = try await bench.desk.must("sync", "--integration", "second")
        #expect(sync.summary["delivered"] == 0, sync.told)
        #expect(try await bench.emulator.count("jira") == 3)
        #expect(try await bench.states("second").isEmpty)
    }

    @Test("a second integration of the same target makes nothing again when the first is removed")
    func second() async throws {
        let bench = try await delivered()
        try await bench.adopt([bench.row("jira", name: "second")])
        try await bench.desk.must("integration", "remove", "jira")
        try await bench.take(Bench.tasks(4), for: "second")
        try await bench.desk.must("sync")
        #expect(try await bench.emulator.count("jira") == 4)
        #expect(try await bench.states("second") == ["delivered": 4])
    }

    @Test("--forget is the old way, also for one that was removed before")
    func forget() async throws {
        let bench = try await delivered()
        try await bench.desk.must("integration", "remove", "jira")
        let forgotten = try await bench.desk.must("integration", "remove", "jira", "--forget")
        #expect(forgotten.summary["forgotten"] == 3, forgotten.told)
        try await bench.adopt([bench.row("jira")])
        try await bench.take(Bench.tasks(3), for: "jira")
        #expect(try await bench.desk.must("sync").summary["delivered"] == 3)
        #expect(try await bench.emulator.count("jira") == 6)
        let run = try await bench.desk.must("integration", "remove", "jira", "--forget")
        #expect(run.summary["tombstones"] == 0, run.told)
        #expect(try await bench.desk.must("explain", "m-1").result["tombstones"].items.isEmpty)
        let nobody = try await bench.desk.run("integration", "remove", "jira", "--forget")
        #expect(nobody.code == "integration_not_found", nobody.told)
    }

    @Test(
        "after a restore, what was refused or not yet sent is looked up when it is bound again, and then made once",
        arguments: Bench.systems)
    func restored(_ system: String) async throws {
        let bench = try await Bench([])
        let people = bench.row(system)["settings"]["assigneeMapping"].setting("ghost@example.com", "1200000000000999")
        let row = bench.row(system).setting(
            "settings", bench.row(system)["settings"].setting("assigneeMapping", people))
        func add() async throws {
            try await bench.adopt([row])
            try await bench.desk.must("integration", "set", system, "--patience", "1")
            try await bench.desk.must("integration", "check", system)
        }
        try await add()
        let refused: [JSON] = ["alice@example.com", "ghost@example.com", .null].enumerated().map {
            ["id": .string("r-\($0)"), "title": .string("Refused \($0)"), "assignee": $1]
        }
        try await bench.take(refused, for: system)
        try await bench.emulator.fault([
            "kind": "status", "status": 400, "body": "vendor", "text": "No.", "times": 0, "system": .string(system),
            "operation": "create",
        ])
        _ = try await bench.desk.run("sync")
        #expect(try await bench.states(system) == ["refused": 3])
        try await bench.emulator.ask("DELETE", "/faults")
        try await bench.take(Bench.tasks(2), for: system)
        try await bench.desk.must("integration", "remove", system, "--force")
        let backup = bench.desk.scratch("backup")
        try await bench.desk.must("backup", backup)
        try await bench.desk.must("restore", backup)
        try await add()
        try await bench.take(refused + Bench.tasks(2), for: system)
        let run = try await bench.syncToTheEnd()
        // Asana shows no list of somebody who is not there, so nobody can say that it has none of theirs; nothing is
        // sent.
        let open = system == "asana" ? 1 : 0
        #expect(try await bench.states(system)["delivered"] == 5 - open, run.told)
        #expect(try await bench.delivery("r-1", system)["state"].text == (open == 1 ? "unknown" : "delivered"))
        #expect(try await bench.emulator.count(system) == 5 - open)
    }

    @Test("a host that dies right after removing, or right after adding, has done all of it")
    func killed() async throws {
        let bench = try await delivered()
        let death = ["PATCHBAY_DEBUG_DIE_AFTER_COMMIT": "1"]
        _ = try await bench.desk.run(["integration", "remove", "jira"], environment: death)
        #expect(try await bench.desk.must("integration", "list").summary["count"] == 0)
        #expect(try await bench.desk.must("explain", "m-1").result["tombstones"].items.count == 1)
        let add = [
            "integration", "add", "jira", "--type", "jira", "--set", "host=" + bench.emulator.jira, "--set",
            "projectKey=ED",
        ]
        _ = try await bench.desk.run(add + ["--set", "email=demo@example.com"], environment: death)
        #expect(try await bench.states("jira") == ["delivered": 3])
        #expect(try await bench.desk.must("explain", "m-1").result["tombstones"].items.isEmpty)
    }

    @Test("a new name keeps token, settings and deliveries; the old one is told of, and others are refused")
    func rename() async throws {
        let bench = try await delivered(["jira", "asana"])
        let before = try await bench.desk.must("integration", "show", "jira").result
        try await bench.desk.must("integration", "rename", "jira", "work")
        #expect(try await bench.desk.must("integration", "show", "work").result == before.setting("name", "work"))
        try await bench.desk.must("integration", "check", "work")
        try await bench.desk.must("key", "rotate")
        try await bench.take(Bench.tasks(4), for: "work")
        try await bench.desk.must("sync")
        #expect(try await bench.states("work") == ["delivered": 4])
        #expect(try await bench.emulator.count("jira") == 4)
        let old = try await bench.desk.run(
            ["task", "import", "-", "--integration", "jira"], input: Bench.tasks(1)[0].line)
        #expect(old.code == "integration_not_found" && old.message.contains("renamed to work"), old.told)
        for (name, code) in [
            ("asana", "integration_exists"), ("a b", "integration_invalid"), (".x", "integration_invalid"),
        ] {
            let refused = try await bench.desk.run("integration", "rename", "work", name)
            #expect(refused.status == 2 && refused.code == code, refused.told)
        }
        #expect(try await bench.desk.must("events").out.contains("integration_renamed"))
    }

    @Test("a sync that runs, and one that waits for the old name, go on under the new one")
    func renamedMeanwhile() async throws {
        let bench = try await Bench(["jira"])
        try await bench.take(Bench.tasks(60), for: "jira")
        try await bench.emulator.ask("POST", "/latency", ["milliseconds": 1_500])
        try await bench.emulator.fault([
            "kind": "status", "status": 429, "retryAfter": 7, "system": "jira", "operation": "create", "times": 1,
        ])
        let running = try bench.desk.start(["sync", "--wait", "--integration", "jira"])
        let emulator = bench.emulator
        try await Wait.until("something is sent") { try await emulator.requests() > 0 ? true : nil }
        try await bench.desk.must("integration", "rename", "jira", "work")
        try await bench.emulator.ask("POST", "/latency", ["milliseconds": 0])
        let run = try await running.finish()
        #expect(run.status == 0, run.told)
        #expect(try await bench.states("work") == ["delivered": 60])
        #expect(try await bench.emulator.count("jira") == 60)
    }

    @Test("spellings of one address are one person; two people under one address are refused when they are set")
    func addresses() async throws {
        let bench = try await Bench(["jira"])
        let (alice, bob) = ("5b10a2844c20165700ede202", "5b10a2844c20165700ede203")
        for (one, other) in [("a@x.example", "A@X.example"), ("mailto:a@x.example", "Alice <A@x.example>")] {
            let map = JSON.object([one: .string(alice), other: .string(bob)]).line
            let run = try await bench.desk.run("integration", "set", "jira", "assigneeMapping=\(map)")
            #expect(run.status == 2 && run.code == "settings_invalid", run.told)
            #expect(run.message.contains(one) && run.message.contains(other), run.told)
        }
        let map = JSON.object(["Alice <Alice@Example.com>": .string(alice), "mailto:alice@example.com": .string(alice)])
            .line
        try await bench.desk.must("integration", "set", "jira", "assigneeMapping=\(map)")
        let spellings: [JSON] = [
            "alice@example.com", "mailto:ALICE@example.com", "Alice Demo <alice@example.com>", " alice@example.com ",
        ]
        try await bench.take(
            spellings.enumerated().map { ["id": .string("s-\($0)"), "title": .string("T \($0)"), "assignee": $1] },
            for: "jira")
        let sync = try await bench.desk.must("sync")
        #expect(sync.summary["delivered"] == 4 && !sync.out.contains("assignee_unmapped"), sync.told)
        #expect(try await bench.desk.must("task", "show", "s-2").result["assignee"] == "alice@example.com")
    }
}
