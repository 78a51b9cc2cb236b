import Foundation
import Testing

/// A short version runs with all tests. PATCHBAY_TORTURE=210 makes so many kills, with many more tasks; PATCHBAY_TORTURE_SEED=n fights
/// one bout again, at the size that PATCHBAY_TORTURE says.
@Suite("Torture", .timeLimit(.minutes(120)))
struct TortureTests {
    private static let environment = ProcessInfo.processInfo.environment
    /// Kills in all; nil for the short version.
    private static let kills = environment["PATCHBAY_TORTURE"].flatMap { Int($0) }
    private static let onlySeed = environment["PATCHBAY_TORTURE_SEED"].flatMap { UInt64($0) }

    private static var killsOfClass: Int {
        kills.map { ($0 + KillClass.allCases.count - 1) / KillClass.allCases.count } ?? killsOfBout
    }
    private static var killsOfBout: Int { kills == nil ? 3 : 7 }

    /// Tasks that go to each system.
    private static func tasks(_ kind: KillClass) -> Int {
        switch (kind, kills) {
        case (_, nil): 60
        case (.oneOfTwoHosts, _): 667
        default: 500
        }
    }

    @Test("whatever is killed, every task exists exactly once and its external id is known", arguments: KillClass.allCases)
    func exactlyOnce(kind: KillClass) async throws {
        if let seed = Self.onlySeed, KillClass(seed: seed) != kind { return }
        let start = ContinuousClock.now
        var kills = 0
        var lostAnswers = 0
        var seeds: [UInt64] = []
        // A bout may end before all of its kills: some more make up for that.
        for number in 1...max(5, 2 * Self.killsOfClass / Self.killsOfBout) where kills < Self.killsOfClass {
            let seed = Self.onlySeed ?? kind.seed(number)
            seeds.append(seed)
            let wanted = min(Self.killsOfBout, Self.killsOfClass - kills)
            let outcome = try await Bout(seed: seed, tasks: Self.tasks(kind), kills: wanted).fight()
            kills += outcome.kills
            lostAnswers += outcome.lostAnswers
            #expect(outcome.problems.isEmpty, "seed \(seed):\n\(outcome.problems.joined(separator: "\n"))")
            if Self.onlySeed != nil { break }
            if Self.kills != nil { tell("\(kind.rawValue): seed \(seed): \(outcome.kills) kills, \(kills) so far") }
        }
        let seconds = (ContinuousClock.now - start).components.seconds
        tell(
            "\(kind.rawValue): \(kills) kills, \(lostAnswers) answers lost, \(seeds.count) bouts of 3 × \(Self.tasks(kind)) tasks, "
                + "seeds \(seeds), \(seconds) s")
        if Self.onlySeed == nil { #expect(kills >= Self.killsOfClass, "too few kills struck: the test no longer tests") }
    }

    /// At once: what is printed would wait in a buffer for the end of a run that may take an hour.
    private func tell(_ text: String) { FileHandle.standardOutput.write(Data("torture: \(text)\n".utf8)) }
}
