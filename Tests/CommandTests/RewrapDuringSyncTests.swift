import Foundation
import TestSupport
import Testing

@Suite("Keys change under a sync", .timeLimit(.minutes(12)))
struct RewrapDuringSyncTests {
    @Test("that is under way, and it delivers everything with the keys it finds") func rewrap() async throws {
        let bench = try await Bench(["asana"])
        try await bench.take(Bench.tasks(240), for: "asana")
        try await bench.emulator.ask("POST", "/latency", ["system": "asana", "workMilliseconds": 60])
        try await bench.emulator.ask("DELETE", "/counters")
        let running = try bench.desk.start(["sync"])
        try await Wait.until("the sync is under way") { try await bench.emulator.requests() > 3 ? true : nil }
        try await bench.desk.must("key", "rewrap")
        try await bench.desk.must("key", "rotate")
        try await bench.desk.must("key", "rewrap")
        #expect(try await bench.emulator.requests() < 240, "the sync was over before the keys had changed: the test no longer tests")
        let run = try await running.finish()
        #expect(run.status == 0 && run.summary["delivered"] == 240, run.told)
        try await bench.desk.must("integration", "check", "asana")
        let trail = try await bench.desk.must("events")
        #expect(trail.result["verified"] == true, trail.told)
    }
}
