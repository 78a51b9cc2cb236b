import Foundation
import Testing

/// A home that has lived, whose integrations are then removed, added and renamed.
struct TurnedHouse {
    private let old: OldHouse
    /// How everything stood before the first of that.
    private let before: Inventory
    private let tasks: [JSON]
    /// After so many seconds what a killed host was sending is taken for lost.
    private let lease: String

    var desk: Workbench { old.bench.desk }

    init(tasks count: Int, seed: UInt64) async throws {
        // A sync does not wait for that, but the next one may.
        old = try await OldHouse(tasks: count, seed: seed, wait: 6)
        lease = count > 100 ? "20" : "10"
        tasks = try await old.live(format: "jsonl").lines
        before = Inventory(tasks)
    }

    /// Adds the three integrations under these names, in the order of the systems.
    func add(_ names: [String]) async throws {
        for (system, name) in zip(Bench.systems, names) {
            try await old.bench.adopt([old.bench.row(system, name: name)])
        }
        try await ready(names)
    }

    func remove(_ names: [String], _ flags: String...) async throws {
        for name in names {
            let run = try await desk.run(["integration", "remove", name, "--force"] + flags)
            try #require(run.status == 0, run.told)
        }
    }

    func rename(_ names: [String], _ others: [String]) async throws {
        for (name, other) in zip(names, others) { try await desk.must("integration", "rename", name, other) }
        try await ready(others)
    }

    private func ready(_ names: [String]) async throws {
        for name in names {
            try await desk.must("integration", "set", name, "--patience", "1")
            try await desk.must("integration", "check", name)
        }
    }

    /// Brings all tasks in again, bound as they were, puts back what was refused, and syncs until nothing is left to
    /// do.
    func bindAnew(_ names: [String]) async throws {
        let names = Dictionary(uniqueKeysWithValues: zip(Bench.systems, names))
        let lines = tasks.map { line -> JSON in
            let bound = line["deliveries"].items.compactMap { $0["integration"].text.flatMap { names[$0] } }
            return line.setting("deliveries", .null).setting("externalId", .null).setting(
                "integration", .array(bound.map { .string($0) }))
        }
        try await old.bench.take(lines)
        try await desk.must("retry", "--all")
        for _ in 0..<12 {
            let run = try await desk.run(
                ["sync", "--wait"], environment: ["PATCHBAY_DEBUG_LEASE_SECONDS": lease], within: .seconds(600))
            if run.status == 0 { break }
        }
    }

    /// Fails unless each system holds once what was delivered, or bound for it and not taken back by a person, and
    /// nothing else.
    func expectOnce(_ names: [String], _ when: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let now = Inventory(try await old.lines())
        for (system, name) in zip(Bench.systems, names) {
            var held = try await old.held(system)
            var wrong: [String] = []
            for (task, title, delivery) in before.all(system) {
                let isTakenBack = delivery["state"] == "cancelled" && delivery["cancelledBy"] == "user"
                let count = held.removeValue(forKey: title) ?? 0
                let state = now.deliveries[task]?[name]?["state"].text ?? "bound for nowhere"
                if count == (isTakenBack ? 0 : 1), state == (isTakenBack ? "cancelled" : "delivered") { continue }
                wrong.append("\(task) was \(delivery["state"].text ?? "nothing"), is \(state) and there \(count) times")
            }
            #expect(
                wrong.isEmpty && held.isEmpty, "\(system) \(when): \(wrong), and nobody's \(held)",
                sourceLocation: sourceLocation)
        }
    }
}
