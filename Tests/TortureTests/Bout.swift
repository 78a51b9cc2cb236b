import Foundation
import TestSupport
import Testing

/// One store and one emulator, injured again and again while a sync delivers, then left in peace until all is settled.
///
/// Everything that chance decides follows from the seed, but for the order in which processes get to run.
final class Bout {
    struct Outcome: Sendable {
        var kills: [KillClass: Int] = [:]
        var lostAnswers = 0
        /// Empty when every task exists exactly once and its external id is known.
        var problems: [String] = []
    }

    let seed: UInt64
    let bench: Bench
    var desk: Workbench { bench.desk }
    var emulator: EmulatorProcess { bench.emulator }
    private let classes: [KillClass]
    let tasks: Int
    private let killsOfClass: Int
    private var killsWanted: Int { killsOfClass * classes.count }
    var chance: Chance
    var outcome = Outcome()
    var survivor: Running?
    private var imported = 0
    private var killsSoFar: Int { outcome.kills.values.reduce(0, +) }

    /// `tasks` go to each of the three systems; each class of the seed strikes at least `kills` times, if it can.
    init(seed: UInt64, tasks: Int, kills: Int) async throws {
        self.seed = seed
        classes = Seeds.classes(of: seed)
        self.tasks = tasks
        killsOfClass = kills
        chance = Chance(seed: seed)
        // A claim of the dead is found after seconds instead of minutes: long enough for an exchange and a pause of a
        // busy machine.
        bench = try await Bench(
            plugins: classes.contains { $0.trap != nil } ? try Built.plugins(of: "Trap") : Built.plugins,
            environment: ["PATCHBAY_DEBUG_LEASE_SECONDS": "8"], seed: seed)
    }

    func fight() async throws -> Outcome {
        try await prepare()
        for round in 0..<(3 * killsWanted)
        where classes.contains(where: { outcome.kills[$0, default: 0] < killsOfClass }) {
            try await importTasks(upTo: tasks / 2 + tasks * min(killsSoFar, killsWanted) / (2 * killsWanted))
            try await emulator.ask("DELETE", "/faults")
            for fault in weather() { try await emulator.fault(fault) }
            // Where there are several classes, one that did not strike has its turn again.
            let kind = classes.min { outcome.kills[$0, default: 0] < outcome.kills[$1, default: 0] } ?? classes[0]
            outcome.kills[kind, default: 0] += try await kill(kind, round)
            for system in Bench.systems { outcome.lostAnswers += try await emulator.strikes("after-\(system)") }
            // Nothing was left to be killed at: go on with the next portion, if there is one.
            if imported < tasks, try await unsettled().isEmpty {
                try await importTasks(upTo: imported + tasks / (2 * killsWanted))
            }
        }
        outcome.kills = outcome.kills.filter { $0.value > 0 }
        let settled = try await calmDown()
        outcome.problems += try await Verdict(bench: bench, tasks: tasks, settled: settled).problems()
        if !outcome.problems.isEmpty {
            desk.scratch.keep()
            outcome.problems.append("replay with PATCHBAY_TORTURE_SEED=\(seed); the store is in \(desk.home)")
        }
        return outcome
    }

    private func prepare() async throws {
        for system in Bench.systems { try await desk.must("integration", "set", system, "--patience", "1") }
        // Requests that take a little make the calls overlap; Jira's search sees a new issue late in two of three
        // bouts.
        try await emulator.ask("POST", "/latency", ["milliseconds": .integer(chance.number(2..<20))])
        let lag = chance.one(of: [0, 200, 500])
        try await emulator.ask("POST", "/settings", ["jira": ["searchLagMilliseconds": .integer(lag)]])
    }

    /// Answers and requests that get lost: enough to be in the way, few enough that an integration is not given up.
    private func weather() -> [JSON] {
        Bench.systems.flatMap { system -> [JSON] in
            [("after", 0.1), ("before", 0.05)].map { moment, probability in
                [
                    "kind": .string("drop-\(moment)"), "id": .string("\(moment)-\(system)"), "system": .string(system),
                    "operation": "create", "times": 12, "probability": .number(probability),
                ]
            }
        }
    }

    /// The next portion of the tasks, so that each round finds something to do.
    private func importTasks(upTo wanted: Int) async throws {
        let wanted = min(tasks, max(wanted, imported))
        guard imported < wanted else { return }
        let lines = (imported + 1...wanted).map { number in
            #"{"id":"t-\#(number)","title":"Task \#(number)","meetingId":"m-\#(number / Verdict.tasksOfMeeting)"}"#
        }
        let names = Bench.systems.joined(separator: ",")
        try await desk.must("task", "import", "-", "--integration", names, input: lines.joined(separator: "\n"))
        imported = wanted
    }

    // MARK: Peace

    /// Syncs until nothing is under way any more; false when that does not come about.
    private func calmDown() async throws -> Bool {
        try await importTasks(upTo: tasks)
        try await emulator.ask("DELETE", "/faults")
        // An integration that is left alone after failures is tried at once when it is named.
        for system in Bench.systems {
            _ = try await desk.run(["sync", "--integration", system], within: .seconds(240))
        }
        if let survivor, await survivor.child.end(within: .seconds(120)).isLate { return false }
        let end = ContinuousClock.now + .seconds(240)
        while ContinuousClock.now < end {
            let host = try desk.start(["sync", "--wait"])
            if await host.child.end(within: .seconds(120)).isLate { return false }
            if try await unsettled().isEmpty { return true }
        }
        return false
    }

    private func unsettled() async throws -> [String: Int] {
        let summary = try await desk.must("status").summary.members.compactMapValues(\.int)
        return summary.filter { ["pending", "sending", "waiting", "unknown"].contains($0.key) && $0.value > 0 }
    }
}
