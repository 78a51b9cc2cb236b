import Foundation
import TestSupport
import Testing

extension Bout {
    /// Syncs, and kills while it does. Gives how often it struck.
    func kill(_ kind: KillClass, _ round: Int) async throws -> Int {
        if let trap = kind.trap { return try await trapWorker(trap.function, trap.passing, round) }
        switch kind {
        case .hostAfterCommit: return try await killHostAfterCommit(round)
        case .workerAtRandom: return try await killWorker(round)
        case .oneOfTwoHosts: return try await killOneOfTwo()
        default: return try await killHost(at: kind.moment ?? "after")
        }
    }

    /// One kill of a process at a request that chance chooses.
    private func blow(_ moment: String, pid: pid_t) -> JSON {
        let system = chance.one(of: [nil, nil, "asana"] + Bench.systems)
        // Jira and Linear need few requests for many tasks, so that a late one never comes.
        let skip = chance.number(
            0..<(system == "jira" || system == "linear" ? max(1, tasks / 200) : max(2, min(8, tasks / 40))))
        let fault: JSON = [
            "kind": "kill", "id": "kill", "skip": .integer(skip), "pid": .integer(Int(pid)), "when": .string(moment),
        ]
        let operation = chance.one(of: [nil, nil, "create"])
        return fault.setting("system", system.map { .string($0) } ?? .null).setting(
            "operation", operation.map { .string($0) } ?? .null)
    }

    private func anyMoment() -> String { chance.one(of: ["before", "during", "after"]) }

    private func killHost(at moment: String) async throws -> Int {
        let host = try desk.start(["sync", "--wait"])
        try await emulator.fault(blow(moment, pid: host.child.pid))
        // A blow that waits for a request that never comes lets the host end in peace.
        return await host.child.end(within: .seconds(60)).isKilled ? 1 : 0
    }

    private func killHostAfterCommit(_ round: Int) async throws -> Int {
        // The first commits one by one, then, where they follow each other in less order, at random.
        let commit = round % 2 == 0 ? 1 + (Int(seed) + round / 2) % 12 : chance.number(1..<40)
        let host = try desk.start(["sync", "--wait"], environment: ["PATCHBAY_DEBUG_DIE_AFTER_COMMIT": "\(commit)"])
        return await host.child.end(within: .seconds(60)).isKilled ? 1 : 0
    }

    private func killWorker(_ round: Int) async throws -> Int {
        var struck = 0
        let seen = try await emulator.requests()
        // The one goes on to the next sync, the other waits until the integration is served again.
        let host = try desk.start(round % 2 == 0 ? ["sync"] : ["sync", "--wait"])
        let workers = try await Wait.until("a worker has started") {
            host.child.hasEnded ? [] : host.workers.isEmpty ? nil : host.workers
        }
        if round % 2 == 0, !workers.isEmpty {
            try await emulator.fault(blow(anyMoment(), pid: chance.one(of: workers)))
        } else {
            // Between two requests: the emulator has answered some, and the worker is at whatever it is at.
            let wanted = seen + chance.number(1..<max(4, min(20, tasks / 20)))
            let victim = try await Wait.until("a worker's moment", within: .seconds(120)) { () -> [pid_t]? in
                if host.child.hasEnded { return [] }
                return try await self.emulator.requests() >= wanted ? host.workers : nil
            }
            if let pid = victim.isEmpty ? nil : chance.one(of: victim), Foundation.kill(pid, SIGKILL) == 0 {
                struck += 1
            }
        }
        let end = await host.child.end(within: .seconds(240))
        look(at: end)
        return round % 2 == 0 ? try await emulator.strikes("kill") : struck
    }

    /// The connector of one system traps in a function, again in each new worker, until the sync leaves its integration
    /// alone.
    private func trapWorker(_ function: String, _ passing: Range<Int>, _ round: Int) async throws -> Int {
        let system = chance.one(of: Bench.systems)
        try await desk.must("integration", "set", system, "trap=\(function):\(1 + chance.number(passing))")
        // Named, an integration is tried at once although it was to be left alone; unnamed, the others go on beside it.
        var words = ["sync", "--log-level", "info"] + (round % 2 == 0 ? [] : ["--integration", system])
        if function == "close" {
            // An instance is closed before its worker's end only where a sync comes back to it: for a look-up, here.
            words.append("--wait")
            let lost: JSON = ["kind": "drop-after", "id": "lost", "operation": "create"]
            try await emulator.fault(lost.setting("system", .string(system)))
        }
        let host = try desk.start(words)
        if function == "close" {
            try await Wait.until("the worker has died, or the sync is over") {
                host.child.hasEnded || Self.traps(in: host) > 0 ? true : nil
            }
            host.child.send(SIGTERM)
        }
        let end = await host.child.end(within: .seconds(240))
        look(at: end)
        // Deaths in a row put the digest in quarantine, and this is how a person takes it out.
        try await desk.must("connector", "trust", desk.plugins + "/\(system).so")
        try await desk.must("integration", "set", system, "trap=none:0")
        return Self.traps(in: host)
    }

    /// How many of its workers trapped; the setting says in which function, and nothing else of a connector traps.
    private static func traps(in host: Running) -> Int {
        host.errorsSoFar.split(separator: "\n").count { $0.contains("A worker has ended") && $0.contains(": a trap") }
    }

    /// The one that is left goes on, and gets a new companion in the next round.
    private func killOneOfTwo() async throws -> Int {
        let first = try survivor.flatMap { $0.child.hasEnded ? nil : $0 } ?? desk.start(["sync", "--wait"])
        var hosts = [first, try desk.start(["sync", "--wait"])]
        let victim = hosts.remove(at: chance.number(0..<2))
        survivor = hosts[0]
        try await emulator.fault(blow(anyMoment(), pid: victim.child.pid))
        return await victim.child.end(within: .seconds(60)).isKilled ? 1 : 0
    }

    /// A host must outlive its workers. The signal that asks it to drain is ours, and may meet it after its work is
    /// done.
    private func look(at end: ChildProcess.End) {
        if end.isLate {
            outcome.problems.append("the host hung after its worker died")
        } else if let signal = end.signal, signal != SIGTERM {
            outcome.problems.append("the host ended by signal \(signal) after its worker died")
        }
    }
}

extension ChildProcess.End {
    /// Killed by others than us, who kill what is late.
    var isKilled: Bool { signal == SIGKILL && !isLate }
}
