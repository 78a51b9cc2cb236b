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
