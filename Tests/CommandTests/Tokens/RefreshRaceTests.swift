import Foundation
import Testing

/// Two hosts on one store refresh one single-use refresh token at the same moment, in every weather. PATCHBAY_REFRESHES
/// says how often; `make torture` does it 200 times.
@Suite("Two hosts refresh one token", .timeLimit(.minutes(60)))
struct RefreshRaceTests {
    private static let rounds = ProcessInfo.processInfo.environment["PATCHBAY_REFRESHES"].flatMap { Int($0) } ?? 14

    /// What goes wrong in a round.
    private enum Weather: CaseIterable {
        case fair, lostAnswer, slowAnswer, diesWithLease, diesInExchange, diesAfterCommit, lostBefore
    }

    /// Longer than a dead lease is waited for, shorter than the test: a reuse after it counts.
    private static let windowSeconds = 15

    @Test(
        "the vendor sees no spent refresh token outside its window, and the grant lives", arguments: ["jira", "linear"])
    func race(system: String) async throws {
        // A lease of two seconds, and an exchange of 0.6 within it.
        let grants = try await GrantBench(environment: ["PATCHBAY_DEBUG_LEASE_SECONDS": "2"])
        try await grants.add(system)
        try await grants.set(system)
        try await grants.change(system, ["reuseWindowSeconds": .integer(Self.windowSeconds)])
        var deaths = 0
        for round in 0..<max(1, Self.rounds / 2) {
            let weather = Weather.allCases[round % Weather.allCases.count]
            deaths += try await fight(grants, system, weather)
            let seen = try await grants.seen(system)
            try #require(
                seen["reuses"].int == 0 && seen["revokedGrants"].int == 0, "round \(round), \(weather): \(seen.line)")
            try #require(seen["invalidGrants"].int == 0, "round \(round), \(weather): \(seen.line)")
        }
        #expect(deaths > 0 || Self.rounds < 10, "no host died: the test no longer tests")
        try await grants.bench.take(Bench.tasks(1), for: system)
        try await grants.desk.must("sync", "--integration", system)
        #expect(try await grants.emulator.count(system) == 1)
        #expect(!FileManager.default.fileExists(atPath: grants.desk.home + "/rescue") || leftBehind(grants).isEmpty)
    }

    private func leftBehind(_ grants: GrantBench) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: grants.desk.home + "/rescue")) ?? []
    }

    /// Gives how many hosts died. The one that is not struck must come through.
    private func fight(_ grants: GrantBench, _ system: String, _ weather: Weather) async throws -> Int {
        let emulator = grants.emulator
        try await emulator.ask("DELETE", "/faults")
        func strike(_ fault: [String: JSON]) async throws {
            try await emulator.fault(
                .object(fault.merging(["system": .string(system), "operation": "token"]) { first, _ in first }))
        }
        switch weather {
        case .lostAnswer: try await strike(["kind": "drop-after"])
        case .lostBefore: try await strike(["kind": "drop-before", "times": 2])
        case .slowAnswer: try await strike(["kind": "delay", "delayMilliseconds": 900, "when": "after"])
        // Long enough to name the victim before it is answered.
        case .diesInExchange: try await strike(["kind": "delay", "delayMilliseconds": 250, "when": "before"])
        case .fair, .diesWithLease, .diesAfterCommit: break
        }
        let dieAfter = [Weather.diesWithLease: "1", .diesAfterCommit: "2"][weather]
        let words = ["token", "refresh", system]
        let first = try grants.desk.start(
            words, environment: dieAfter.map { ["PATCHBAY_DEBUG_DIE_AFTER_COMMIT": $0] } ?? [:])
        let second = try grants.desk.start(words)
        if weather == .diesInExchange {
            try await strike(["kind": "kill", "pid": .integer(Int(first.child.pid)), "when": "during"])
        }
        let ends = (try await first.finish(), try await second.finish())
        #expect(ends.1.status == 0, ends.1.told)
        if ends.0.end.signal == nil { #expect(ends.0.status == 0, ends.0.told) }
        return ends.0.end.signal == nil ? 0 : 1
    }

    @Test("what the store cannot take is kept beside it, and the next start brings it in")
    func rescued() async throws {
        let grants = try await GrantBench()
        try await grants.add("linear")
        try await grants.set("linear")
        let before = try await grants.token("linear")["fingerprint"].text
        // The row's lease is taken, and then every change of it is refused.
        try await StoreIntruder.change(
            grants.desk.home + "/patchbay.sqlite",
            "CREATE TRIGGER no_commit BEFORE UPDATE OF sealed ON token BEGIN SELECT RAISE(ABORT, 'full'); END",
            grants.desk.scratch)
        try await grants.desk.must("token", "refresh", "linear")
        #expect(try await grants.token("linear")["fingerprint"].text == before)
        let kept = try #require(leftBehind(grants).first)
        let attributes = try FileManager.default.attributesOfItem(atPath: grants.desk.home + "/rescue/" + kept)
        #expect((attributes[.posixPermissions] as? Int ?? 0) & 0o077 == 0)
        try await StoreIntruder.change(
            grants.desk.home + "/patchbay.sqlite", "DROP TRIGGER no_commit", grants.desk.scratch)
        try await grants.desk.must("integration", "check", "linear")
        #expect(leftBehind(grants).isEmpty)
        #expect(try await grants.token("linear")["fingerprint"].text != before)
        // The refresh token in it is the one that works.
        try await grants.desk.must("token", "refresh", "linear")
        let seen = try await grants.seen("linear")
        #expect(seen["refreshes"].int == 2 && seen["replays"].int == 0, "\(seen.line)")
    }
}
