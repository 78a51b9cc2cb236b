import Foundation
import TestSupport
import Testing

/// One store and one emulator, injured again and again while a sync delivers, then left in peace until all is settled.
///
/// Everything that chance decides follows from the seed, but for the order in which processes get to run.
final class Bout {
    struct Outcome: Sendable {
        var kills = 0
        var lostAnswers = 0
        /// Empty when every task exists exactly once and its external id is known.
        var problems: [String] = []
    }

    let seed: UInt64
    private let bench: Bench
    private var desk: Workbench { bench.desk }
    private var emulator: EmulatorProcess { bench.emulator }
    private let kind: KillClass
    private let tasks: Int
    private let killsWanted: Int
    private var chance: Chance
    private var outcome = Outcome()
    private var survivor: Running?
    private var imported = 0

    /// `tasks` go to each of the three systems.
    init(seed: UInt64, tasks: Int, kills: Int) async throws {
        self.seed = seed
        kind = KillClass(seed: seed)
        self.tasks = tasks
        killsWanted = kills
        chance = Chance(seed: seed)
        // A claim of the dead is found after seconds instead of minutes: long enough for an exchange and a pause of a busy machine.
        bench = try await Bench(environment: ["PATCHBAY_DEBUG_LEASE_SECONDS": "8"], seed: seed)
    }

    func fight() async throws -> Outcome {
        try await prepare()
        for round in 0..<(3 * killsWanted) where outcome.kills < killsWanted {
            try await importTasks(upTo: tasks / 2 + tasks * outcome.kills / (2 * killsWanted))
            try await emulator.ask("DELETE", "/faults")
            for fault in weather() { try await emulator.fault(fault) }
            switch kind {
            case .hostAtRequest: try await killHostAtRequest(round)
            case .hostAfterCommit: try await killHostAfterCommit(round)
            case .worker: try await killWorker(round)
            case .oneOfTwoHosts: try await killOneOfTwo(round)
            }
            try await countLostAnswers()
            // Nothing was left to be killed at: go on with the next portion, if there is one.
            if imported < tasks, try await unsettled().isEmpty { try await importTasks(upTo: imported + tasks / (2 * killsWanted)) }
        }
        let settled = try await calmDown()
        outcome.problems = try await Verdict(bench: bench, tasks: tasks, settled: settled).problems()
        if !outcome.problems.isEmpty {
            desk.scratch.keep()
            outcome.problems.append("replay with PATCHBAY_TORTURE_SEED=\(seed); the store is in \(desk.home)")
        }
        return outcome
    }

    private func prepare() async throws {
        for system in Bench.systems { try await desk.must("integration", "set", system, "--patience", "1") }
        // Requests that take a little make the calls overlap; Jira's search sees a new issue late in two of three bouts.
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
        let lines = (imported + 1...wanted).map { #"{"id":"t-\#($0)","title":"Task \#($0)","meetingId":"m"}"# }
        let names = Bench.systems.joined(separator: ",")
        try await desk.must("task", "import", "-", "--integration", names, input: lines.joined(separator: "\n"))
        imported = wanted
    }

    private func countLostAnswers() async throws {
        for system in Bench.systems { outcome.lostAnswers += try await emulator.strikes("after-\(system)") }
    }

    // MARK: Killing

    /// One kill at a moment that chance chooses; each round begins with another stage of the request.
    private func blow(_ round: Int, pid: pid_t) -> JSON {
        // Jira and Linear need few requests for many tasks, so that a late one never comes.
        let system = chance.one(of: [nil, nil, "asana"] + Bench.systems)
        let skip = chance.number(0..<max(1, min(8, tasks / (system == nil || system == "asana" ? 30 : 200))))
        let fault: JSON = [
            "kind": "kill", "id": "kill", "skip": .integer(skip), "pid": .integer(Int(pid)),
            "when": .string(["before", "during", "after"][(round + Int(seed)) % 3]),
        ]
        let operation = chance.one(of: [nil, nil, "create"])
        return fault.setting("system", system.map { .string($0) } ?? .null).setting("operation", operation.map { .string($0) } ?? .null)
    }

    private func killHostAtRequest(_ round: Int) async throws {
        let host = try desk.start(["sync", "--wait"])
        try await emulator.fault(blow(round, pid: host.child.pid))
        // A blow that waits for a request that never comes lets the host end in peace.
        if await host.child.end(within: .seconds(60)).isKilled { outcome.kills += 1 }
    }

    private func killHostAfterCommit(_ round: Int) async throws {
        // The first commits one by one, then, where they follow each other in less order, at random.
        let number = Int(seed) / KillClass.allCases.count + round
        let commit = round % 2 == 0 ? 1 + number % 12 : chance.number(1..<40)
        let host = try desk.start(["sync", "--wait"], environment: ["PATCHBAY_DEBUG_DIE_AFTER_COMMIT": "\(commit)"])
        if await host.child.end(within: .seconds(60)).isKilled { outcome.kills += 1 }
    }

    private func killWorker(_ round: Int) async throws {
        let seen = try await emulator.requests()
        let host = try desk.start(["sync", "--wait"])
        let workers = try await Wait.until("a worker has started") { host.child.hasEnded ? [] : host.workers.isEmpty ? nil : host.workers }
        if round % 2 == 0, !workers.isEmpty {
            try await emulator.fault(blow(round, pid: chance.one(of: workers)))
        } else {
            // Between two requests: the emulator has answered some, and the worker is at whatever it is at.
            let wanted = seen + chance.number(1..<max(4, min(20, tasks / 20)))
            let victim = try await Wait.until("a worker's moment") { () -> [pid_t]? in
                if host.child.hasEnded { return [] }
                return try await self.emulator.requests() >= wanted ? host.workers : nil
            }
            if let pid = victim.isEmpty ? nil : chance.one(of: victim), kill(pid, SIGKILL) == 0 { outcome.kills += 1 }
        }
        let end = await host.child.end(within: .seconds(240))
        if end.isLate { return outcome.problems.append("the host hung after its worker died") }
        if let signal = end.signal { outcome.problems.append("the host ended by signal \(signal) after its worker died") }
        if round % 2 == 0 { outcome.kills += try await emulator.strikes("kill") }
    }

    /// The one that is left goes on, and gets a new companion in the next round.
    private func killOneOfTwo(_ round: Int) async throws {
        let first = try survivor.flatMap { $0.child.hasEnded ? nil : $0 } ?? desk.start(["sync", "--wait"])
        var hosts = [first, try desk.start(["sync", "--wait"])]
        let victim = hosts.remove(at: chance.number(0..<2))
        survivor = hosts[0]
        try await emulator.fault(blow(round, pid: victim.child.pid))
        if await victim.child.end(within: .seconds(60)).isKilled { outcome.kills += 1 }
    }

    // MARK: Peace

    /// Syncs until nothing is under way any more; false when that does not come about.
    private func calmDown() async throws -> Bool {
        try await importTasks(upTo: tasks)
        try await emulator.ask("DELETE", "/faults")
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

extension ChildProcess.End {
    /// Killed by others than us, who kill what is late.
    var isKilled: Bool { signal == SIGKILL && !isLate }
}
