import Foundation
import Testing

@Suite("Signals", .timeLimit(.minutes(12)))
struct SignalTests {
    private static let tasks = Bench.tasks(300)

    /// A sync of Asana whose creates are done at once and answered after `milliseconds`, with some of them under way.
    private func slowSync(_ bench: Bench, milliseconds: Int = 600) async throws -> Running {
        try await bench.take(Self.tasks, for: "asana")
        try await delayCreates(bench, milliseconds: milliseconds)
        let running = try bench.desk.start(["sync"])
        _ = try await Wait.until("a create is under way") { try await bench.emulator.count("asana") > 0 ? true : nil }
        return running
    }

    private func delayCreates(_ bench: Bench, milliseconds: Int) async throws {
        try await bench.emulator.fault([
            "system": "asana", "operation": "create", "kind": "delay", "delayMilliseconds": .integer(milliseconds),
            "when": "during",
            "times": 0,
        ])
    }

    private func finishes(_ bench: Bench) async throws {
        try await bench.emulator.ask("DELETE", "/faults")
        try await bench.syncToTheEnd()
        try await bench.expectOnce(Self.tasks, in: "asana")
    }

    @Test(
        """
        each one that asks to stop drains: what is under way ends, nothing is left as being sent, and the status names \
        the signal
        """,
        arguments: [SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM])
    func drained(_ signal: Int32) async throws {
        let bench = try await Bench(["asana"])
        let running = try await slowSync(bench)
        running.child.send(signal)
        let run = try await running.finish(within: .seconds(20))
        #expect(run.status == 128 + signal && run.end.signal == nil, run.told)
        #expect(!run.envelope["summary"].isNull, "it says what it did: \(run.told)")
        let made = try await bench.emulator.count("asana")
        #expect(made > 0 && made < 300, "\(made) made: the signal came too early or too late to tell")
        let states = try await bench.states("asana")
        #expect(states == ["delivered": made, "pending": 300 - made], "\(states)")
        #expect(running.workersLeft.isEmpty)
        try await finishes(bench)
    }

    @Test(
        "a terminal's signal to the whole group leaves the workers alone until the host has drained",
        arguments: [SIGHUP, SIGINT, SIGQUIT])
    func group(_ signal: Int32) async throws {
        let bench = try await Bench(["asana"])
        let running = try await slowSync(bench)
        running.child.send(signal, toGroup: true)
        let run = try await running.finish(within: .seconds(20))
        #expect(run.status == 128 + signal, run.told)
        #expect(!run.log.contains { $0["code"] == "connector_crashed" }, run.told)
        let states = try await bench.states("asana")
        #expect(states["sending"] == nil && states["unknown"] == nil, "\(states)")
        try await finishes(bench)
    }

    @Test("a second SIGHUP, as a terminal that closes sends it, breaks nothing off; a second SIGTERM does")
    func second() async throws {
        let bench = try await Bench(["asana"])
        let running = try await slowSync(bench, milliseconds: 8_000)
        running.child.send(SIGHUP)
        _ = try await Wait.until("the first was noticed") { running.child.hasPending(SIGHUP) ? nil : true }
        running.child.send(SIGHUP)
        let gentle = try await running.finish(within: .seconds(20))
        #expect(gentle.status == 129 && (gentle.summary["delivered"].int ?? 0) > 0, gentle.told)
        #expect(try await bench.states("asana")["unknown"] == nil, gentle.told)
        let before = try await bench.emulator.count("asana")
        // Longer than the drain itself would wait.
        try await bench.emulator.ask("DELETE", "/faults")
        try await delayCreates(bench, milliseconds: 20_000)
        let again = try bench.desk.start(["sync"])
        _ = try await Wait.until("a create is under way") {
            try await bench.emulator.count("asana") > before ? true : nil
        }
        again.child.send(SIGHUP)
        _ = try await Wait.until("the first was noticed") { again.child.hasPending(SIGHUP) ? nil : true }
        again.child.send(SIGTERM)
        let cut = try await again.finish(within: .seconds(9))
        #expect(cut.status == 129, cut.told)
        let states = try await bench.states("asana")
        #expect((states["unknown"] ?? 0) > 0 && states["sending"] == nil, "\(states)")
    }

    @Test("with nohup it outlives the terminal, and SIGTERM still drains it")
    func nohup() async throws {
        let bench = try await Bench(["asana"], through: ["/usr/bin/nohup"])
        let running = try await slowSync(bench)
        running.child.send(SIGHUP)
        let before = try await bench.emulator.count("asana")
        _ = try await Wait.until("it goes on") { try await bench.emulator.count("asana") > before + 20 ? true : nil }
        running.child.send(SIGTERM)
        let run = try await running.finish(within: .seconds(20))
        #expect(run.status == 143, run.told)
        #expect(try await bench.states("asana")["sending"] == nil)
    }

    @Test("a log that nobody reads any more ends nothing")
    func closedLog() async throws {
        let bench = try await Bench(
            ["asana"], through: ["/bin/sh", "-c", #"exec 3>&1; { "$@" 2>&1 >&3 3>&-; } | head -c 0"#, "sh"])
        try await bench.take(Self.tasks, for: "asana")
        let run = try await bench.desk.run(["sync", "--log-level", "trace"])
        #expect(run.summary["delivered"] == 300, run.told)
        try await bench.expectOnce(Self.tasks, in: "asana")
    }
}
