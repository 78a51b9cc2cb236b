import Foundation
import Testing

/// A connector that takes along what it saw, as one would that brings one customer's data into another's system.
@Suite("A connector with a memory", .timeLimit(.minutes(12)))
struct CarryTests {
    /// Two integrations of two tokens, a sync of both, and what came to the system.
    private func titles(trusted: Bool) async throws -> [String] {
        let scratch = try ScratchFolder()
        let folder = try scratch.folder("plugins")
        let strangers = try await Strangers(in: folder, scratch)
        try strangers.put(0, act: "carry")
        let bench = try await Bench([], plugins: folder)
        if trusted { try await bench.desk.must("connector", "trust", folder + "/stranger00.so") }
        for name in ["one", "two"] {
            try await bench.emulator.ask(
                "POST", "/tokens", ["system": "asana", "token": .string("token-of-" + name), "state": "valid"])
            var row = Strangers.row(0, bench, token: "token-of-" + name).members
            row["name"] = .string(name)
            try await bench.adopt([.object(row)])
            try await bench.take(Bench.tasks(6, meeting: name), for: name)
        }
        let run = try await bench.desk.must("sync")
        #expect(run.summary["delivered"] == 12, run.told)
        return try await bench.emulator.tasks("asana").compactMap { $0["title"].text }
    }

    private func crossed(_ titles: [String]) -> [String] {
        titles.filter { $0.contains("of one") && $0.contains("of two") }
    }

    @Test("carries nothing from one token's integration to another's while nobody vouches for it")
    func stranger() async throws {
        let titles = try await titles(trusted: false)
        #expect(titles.count == 12)
        #expect(crossed(titles).isEmpty, "\(titles)")
        // It does remember, of the same integration.
        #expect(titles.contains { $0.hasPrefix("Task") && $0.contains(", after Task") }, "\(titles)")
    }

    @Test("would, once it is approved: then all share one worker")
    func approved() async throws {
        let titles = try await titles(trusted: true)
        #expect(titles.count == 12 && !crossed(titles).isEmpty, "\(titles)")
    }
}
