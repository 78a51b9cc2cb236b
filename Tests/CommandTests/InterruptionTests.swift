import Foundation
import Testing

@Suite("Interruptions", .timeLimit(.minutes(12)))
struct InterruptionTests {
    /// Starts a sync whose creates are done at once and answered late, and waits until some are under way.
    private func slowSync(_ bench: Bench, _ system: String, _ tasks: [JSON], milliseconds: Int) async throws -> Running
    {
        try await bench.take(tasks, for: system)
        try await bench.emulator.fault([
            "system": .string(system), "operation": "create", "kind": "delay",
            "delayMilliseconds": .integer(milliseconds),
            "when": "during",
            "times": 0,
        ])
        let running = try bench.desk.start(["sync"])
        _ = try await Wait.until("a create is under way") { try await bench.emulator.count(system) > 0 ? true : nil }
        return running
    }

    @Test(
        "a signal drains: what is under way ends, nothing new begins, and the next sync finishes without doubles",
        arguments: [SIGINT, SIGTERM])
    func drained(_ signal: Int32) async throws {
        let bench = try await Bench(["asana"])
        let tasks = Bench.tasks(600)
        let running = try await slowSync(bench, "asana", tasks, milliseconds: 800)
        running.child.send(signal)
        let run = try await running.finish(within: .seconds(20))
        #expect(run.status == (signal == SIGINT ? 130 : 143), run.told)
        let made = try await bench.emulator.count("asana")
        #expect(made > 0 && made < 600, "\(made) made: the signal came too early or too late to tell")
        let states = try await bench.states("asana")
        #expect(states["delivered"] == made && states["sending"] == nil && states["unknown"] == nil, "\(states)")
        try await bench.emulator.ask("DELETE", "/faults")
        try await bench.syncToTheEnd()
        try await bench.expectOnce(tasks, in: "asana")
    }

    @Test("what is under way when the time to drain is over is broken off, looked up, and not held against the system")
    func brokenOff() async throws {
        let bench = try await Bench(["jira"])
        try await bench.desk.must("integration", "set", "jira", "--patience", "0")
        let tasks = Bench.tasks(600)
        let running = try await slowSync(bench, "jira", tasks, milliseconds: 30_000)
        // More calls than would open the breaker if they had failed.
        _ = try await Wait.until("most calls are under way") { try await bench.emulator.requests() > 8 ? true : nil }
        running.child.send(SIGINT)
        let broken = try await running.finish(within: .seconds(25))
        #expect(broken.status == 130, broken.told)
        #expect((try await bench.states("jira")["unknown"] ?? 0) > 3 * 50, broken.told)
        try await bench.emulator.ask("DELETE", "/faults")
        let run = try await bench.desk.run("sync")
        #expect((run.summary["delivered"].int ?? 0) > 0 && !run.log.contains { $0["code"] == "unreachable" }, run.told)
        try await bench.syncToTheEnd("jira")
        try await bench.expectOnce(tasks, in: "jira")
    }

    @Test(
        """
        the worker is killed in the midst of a sync: a clear outcome for each task, and the next sync finishes without \
        doubles
        """
    )
    func workerKilled() async throws {
        let scratch = try ScratchFolder()
        let bench = try await Bench(["jira"], plugins: try Plugins.folder(scratch, ["Jira"]))
        // Without it the first look-up would come after some seconds.
        try await bench.desk.must("integration", "set", "jira", "--patience", "0")
        // More calls than would open the breaker if each were a failure of its own.
        let tasks = Bench.tasks(400)
        let running = try await slowSync(bench, "jira", tasks, milliseconds: 15_000)
        _ = try await Wait.until("most calls are under way") { try await bench.emulator.requests() > 6 ? true : nil }
        let workers = running.workers
        try #require(!workers.isEmpty, "the worker was not found")
        for worker in workers { kill(worker, SIGKILL) }
        let run = try await running.finish()
        #expect(run.status == 1, run.told)
        let crashed = run.result["tasks"].items.filter { $0["error"]["code"] == "connector_crashed" }
        #expect(!crashed.isEmpty && crashed.allSatisfy { ["unknown", "waiting"].contains($0["state"].text) }, run.told)
        let status = try await bench.desk.must("status")
        #expect(status.result["integrations"].items[0]["breakerOpenUntil"].text == nil, status.told)
        try await bench.emulator.ask("DELETE", "/faults")
        try await bench.syncToTheEnd("jira")
        try await bench.expectOnce(tasks, in: "jira")
    }

    @Test("the host is killed in the midst of a sync: what it had under way is not sent a second time")
    func hostKilled() async throws {
        let bench = try await Bench(["linear"])
        let tasks = Bench.tasks(200)
        let running = try await slowSync(bench, "linear", tasks, milliseconds: 30_000)
        running.child.send(SIGKILL)
        #expect(try await running.finish().end.signal == SIGKILL)
        try await bench.emulator.ask("DELETE", "/faults")
        // Its lease still holds: nobody may touch those deliveries, and they stand in the status.
        let run = try await bench.desk.run("sync")
        #expect([0, 1].contains(run.status), run.told)
        let states = try await bench.states("linear")
        #expect((states["sending"] ?? 0) > 0 && states.values.reduce(0, +) == 200, "\(states)")
        let titles = try await bench.emulator.tasks("linear").compactMap { $0["title"].text }
        #expect(Set(titles).count == titles.count, "a task was made twice")
    }

