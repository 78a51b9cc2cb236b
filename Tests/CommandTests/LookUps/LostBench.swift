import Foundation
import Testing

/// A bench where answers of creates get lost, and a wall clock that a test sets.
struct LostBench {
    let bench: Bench
    let system: String
    private let patience: Int
    private let clockFile: String
    private let scratch: ScratchFolder

    /// One integration, asked once whose token it is, and one task that was delivered, so that look-ups have what must
    /// show.
    init(
        _ system: String, patience: Int = 1, environment: [String: String] = [:], vendorClock: [String: JSON] = [:]
    ) async throws {
        self.system = system
        self.patience = patience
        scratch = try ScratchFolder()
        clockFile = scratch("clock")
        try Data("0".utf8).write(to: URL(fileURLWithPath: clockFile))
        bench = try await Bench(
            [system], environment: environment.merging(["PATCHBAY_DEBUG_CLOCK_FILE": clockFile]) { $1 })
        try await bench.desk.must("integration", "set", system, "--patience", "\(patience)")
        if !vendorClock.isEmpty { try await setVendorClock(vendorClock) }
        try await bench.desk.must("integration", "check", system)
    }

    /// A task that is there, and known to be.
    func deliverOne() async throws {
        try await bench.take([["id": "first", "title": "The first one"]], for: system)
        try await bench.desk.must("sync")
    }

    /// Our wall clock is so many seconds ahead from now on.
    func setClock(ahead seconds: Int) throws {
        try Data("\(seconds * 1_000)".utf8).write(to: URL(fileURLWithPath: clockFile))
    }

    /// The vendor's clock and what its answers say of it.
    func setVendorClock(_ body: [String: JSON]) async throws {
        try await bench.emulator.ask("POST", "/clock", .object(body.merging(["system": .string(system)]) { $1 }))
    }

    /// Sends so many tasks whose answers are lost after they were made, and others whose requests are lost before:
    /// "m-1" and so on, and "n-1". All of them are unknown then, and none was looked up.
    func lose(made: Int, notMade: Int = 0) async throws {
        let before = try await titles().count
        // The first look-up comes after five seconds, or after the patience if that is shorter.
        try await bench.desk.must("integration", "set", system, "--patience", "60")
        for (meeting, count, kind) in [("m", made, "drop-after"), ("n", notMade, "drop-before")] where count > 0 {
            try await bench.take(Bench.tasks(count, meeting: meeting), for: system)
            try await bench.emulator.fault([
                "kind": .string(kind), "system": .string(system), "operation": "create", "times": 0,
            ])
            for _ in 0..<60 where try await bench.states(system)["pending"] != nil {
                _ = try await bench.desk.run("sync", "--integration", system, "--meeting", meeting)
            }
            try await bench.emulator.ask("DELETE", "/faults")
        }
        try await bench.desk.must("integration", "set", system, "--patience", "\(patience)")
        #expect(try await titles().count == before + made)
        #expect(try await bench.states(system)["unknown"] == made + notMade)
    }

    /// A plain sync that names the integration, so that no breaker keeps it away.
    @discardableResult
    func sync() async throws -> Run { try await bench.desk.run("sync", "--integration", system) }

    /// Syncs until nothing is open any more, or that often. A look-up that proves nothing is not due again for long, so
    /// it ends soon.
    func settle(times: Int = 6) async throws {
        for _ in 0..<times {
            let open = try await bench.states(system).keys.filter { $0 != "delivered" }
            if open.isEmpty { return }
            try await Wait.until("a look-up is due") { try await isDue() ? true : nil }
            try await sync()
        }
    }

    /// Whether something is due, or will not be for long.
    private func isDue() async throws -> Bool {
        let run = try await bench.desk.must("status")
        let entry = run.result["integrations"].items.first { $0["integration"].text == system } ?? .null
        guard entry["due"].int == 0, let next = entry["nextDueAt"].text else { return true }
        let date = try Date.ISO8601FormatStyle(includingFractionalSeconds: true).parse(next)
        return date.timeIntervalSinceNow > 30
    }

    func titles() async throws -> [String] { try await bench.emulator.tasks(system).compactMap { $0["title"].text } }

    /// Fails when a title is there twice.
    func expectNoDoubles(_ when: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let all = try await titles()
        #expect(
            Set(all).count == all.count, "\(system), \(when): \(all.count - Set(all).count) doubled",
            sourceLocation: sourceLocation)
    }

    /// What `failures` says of a task.
    func words(of task: String) async throws -> String {
        let run = try await bench.desk.run("failures")
        let failure = run.result["failures"].items.first { $0["taskId"].text == task } ?? .null
        return failure["error"]["message"].text ?? "nothing"
    }
}
