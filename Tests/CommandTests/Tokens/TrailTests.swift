import Foundation
import Testing

@Suite("The audit trail", .timeLimit(.minutes(12)))
struct TrailTests {
    /// A bench on which a few things have been done.
    private func bench() async throws -> Bench {
        let bench = try await Bench(["asana"])
        try await bench.desk.must("token", "set", "asana", input: "asana-demo-token")
        try await bench.desk.must("integration", "disable", "asana")
        try await bench.desk.must("integration", "enable", "asana")
        return bench
    }

    private func change(_ bench: Bench, _ sql: String) async throws {
        try await StoreIntruder.change(bench.desk.home + "/patchbay.sqlite", sql, bench.desk.scratch)
    }

    @Test("it tells who did what, and that it is whole")
    func whole() async throws {
        let bench = try await bench()
        let run = try await bench.desk.must("events")
        let actions = run.result["events"].items.compactMap { $0["action"].text }
        #expect(actions.suffix(3) == ["token_set", "integration_disabled", "integration_enabled"], run.told)
        #expect(run.result["verified"] == true && run.result["problems"] == [])
        #expect(run.result["sealedThrough"].int == run.result["events"].items.last?["line"].int)
        #expect(run.result["events"].items.allSatisfy { $0["actor"].text?.isEmpty == false })
    }

    @Test(
        "a changed line, one removed from the midst, from the end, and a forged one all show",
        arguments: [
            ("UPDATE event SET actor = 'nobody' WHERE action = 'token_set'", "was changed"),
            ("DELETE FROM event WHERE action = 'integration_disabled'", "missing"),
            ("DELETE FROM event WHERE row = (SELECT max(row) FROM event)", "missing"),
            ("UPDATE event SET mac = randomblob(32) WHERE action = 'token_set'", "not of this store's key"),
            ("UPDATE event SET digest = randomblob(32) WHERE row = (SELECT max(row) FROM event)", "was changed"),
        ])
    func tampered(sql: String, words: String) async throws {
        let bench = try await bench()
        try await change(bench, sql)
        let run = try await bench.desk.run("events")
        let problems = run.result["problems"].items.compactMap(\.text)
        #expect(
            run.status == 1 && run.result["verified"] == false && problems.contains { $0.contains(words) }, run.told)
    }

    @Test(
        "without the key it is shown, and called unverified; what was done without the key is sealed by the next line")
    func withoutKey() async throws {
        let bench = try await bench()
        let key = bench.desk.home + "/keys/root.key"
        try FileManager.default.moveItem(atPath: key, toPath: key + ".away")
        try await bench.desk.must("integration", "disable", "asana")
        let unverified = try await bench.desk.must("events")
        #expect(unverified.result["verified"] == false && unverified.result["problems"] == [], unverified.told)
        try FileManager.default.moveItem(atPath: key + ".away", toPath: key)
        let before = try await bench.desk.must("events")
        let last = before.result["events"].items.last?["line"].int ?? 0
        #expect(before.result["sealedThrough"].int == last - 1)
        try await bench.desk.must("integration", "enable", "asana")
        #expect(try await bench.desk.must("events").result["sealedThrough"].int == last + 1)
        try await change(bench, "UPDATE event SET subject = 'other' WHERE row = \(last)")
        #expect(try await bench.desk.run("events").status == 1)
    }
}
