import Foundation
import TestSupport
import Testing

@Suite("How long attempts took", .timeLimit(.minutes(5)))
struct LatencyTests {
    @Test("is told without the time that a batch stands in line for a place") func withoutTheLine() async throws {
        let bench = try await Bench(["asana"])
        // One batch of ten at a time: the last of thirty stands in line for most of the sync.
        try await bench.emulator.ask("POST", "/latency", ["system": "asana", "workMilliseconds": 100])
        try await bench.take(Bench.tasks(300), for: "asana")
        let start = ContinuousClock.now
        try await bench.desk.must("sync")
        let whole = (ContinuousClock.now - start) / .milliseconds(1)
        let status = try await bench.desk.must("status").result["integrations"].items[0]
        #expect(status["attemptsLastHour"] == 300)
        let median = try #require(status["latencyMedianMs"].int)
        #expect(median >= 100 && Double(median) * 4 < whole, "median \(median) ms of \(whole) ms")
        let late = try #require(status["latencyP95Ms"].int)
        #expect(Double(late) * 2 < whole, "p95 \(late) ms of \(whole) ms")
    }
}

@Suite("A system whose answers take long", .timeLimit(.minutes(5)))
struct SlowSystemTests {
    @Test("gets as many writes at once as it allows, also where whole batches leave some of them unused") func places()
        async throws
    {
        let bench = try await Bench(["asana"])
        try await bench.emulator.ask("POST", "/latency", ["system": "asana", "workMilliseconds": 60])
        try await bench.take(Bench.tasks(400), for: "asana")
        try await bench.desk.must("sync")
        let counters = try await bench.emulator.counters("asana")
        #expect(counters["maxConcurrentWrites"] == 15)
        #expect(try await bench.emulator.tasks("asana").count == 400)
        // Below what the free plan allows, a second request would be a second refusal.
        let log = try await bench.emulator.ask("GET", "/log?last=10000&system=asana")["requests"].items
        let batches = log.filter { $0["method"] == "POST" }.compactMap { $0["bodyBytes"].int }
        let whole = try #require(batches.max())
        #expect(batches.prefix(15).allSatisfy { $0 * 10 > whole * 9 }, "\(batches)")
    }

    @Test("is asked once for what must be looked up before the first create, however many batches wait for it")
    func lookUps() async throws {
        let bench = try await Bench(["jira"])
        try await bench.emulator.ask("POST", "/latency", ["system": "jira", "milliseconds": 60])
        // A priority can be sent only if the project's screen has one, so the screen is looked up.
        try await bench.take(
            (1...1_500).map { ["id": .string("s-\($0)"), "meetingId": "s", "title": "Ring back", "priority": "high"] },
            for: "jira")
        func questions() async throws -> [String] {
            try await bench.emulator.ask("GET", "/log?last=10000&system=jira")["requests"].items.filter {
                $0["method"] == "GET"
            }.map(
                \.line)
        }
        // Whose token it is would be asked by the first sync, if nothing had asked before.
        try await bench.desk.must("integration", "check", "jira")
        let before = try await questions().count
        try await bench.desk.must("sync")
        let asked = try await questions().dropFirst(before)
        #expect(asked.count == 2, "\(asked)")
        #expect(try await bench.emulator.tasks("jira").count == 1_500)
    }

    @Test("holds up no other batch where a look-up of the first one hangs") func hungLookUp() async throws {
        let bench = try await Bench(["jira"])
        // From the first sync on something is known of the limits, so that nothing waits for a first answer.
        try await bench.emulator.ask("POST", "/limits", ["system": "jira", "requests": 100])
        try await bench.take(Bench.tasks(1, meeting: "first"), for: "jira")
        try await bench.desk.must("sync")
        try await bench.emulator.fault(
            [
                "kind": "delay", "delayMilliseconds": 60_000, "system": "jira", "path": "/rest/api/3/issue/createmeta",
                "times": 0,
            ])
        try await bench.take(
            (1...50).map { ["id": .string("s-\($0)"), "title": "Ring back", "priority": "urgent"] } + Bench.tasks(200),
            for: "jira")
        let running = try bench.desk.start(["sync"])
        try await Wait.until("the other batches are there", within: .seconds(30)) {
            try await bench.emulator.count("jira") == 201 ? true : nil
        }
        running.child.send(SIGKILL)
        _ = try await running.finish(within: .seconds(10))
    }
}
