import Foundation
import Testing

@Suite("Numbers of a store that was changed by hand", .timeLimit(.minutes(5)))
struct OddNumberTests {
    private static let most = "9223372036854775807"
    private static let least = "-9223372036854775808"

    @Test(
        "kill no command, and tasks are delivered all the same",
        arguments: [
            "UPDATE delivery SET fence = 7, attempts = 1", "UPDATE delivery SET fence = \(most)",
            "UPDATE delivery SET attempts = \(most)", "UPDATE delivery SET turn = \(most)",
            "UPDATE task SET imported_at_ms = \(least)", "UPDATE token SET set_at_ms = \(least)",
            "UPDATE token SET expires_at_ms = \(least)", "UPDATE meeting_turn SET next_turn = \(most)",
        ])
    func read(sql: String) async throws {
        let bench = try await Bench(["asana"])
        try await bench.take(Bench.tasks(2), for: "asana")
        try await StoreIntruder.change(bench.desk.home + "/patchbay.sqlite", sql, bench.desk.scratch)
        for words in [["metrics"], ["status"], ["token", "status"], ["task", "list"], ["doctor"]] {
            let run = try await bench.desk.run(words)
            #expect(run.end.signal == nil, "\(words): \(run.told)")
        }
        try await bench.take(Bench.tasks(3), for: "asana")
        let run = try await bench.desk.run("sync")
        #expect(run.end.signal == nil && run.summary["delivered"] == 3, run.told)
    }
}
