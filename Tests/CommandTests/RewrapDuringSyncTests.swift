import Foundation
import TestSupport
import Testing

@Suite("Keys change under a sync", .timeLimit(.minutes(12)))
struct RewrapDuringSyncTests {
    @Test("that is under way, and it delivers everything with the keys it finds") func rewrap() async throws {
        let bench = try await Bench(["asana"])
        try await bench.take(Bench.tasks(240), for: "asana")
        try await bench.emulator.ask("POST", "/latency", ["system": "asana", "workMilliseconds": 3_000])
        try await bench.emulator.ask("DELETE", "/counters")
        let running = try bench.desk.start(["sync"])
        try await Wait.until("the sync is under way") { try await bench.emulator.requests() > 3 ? true : nil }
        // It stands still while the keys change, however long that takes; not before it is out of the store and waits
        // for answers.
        var (sending, before) = (0, -1)
        while sending == 0 || sending != before {
            (sending, before) = (try await bench.states("asana")["sending"] ?? 0, sending)
        }
        running.child.send(SIGSTOP)
        try await bench.desk.must("key", "rewrap")
        try await bench.desk.must("key", "rotate")
        try await bench.desk.must("key", "rewrap")
        let requests = try await bench.emulator.requests()
        #expect(requests < 24, "the sync was over before the keys had changed: the test no longer tests")
        try await bench.emulator.ask("POST", "/latency", ["system": "asana", "workMilliseconds": 0])
        running.child.send(SIGCONT)
        let run = try await running.finish()
        #expect(run.status == 0 && run.summary["delivered"] == 240, run.told)
        try await bench.desk.must("integration", "check", "asana")
        let trail = try await bench.desk.must("events")
        #expect(trail.result["verified"] == true, trail.told)
    }

    @Test("that refreshes a token with a key it cannot read again, and the refreshed token is not lost") func refresh()
        async throws
    {
        let grants = try await GrantBench()
        let desk = grants.desk
        try await grants.add("linear")
        try await grants.set("linear")
        try await grants.emulator.fault(
            ["system": "linear", "operation": "token", "kind": "delay", "delayMilliseconds": 15_000, "when": "after"])
        let running = try desk.start(
            ["token", "refresh", "linear", "--key", "fd:7"], descriptor: (7, desk.home + "/keys/root.key"))
        try await Wait.until("the refresh token is spent") {
            try await grants.seen("linear")["refreshes"] == 1 ? true : nil
        }
        // It reads the answer when the keys have changed, however long that takes.
        running.child.send(SIGSTOP)
        try await desk.must("key", "rewrap")
        try await desk.must("key", "rotate")
        running.child.send(SIGCONT)
        let run = try await running.finish()
        #expect(run.status == 0, run.told)
        let folder = desk.home + "/rescue"
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder).count == 1,
            "it was answered before the keys had changed")
        try await desk.must("key", "destroy", "2")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        // The refresh token that was kept is the one that works.
        try await desk.must("token", "refresh", "linear")
        let seen = try await grants.seen("linear")
        #expect(seen["refreshes"] == 2 && seen["reuses"] == 0 && seen["replays"] == 0, "\(seen.line)")
    }
}
