import Foundation
import Testing

@Suite("The limit of a sync", .timeLimit(.minutes(12)))
struct LimitTests {
    private func delivered(_ run: Run) -> [String: Int] {
        Dictionary(
            uniqueKeysWithValues: run.result["integrations"].items.map {
                ($0["integration"].text ?? "", $0["delivered"].int ?? 0)
            })
    }

    @Test("is shared equally")
    func equal() async throws {
        let bench = try await Bench()
        try await bench.take(Bench.tasks(100), for: "asana,jira,linear")
        let run = try await bench.desk.must("sync", "--limit", "30")
        #expect(delivered(run) == ["asana": 10, "jira": 10, "linear": 10], run.told)
        for system in Bench.systems { #expect(try await bench.emulator.count(system) == 10) }
        // Also where what each may send is no whole batch.
        let odd = try await bench.desk.must("sync", "--limit", "32")
        #expect(delivered(odd).values.sorted() == [10, 11, 11], odd.told)
    }

    @Test("what one does not need goes to the others")
    func uneven() async throws {
        let bench = try await Bench()
        try await bench.take(Bench.tasks(2), for: "asana,jira,linear")
        try await bench.take(Bench.tasks(98, meeting: "n"), for: "jira,linear")
        let run = try await bench.desk.must("sync", "--limit", "30")
        #expect(delivered(run) == ["asana": 2, "jira": 14, "linear": 14], run.told)
    }

    @Test("what one cannot use goes to the others")
    func failing() async throws {
        let bench = try await Bench(["jira", "linear"])
        try await bench.take(Bench.tasks(100), for: "jira,linear")
        try await bench.emulator.ask(
            "POST", "/tokens",
            ["system": "jira", "token": "jira-demo-token", "state": "revoked", "user": "demo@example.com"])
        let run = try await bench.desk.run("sync", "--limit", "60")
        // Jira's are tried once, a batch or so, and what is left of its half is Linear's.
        #expect((delivered(run)["linear"] ?? 0) >= 30, run.told)
        #expect(
            run.result["integrations"].items.reduce(0) { $0 + ($1["delivered"].int ?? 0) + ($1["waiting"].int ?? 0) }
                == 60, run.told)
    }

    @Test("below the number of integrations, each comes to its turn")
    func turns() async throws {
        let bench = try await Bench()
        try await bench.take(Bench.tasks(5), for: "asana,jira,linear")
        for _ in 0..<3 { try await bench.desk.must("sync", "--limit", "1") }
        for system in Bench.systems { #expect(try await bench.emulator.count(system) == 1, "\(system)") }
    }

    @Test("holds over the rounds of a sync that waits")
    func waiting() async throws {
        let bench = try await Bench()
        try await bench.take(Bench.tasks(40), for: "asana,jira,linear")
        try await bench.emulator.fault([
            "system": "jira", "operation": "create", "kind": "status", "status": 429, "retryAfter": 6,
        ])
        let run = try await bench.desk.run("sync", "--wait", "--limit", "60")
        var made: [String: Int] = [:]
        for system in Bench.systems { made[system] = try await bench.emulator.count(system) }
        let all = made.values.reduce(0, +)
        #expect(all >= 40 && all <= 60, run.told)
        #expect(made["asana", default: 0] >= 20 && made["linear", default: 0] >= 20, run.told)
    }
}
