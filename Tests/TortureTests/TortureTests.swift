import Foundation
import Testing

/// A short version, in which each bout goes through all classes of its lane, runs with all tests. PATCHBAY_TORTURE=30
/// makes so many kills of each class, with many more tasks; PATCHBAY_TORTURE_SEED=n fights one bout again, at the size
/// that PATCHBAY_TORTURE says, and PATCHBAY_TORTURE_FIRST=n begins with other seeds.
@Suite("Torture", .timeLimit(.minutes(240)))
struct TortureTests {
    private static let environment = ProcessInfo.processInfo.environment
    /// Kills of each class; nil for the short version.
    private static let kills = environment["PATCHBAY_TORTURE"].flatMap { Int($0) }
    private static let onlySeed = environment["PATCHBAY_TORTURE_SEED"].flatMap { UInt64($0) }
    private static let first = environment["PATCHBAY_TORTURE_FIRST"].flatMap { Int($0) } ?? 1
    private static let killsOfBout = 10

    /// Tasks of a store; each goes to each system.
    private static func tasks(_ classes: [KillClass]) -> Int {
        if kills == nil { 120 } else if classes == [.oneOfTwoHosts] { 2_000 } else { 500 }
    }

    @Test("whatever is killed, every task exists exactly once and its external id is known", arguments: Lane.allCases)
    func exactlyOnce(lane: Lane) async throws {
        if let seed = Self.onlySeed {
            let classes = Seeds.classes(of: seed)
            guard Set(classes).isSubset(of: lane.classes) else { return }
            _ = try await fight(seed, classes, kills: Self.kills == nil ? 1 : Self.killsOfBout)
        } else if let kills = Self.kills {
            for kind in lane.classes { try await fightAll(of: kind, kills: kills) }
        } else {
            let struck = try await fight(Seeds.seed(Self.first, of: lane.classes), lane.classes, kills: 1)
            #expect(struck.count == lane.classes.count, "some class never struck: the test no longer tests \(struck)")
        }
    }

    /// Bout after bout until there were enough kills of a class; a bout may end before all of its own.
    private func fightAll(of kind: KillClass, kills: Int) async throws {
        var struck = 0
        for number in Self.first..<Self.first + max(5, kills / 2) where struck < kills {
            let wanted = min(Self.killsOfBout, kills - struck)
            struck += try await fight(Seeds.seed(number, of: [kind]), [kind], kills: wanted)[kind] ?? 0
        }
        tell("\(kind.rawValue): \(struck) kills in all")
        #expect(struck >= kills, "too few kills struck: the test no longer tests")
    }

    private func fight(_ seed: UInt64, _ classes: [KillClass], kills: Int) async throws -> [KillClass: Int] {
        let start = ContinuousClock.now
        let tasks = Self.tasks(classes)
        let outcome = try await Bout(seed: seed, tasks: tasks, kills: kills).fight()
        #expect(outcome.problems.isEmpty, "seed \(seed):\n\(outcome.problems.joined(separator: "\n"))")
        let counts = outcome.kills.map { "\($0.value) × \($0.key.rawValue)" }.sorted().joined(separator: ", ")
        tell(
            "seed \(seed): 3 × \(tasks) tasks, killed \(counts), \(outcome.lostAnswers) answers lost, "
                + "\(outcome.problems.isEmpty ? "each task there once" : "FAILED"), "
                + "\((ContinuousClock.now - start).components.seconds) s"
        )
        return outcome.kills
    }

    /// At once: what is printed would wait in a buffer for the end of a run that may take an hour.
    private func tell(_ text: String) { FileHandle.standardOutput.write(Data("torture: \(text)\n".utf8)) }
}
