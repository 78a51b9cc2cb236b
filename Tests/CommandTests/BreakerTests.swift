import Foundation
import TestSupport
import Testing

@Suite("The breaker", .timeLimit(.minutes(12)))
struct BreakerTests {
    /// Seconds for which an integration is left alone from now on; nil where it is not.
    private func rest(_ bench: Bench, _ integration: String, ahead: Int = 0) async throws -> Double? {
        let run = try await bench.desk.must("status")
        let entry = run.result["integrations"].items.first { $0["integration"].text == integration } ?? .null
        guard let text = entry["breakerOpenUntil"].text else { return nil }
        let date = try Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(text)
        return date.timeIntervalSinceNow - Double(ahead)
    }

    private func clock(_ file: String, ahead seconds: Int) throws {
        try Data("\(seconds * 1_000)".utf8).write(to: URL(fileURLWithPath: file))
    }

    @Test(
        "after connections that failed it probes within seconds, with one request, and goes on when the system is back")
    func network() async throws {
        let scratch = try ScratchFolder()
        let file = scratch("clock")
        try clock(file, ahead: 0)
        let bench = try await Bench([], environment: ["PATCHBAY_DEBUG_CLOCK_FILE": file])
        let port = try #require(Loopback.freePort())
        try await bench.adopt([bench.row("linear", address: "http://127.0.0.1:\(port)")])
        let tasks = Bench.tasks(300)
        try await bench.take(tasks, for: "linear")
        let first = try await bench.desk.run("sync")
        #expect(
            first.status == 1 && first.result["integrations"].items[0]["error"]["code"] == "unreachable", first.told)
        let rested = try await rest(bench, "linear")
        #expect(rested.map { $0 <= 2 } ?? false, "\(String(describing: rested))")
        // Each probe that fails doubles the rest, and a long absence is noticed to be over within a minute.
        var ahead = 0
        for _ in 0..<7 {
            ahead += 61
            try clock(file, ahead: ahead)
            let probe = try await bench.desk.run("sync")
            #expect(probe.result["integrations"].items[0]["requests"] == 1, probe.told)
        }
        let long = try await rest(bench, "linear", ahead: ahead)
        #expect(long.map { $0 > 30 && $0 <= 60 } ?? false, "\(String(describing: long))")
        let back = try await EmulatorProcess(scratch, ports: ["linear": port])
        try clock(file, ahead: ahead + 61)
        let run = try await bench.desk.must("sync")
        #expect(run.summary["delivered"] == 300, run.told)
        #expect(try await back.count("linear") == 300)
        #expect(try await rest(bench, "linear", ahead: ahead) == nil)
    }

    @Test("a sync that waits goes on within seconds after the system is back")
    func waits() async throws {
        let scratch = try ScratchFolder()
        let bench = try await Bench([])
        let port = try #require(Loopback.freePort())
        try await bench.adopt([bench.row("linear", address: "http://127.0.0.1:\(port)")])
        let tasks = Bench.tasks(300)
        try await bench.take(tasks, for: "linear")
        let running = try bench.desk.start(["sync", "--wait"])
        _ = try await Wait.until("the breaker has opened") { try await rest(bench, "linear") }
        let back = try await EmulatorProcess(scratch, ports: ["linear": port])
        let run = try await running.finish(within: .seconds(30))
        #expect(run.status == 0 && run.summary["delivered"] == 300, run.told)
        #expect(try await back.count("linear") == 300)
    }

    @Test("a system that answers with a fault is left alone for longer, also when each sync makes one call")
    func faults() async throws {
        let scratch = try ScratchFolder()
        let file = scratch("clock")
        try clock(file, ahead: 0)
        let bench = try await Bench(["asana", "linear"], environment: ["PATCHBAY_DEBUG_CLOCK_FILE": file])
        try await bench.desk.must("integration", "check", "linear")
        try await bench.take(Bench.tasks(1), for: "linear")
        try await bench.emulator.fault([
            "system": "linear", "kind": "status", "status": 503, "body": "html", "times": 0,
        ])
        for number in 1...3 {
            #expect(try await rest(bench, "linear") == nil, "before sync \(number)")
            try await bench.desk.must("retry", "--all")
            try clock(file, ahead: number * 1_000)
            _ = try await bench.desk.run("sync")
        }
        let rested = try await rest(bench, "linear", ahead: 3_000)
        #expect(rested.map { $0 > 15 && $0 <= 30 } ?? false, "\(String(describing: rested))")
        // Named, it is tried at once.
        let before = try await bench.emulator.counters("linear")["requests"].int ?? 0
        _ = try await bench.desk.run("sync")
        #expect(try await bench.emulator.counters("linear")["requests"].int == before)
        _ = try await bench.desk.run("sync", "--integration", "linear")
        #expect(try await bench.emulator.counters("linear")["requests"].int == before + 1)
    }

    @Test("a call that comes through begins the count of failures anew")
    func reset() async throws {
        let bench = try await Bench(["linear"])
        try await bench.desk.must("integration", "check", "linear")
        for number in 1...6 {
            try await bench.take(Bench.tasks(1, meeting: "r\(number)"), for: "linear")
            let isFaulty = number % 3 != 0
            if isFaulty {
                try await bench.emulator.fault([
                    "system": "linear", "operation": "create", "kind": "status", "status": 503,
                ])
            }
            _ = try await bench.desk.run("sync", "--meeting", "r\(number)")
            #expect(try await rest(bench, "linear") == nil, "after sync \(number)")
        }
    }
}
