import Foundation
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
    let desk: Desk
    let emulator: EmulatorProcess
    private let kind: KillClass
    private let tasks: Int
    private let killsWanted: Int
    private var chance: Chance
    private var outcome = Outcome()
    private var survivor: Child?
    private var imported = 0

    /// `tasks` go to each of the three systems.
    init(seed: UInt64, tasks: Int, kills: Int) async throws {
        self.seed = seed
        kind = KillClass(seed: seed)
        self.tasks = tasks
        killsWanted = kills
        chance = Chance(seed: seed)
        desk = try Desk()
        emulator = try await EmulatorProcess(scratch: desk.scratch, seed: seed)
    }

    func fight() async throws -> Outcome {
        try await prepare()
        for round in 0..<(3 * killsWanted) where outcome.kills < killsWanted {
            try await importTasks(upTo: tasks / 2 + tasks * outcome.kills / (2 * killsWanted))
            try await emulator.suffer(weather())
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
        outcome.problems = try await Verdict(desk: desk, emulator: emulator, tasks: tasks, settled: settled).problems()
        if !outcome.problems.isEmpty {
            desk.keep()
            outcome.problems.append("replay with PATCHBAY_TORTURE_SEED=\(seed); the store is in \(desk.scratch)")
        }
        return outcome
    }

    private func prepare() async throws {
        try await desk.must("init")
        let lines = Systems.all.map { Systems.line($0, at: emulator.address($0)) }.joined(separator: "\n")
        try await desk.must("integration", "import", "-", input: lines)
        for system in Systems.all { try await desk.must("integration", "set", system, "--patience", "1") }
        // Requests that take a little make the calls overlap; Jira's search sees a new issue late in two of three bouts.
        try await emulator.ask("POST", "/latency", body: Data(#"{"milliseconds":\#(chance.number(2..<20))}"#.utf8))
        let lag = chance.one(of: [0, 200, 500])
        try await emulator.ask("POST", "/settings", body: Data(#"{"jira":{"searchLagMilliseconds":\#(lag)}}"#.utf8))
    }

    /// Answers and requests that get lost: enough to be in the way, few enough that an integration is not given up.
    private func weather() -> [Fault] {
        Systems.all.flatMap { system in
            [
                Fault(kind: "drop-after", id: "after-\(system)", system: system, operation: "create", times: 12, probability: 0.1),
                Fault(kind: "drop-before", id: "before-\(system)", system: system, operation: "create", times: 12, probability: 0.05),
            ]
        }
    }

    /// The next portion of the tasks, so that each round finds something to do.
    private func importTasks(upTo wanted: Int) async throws {
        let wanted = min(tasks, max(wanted, imported))
        guard imported < wanted else { return }
        let lines = (imported + 1...wanted).map { #"{"id":"t-\#($0)","title":"Task \#($0)","meetingId":"m"}"# }
        let names = Systems.all.joined(separator: ",")
        try await desk.must("task", "import", "-", "--integration", names, input: lines.joined(separator: "\n"))
        imported = wanted
    }

    private func countLostAnswers() async throws {
        for system in Systems.all { outcome.lostAnswers += try await emulator.strikes("after-\(system)") }
    }

    // MARK: Killing

    /// One kill at a moment that chance chooses; each round begins with another stage of the request.
    private func blow(_ round: Int, pid: pid_t) -> Fault {
        // Jira and Linear need few requests for many tasks, so that a late one never comes.
        let system = chance.one(of: [nil, nil, "asana"] + Systems.all)
        let skip = chance.number(0..<max(1, min(8, tasks / (system == nil || system == "asana" ? 30 : 200))))
        return Fault(
            kind: "kill", id: "kill", system: system, operation: chance.one(of: [nil, nil, "create"]), skip: skip,
            when: ["before", "during", "after"][(round + Int(seed)) % 3], pid: Int(pid))
    }

    private func killHostAtRequest(_ round: Int) async throws {
        let host = try desk.start(["sync", "--wait"])
        try await emulator.add(blow(round, pid: host.pid))
        // A blow that waits for a request that never comes lets the host end in peace.
        if await host.end(within: .seconds(60)) == .killed(SIGKILL) { outcome.kills += 1 }
    }

    private func killHostAfterCommit(_ round: Int) async throws {
        // The first commits one by one, then, where they follow each other in less order, at random.
        let number = Int(seed) / KillClass.allCases.count + round
        let commit = round % 2 == 0 ? 1 + number % 12 : chance.number(1..<40)
        let host = try desk.start(["sync", "--wait"], environment: ["PATCHBAY_DEBUG_DIE_AFTER_COMMIT": "\(commit)"])
        if await host.end(within: .seconds(60)) == .killed(SIGKILL) { outcome.kills += 1 }
    }

    private func killWorker(_ round: Int) async throws {
        let seen = try await emulator.requests()
        let host = try desk.start(["sync", "--wait"])
        let workers = try await Wait.until("a worker has started") { host.hasEnded ? [] : host.workers.isEmpty ? nil : host.workers }
        if round % 2 == 0, !workers.isEmpty {
            try await emulator.add(blow(round, pid: chance.one(of: workers)))
        } else {
            // Between two requests: the emulator has answered some, and the worker is at whatever it is at.
            let wanted = seen + chance.number(1..<max(4, min(20, tasks / 20)))
            let victim = try await Wait.until("a worker's moment") { () -> [pid_t]? in
                if host.hasEnded { return [] }
                return try await self.emulator.requests() >= wanted ? host.workers : nil
            }
            if let pid = victim.isEmpty ? nil : chance.one(of: victim), kill(pid, SIGKILL) == 0 { outcome.kills += 1 }
        }
        guard let end = await host.end(within: .seconds(240)) else { return outcome.problems.append("the host hung after its worker died") }
        if case .killed(let signal) = end { outcome.problems.append("the host ended by signal \(signal) after its worker died") }
        if round % 2 == 0 { outcome.kills += try await emulator.strikes("kill") }
    }

    /// The one that is left goes on, and gets a new companion in the next round.
    private func killOneOfTwo(_ round: Int) async throws {
        let first = try survivor.flatMap { $0.hasEnded ? nil : $0 } ?? desk.start(["sync", "--wait"])
        var hosts = [first, try desk.start(["sync", "--wait"])]
        let victim = hosts.remove(at: chance.number(0..<2))
        survivor = hosts[0]
        try await emulator.add(blow(round, pid: victim.pid))
        if await victim.end(within: .seconds(60)) == .killed(SIGKILL) { outcome.kills += 1 }
    }

    // MARK: Peace

    /// Syncs until nothing is under way any more; false when that does not come about.
    private func calmDown() async throws -> Bool {
        try await importTasks(upTo: tasks)
        try await emulator.suffer([])
        if let survivor, await survivor.end(within: .seconds(120)) == nil { return false }
        let end = ContinuousClock.now + .seconds(240)
        while ContinuousClock.now < end {
            let host = try desk.start(["sync", "--wait"])
            if await host.end(within: .seconds(120)) == nil { return false }
            if try await unsettled().isEmpty { return true }
        }
        return false
    }

    private func unsettled() async throws -> [String: Int] {
        struct Status: Decodable { let summary: [String: Int] }
        let summary = try JSONDecoder().decode(Status.self, from: try await desk.must("status")).summary
        return summary.filter { ["pending", "sending", "waiting", "unknown"].contains($0.key) && $0.value > 0 }
    }
}
