import Foundation
import Testing

/// A limit of one operation, beside a token's own, of which nobody knows before an answer tells it.
@Suite("A limit of one operation", .timeLimit(.minutes(10)))
struct OperationLimitTests {
    /// What may be under way at once with one token of Linear's.
    private static let atOnce = 8

    /// Two integrations on one token, with answers that take long enough for all places to be used. Linear's window is
    /// an hour, and is shortened with the host's.
    private func bench(limit: Int, window: Int, batchesOfEach: Int) async throws -> Bench {
        let bench = try await Bench([], environment: ["PATCHBAY_DEBUG_WINDOW_DIVISOR": String(3_600 / window)])
        let names = ["one", "two"]
        try await bench.adopt(names.map { bench.row("linear", name: $0) })
        for name in names { try await bench.take(Bench.tasks(batchesOfEach * 50, meeting: name), for: name) }
        try await bench.emulator.ask(
            "POST", "/limits",
            [
                "system": "linear", "requests": 1_000, "windowSeconds": .integer(window),
                "operations": ["issueBatchCreate": .integer(limit)],
            ])
        try await bench.emulator.ask("POST", "/latency", ["system": "linear", "workMilliseconds": 500])
        return bench
    }

    @Test("is learned from the first answer that tells it, and kept from then on")
    func kept() async throws {
        let bench = try await bench(limit: 2, window: 6, batchesOfEach: 7)
        let run = try await bench.desk.run("sync", "--wait")
        #expect(run.status == 0 && run.summary["delivered"] == 700, run.told)
        let counters = try await bench.emulator.counters("linear")
        print(
            "14 creates, 2 in six seconds: \(counters["rejected"].int ?? -1) of \(counters["requests"].int ?? -1) "
                + "requests refused"
        )
        #expect(
            counters["rejected"].int.map { $0 <= Self.atOnce } == true && counters["whileWaiting"] == 0, "\(counters)")
    }

    @Test("is told as a time before which nothing is sent, known to the next sync, and no pause of the token")
    func held() async throws {
        let bench = try await bench(limit: 2, window: 60, batchesOfEach: 4)
        let run = try await bench.desk.run("sync")
        for entry in run.result["left"].items { #expect(entry["pausedUntil"].text != nil, run.told) }
        #expect(run.result["left"].items.count == 2 && run.summary["delivered"] == 100, run.told)
        let before = try await bench.emulator.counters("linear")
        let again = try await bench.desk.run("sync")
        #expect(again.summary["delivered"] == 0, again.told)
        // What was refused waits for that time by itself.
        for entry in again.result["left"].items {
            #expect((entry["pausedUntil"].text ?? entry["nextDueAt"].text) != nil, again.told)
        }
        let after = try await bench.emulator.counters("linear")
        #expect(
            after["rejected"] == before["rejected"] && after["requests"] == before["requests"], "\(before) \(after)")
        let status = try await bench.desk.must("status")
        for entry in status.result["integrations"].items { #expect(entry["pausedUntil"].text == nil, status.told) }
        #expect(try await bench.desk.run("integration", "check", "one").status == 0)
    }
}