    @Test("what a killed host had under way is waited for, and it is said how long; of its attempt no end is known")
    func leaseOfTheDead() async throws {
        let bench = try await Bench(["linear"])
        let tasks = Bench.tasks(20)
        try await bench.take(tasks, for: "linear")
        // No request is looked at before the emulator knows whom to kill.
        try await bench.emulator.ask("POST", "/latency", ["system": "linear", "milliseconds": 1_000])
        let lease = ["PATCHBAY_DEBUG_LEASE_SECONDS": "12"]
        let running = try bench.desk.start(["sync"], environment: lease)
        try await bench.emulator.fault([
            "system": "linear", "operation": "create", "kind": "kill", "pid": .integer(Int(running.child.pid)),
            "when": "during",
        ])
        #expect(try await running.finish().end.signal == SIGKILL)
        try await bench.emulator.ask("POST", "/latency", ["system": "linear", "milliseconds": 0])
        let run = try await bench.desk.run(
            ["sync", "--wait", "--home", bench.desk.home, "--plugins", bench.desk.plugins], raw: true,
            environment: lease)
        #expect(run.status == 0 && run.err.contains("waiting for what is due at "), run.told)
        try await bench.expectOnce(tasks, in: "linear")
        let life = try await bench.desk.must("explain", "m-1")
        let attempts = life.result["deliveries"].items[0]["attempts"].items
        #expect(attempts.map { $0["code"].text } == ["host_stopped", nil] && attempts[0]["endedAt"].isNull, life.told)
    }

    @Test("a sync that waits takes up a token that is set meanwhile, and ends when what it waits for is disabled")
    func changedMeanwhile() async throws {
        let bench = try await Bench(["jira", "linear"])
        try await bench.adopt([bench.row("asana", address: "http://127.0.0.1:1")])
        let tasks = Bench.tasks(5)
        try await bench.take(tasks, for: "asana,jira,linear")
        try await bench.emulator.ask(
            "POST", "/tokens",
            ["system": "jira", "token": "jira-demo-token", "state": "revoked", "user": "demo@example.com"])
        try await bench.emulator.fault([
            "system": "linear", "operation": "create", "kind": "status", "status": 429, "retryAfter": 15,
        ])
        let running = try bench.desk.start(["sync", "--wait"])
        _ = try await Wait.until("the token was refused") {
            running.errorsSoFar.contains("token_rejected") ? true : nil
        }
        try await bench.emulator.ask(
            "POST", "/tokens",
            ["system": "jira", "token": "jira-demo-token", "state": "valid", "user": "demo@example.com"])
        try await bench.desk.must("token", "set", "jira", input: "jira-demo-token")
        _ = try await Wait.until("both are delivered", within: .seconds(90)) {
            let made = try await (bench.emulator.count("jira"), bench.emulator.count("linear"))
            return made == (5, 5) ? true : nil
        }
        try await bench.desk.must("integration", "disable", "asana")
        let run = try await running.finish(within: .seconds(60))
        #expect(run.summary["delivered"] == 10 && run.summary["waiting"] == 5, run.told)
        for system in ["jira", "linear"] { try await bench.expectOnce(tasks, in: system) }
    }

    @Test("several syncs at once on one store share the work: nothing is sent twice")
    func together() async throws {
        let bench = try await Bench()
        let tasks = Bench.tasks(150)
        try await bench.take(tasks, for: "asana,jira,linear")
        let runs = try await withThrowingTaskGroup(of: Run.self) { group in
            for _ in 0..<3 { group.addTask { try await bench.desk.run("sync") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for run in runs { #expect(run.status == 0, run.told) }
        #expect(runs.reduce(0) { $0 + ($1.summary["delivered"].int ?? 0) } == 450)
        for system in Bench.systems { try await bench.expectOnce(tasks, in: system) }
    }

    @Test("a connector that crashes takes nothing with it: the others deliver", arguments: ["begin", "resume"])
    func crash(_ when: String) async throws {
        let scratch = try ScratchFolder()
        let folder = try Plugins.folder(scratch, ["Linear"])
        try await Plugins.compile("Tests/CommandTests/Fixtures/fragile.c", into: folder, as: "fragile.so", scratch)
        let bench = try await Bench(["linear"], plugins: folder)
        try await bench.adopt([
            [
                "name": "fragile", "type": "fragile", "settings": ["when": .string(when)],
                "baseUrl": .string(bench.emulator.asana),
                "accessToken": "t",
            ]
        ])
        try await bench.take(Bench.tasks(3), for: "fragile,linear")
        let run = try await bench.desk.run("sync")
        #expect(run.status == 1, run.told)
        try await bench.expectOnce(Bench.tasks(3), in: "linear")
        let delivery = try await bench.delivery("m-1", "fragile")
        // After a request that must happen once had left, nobody knows.
        #expect(delivery["state"].text == (when == "begin" ? "waiting" : "unknown"), "\(delivery.line)")
        #expect(delivery["error"]["code"] == "connector_crashed", "\(delivery.line)")
        #expect(
            run.log.contains { $0["message"] == "Failed to create task" && $0["code"] == "connector_crashed" }, run.told
        )
    }
}
