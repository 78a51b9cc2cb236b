import Foundation
import Testing

@Suite("Bad weather", .timeLimit(.minutes(12)))
struct BadWeatherTests {
    @Test(
        "a refused task is logged with all that is known, the others are delivered, and the status is 1",
        arguments: Bench.systems)
    func refused(_ system: String) async throws {
        let bench = try await Bench([system])
        // As many as the largest batch: one bad task fails them all at first.
        var tasks = Bench.tasks(50)
        let long = system == "jira" ? String(repeating: "a\n\n", count: 2_500) : String(repeating: "\"", count: 30_000)
        tasks[17] = tasks[17].setting("description", .string(long))
        try await bench.emulator.fault([
            "system": .string(system), "operation": "create", "kind": "too-large", "bytes": 50_000,
        ])
        try await bench.take(tasks, for: system)
        let run = try await bench.desk.run("sync")
        #expect(run.status == 1 && run.error.isNull && run.envelope["ok"] == false, run.told)
        #expect(run.summary["delivered"] == 49 && run.summary["refused"] == 1, run.told)
        #expect(try await bench.emulator.count(system) == 49)
        let failed = run.log.filter { $0["message"] == "Failed to create task" }
        #expect(failed.count == 1, run.told)
        let wanted: JSON = [
            "system": .string(system), "integration": .string(system), "meetingId": "m", "taskId": "m-18",
            "title": "Task 18 of m",
        ]
        for (name, value) in wanted.members {
            #expect(failed.first?[name] == value, "\(failed)")
            #expect(run.result["tasks"].items.last?["error"][name] == value, run.told)
        }
        #expect(failed.first?["code"] == "task_too_large" && failed.first?["error"].text?.isEmpty == false, "\(failed)")
        let failures = try await bench.desk.must("failures").result["failures"].items
        #expect(
            failures.map { $0["taskId"].text } == ["m-18"] && failures[0]["error"]["message"].text?.isEmpty == false)
    }

    @Test(
        "told to wait, nothing is sent before the time, also by a later sync; the others are served",
        arguments: Bench.systems)
    func throttled(_ system: String) async throws {
        let bench = try await Bench()
        try await bench.take(Bench.tasks(5), for: "asana,jira,linear")
        try await bench.emulator.fault([
            "system": .string(system), "operation": "create", "kind": "status", "status": 429, "retryAfter": 60,
        ])
        let run = try await bench.desk.run("sync")
        #expect(run.status == 1 && run.summary["delivered"] == 10 && run.summary["waiting"] == 5, run.told)
        for row in run.result["tasks"].items where row["integration"].text == system {
            #expect(
                row["state"] == "waiting" && row["error"]["code"] == "rate_limited"
                    && row["error"]["title"].text != nil, "\(row.line)")
        }
        let seen = try await bench.emulator.counters(system)["requests"]
        let second = try await bench.desk.run("sync")
        #expect(second.summary["delivered"] == 0, second.told)
        let left = second.result["left"].items
        #expect(left.map { $0["integration"].text } == [system] && left[0]["states"]["waiting"] == 5, second.told)
        #expect(left.first?["pausedUntil"].text != nil, second.told)
        let third = try await bench.desk.run(
            ["sync", "--home", bench.desk.home, "--plugins", bench.desk.plugins], raw: true)
        #expect(
            third.out == "nothing to send now\n" && third.err.contains("\(system): 5 waiting; told to wait until "),
            third.told)
        let after = try await bench.emulator.counters(system)
        #expect(after["requests"] == seen && after["whileWaiting"] == 0, "\(after.line)")
        #expect(try await bench.emulator.count(system) == 0)
    }

    @Test("a short wait is kept inside the sync", arguments: Bench.systems)
    func shortWait(_ system: String) async throws {
        let bench = try await Bench([system])
        try await bench.take(Bench.tasks(3), for: system)
        try await bench.emulator.fault([
            "system": .string(system), "operation": "create", "kind": "status", "status": 429, "retryAfter": 1,
        ])
        try await bench.syncToTheEnd()
        try await bench.expectOnce(Bench.tasks(3), in: system)
        #expect(try await bench.emulator.counters(system)["whileWaiting"] == 0)
    }

    @Test(
        "a token that is no longer good stops its integration and no other",
        arguments: ["expired", "revoked", "forbidden"])
    func unauthorized(_ state: String) async throws {
        let bench = try await Bench()
        try await bench.take(Bench.tasks(30), for: "asana,jira,linear")
        try await bench.emulator.ask(
            "POST", "/tokens", ["system": "asana", "token": "asana-demo-token", "state": .string(state)])
        let run = try await bench.desk.run("sync")
        #expect(run.status == 1 && run.summary["delivered"] == 60, run.told)
        let code = ["expired": "token_expired", "revoked": "token_rejected", "forbidden": "token_forbidden"][state]
        #expect(run.result["integrations"][0]["error"]["code"].text == code, run.told)
        try await bench.emulator.ask(
            "POST", "/tokens", ["system": "asana", "token": "asana-demo-token", "state": "valid"])
        try await bench.syncToTheEnd()
        try await bench.expectOnce(Bench.tasks(30), in: "asana")
    }

    @Test("a system that cannot be reached: its tasks wait, nothing is unknown, the others are delivered")
    func unreachable() async throws {
        let bench = try await Bench(["linear"])
        try await bench.adopt([bench.row("asana", address: "http://127.0.0.1:1")])
        try await bench.take(Bench.tasks(2), for: "asana,linear")
        let run = try await bench.desk.run("sync")
        #expect(
            run.status == 1 && run.summary["delivered"] == 2 && run.summary["waiting"] == 2
                && run.summary["unknown"] == 0, run.told)
        #expect(run.result["tasks"].items.filter { $0["error"]["code"] == "unreachable" }.count == 2, run.told)
        let told = run.log.filter { $0["message"] == "Failed to create task" }
        #expect(
            told.count == 1 && told[0]["code"] == "unreachable" && told[0]["taskId"] == "m-1"
                && told[0]["alike"] == "1", run.told)
    }

    @Test("an answer is lost after the task was made: it is found, never made twice", arguments: Bench.systems)
    func lostAfter(_ system: String) async throws {
        let bench = try await Bench([system])
        try await bench.take(Bench.tasks(12), for: system)
        try await bench.emulator.fault(["system": .string(system), "operation": "create", "kind": "drop-after"])
        let run = try await bench.desk.run("sync")
        if run.status != 0 {
            #expect(run.status == 1 && (run.summary["unknown"].int ?? 0) > 0, run.told)
            #expect(run.result["tasks"].items.contains { $0["error"]["code"] == "outcome_unknown" }, run.told)
        }
        try await bench.syncToTheEnd()
        try await bench.expectOnce(Bench.tasks(12), in: system)
    }

    @Test(
        "whatever comes instead of an answer, before anything was made: in the end every task is there once",
        arguments: ["drop-before", "truncate", "garbage", "status", "redirect", "huge"])
    func instead(_ kind: String) async throws {
        let bench = try await Bench(["linear"])
        // Without it a look-up that finds nothing would have to be a minute late to count.
        try await bench.desk.must("integration", "set", "linear", "--patience", "0")
        try await bench.take(Bench.tasks(5), for: "linear")
        var fault: JSON = ["system": "linear", "operation": "create", "kind": .string(kind)]
        if kind == "status" { fault = fault.setting("status", 502).setting("body", "html") }
        if kind == "redirect" { fault = fault.setting("location", .string(bench.emulator.asana)) }
        if kind == "huge" { fault = fault.setting("mebibytes", 64).setting("gzip", true) }
        try await bench.emulator.fault(fault)
        let run = try await bench.desk.run("sync")
        #expect([0, 1].contains(run.status), run.told)
        try await bench.syncToTheEnd()
        try await bench.expectOnce(Bench.tasks(5), in: "linear")
        #expect(
            try await bench.emulator.counters("asana")["requests"] == 0, "a redirect was followed to another origin")
    }
}
