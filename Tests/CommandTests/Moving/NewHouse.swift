import Foundation
import Testing

/// A home that takes in what another one exported, with integrations of the same names at the same systems.
struct NewHouse {
    let desk: Workbench

    init(beside bench: Bench, systems: [String] = Bench.systems, patience: Int = 1) async throws {
        desk = try Workbench()
        try await desk.must("init")
        let rows = systems.map { bench.row($0).line }.joined(separator: "\n")
        try await desk.must("integration", "import", "-", input: rows)
        for system in systems { try await desk.must("integration", "set", system, "--patience", "\(patience)") }
    }

    func lines() async throws -> [JSON] { JSON.lines(try await desk.must("task", "export").out) }

    /// Syncs each integration until nothing is pending, waiting or unknown, or that often.
    func settle(_ systems: [String] = Bench.systems, times: Int = 6) async throws {
        for system in systems {
            for _ in 0..<times {
                _ = try await desk.run(["sync", "--integration", system, "--wait"], within: .seconds(240))
                let states = try await states(system)
                if states["pending"] == nil, states["waiting"] == nil, states["unknown"] == nil { break }
            }
        }
    }

    func states(_ system: String) async throws -> [String: Int] {
        let status = try await desk.must("status")
        let entry = status.result["integrations"].items.first { $0["integration"].text == system } ?? .null
        return entry["states"].members.compactMapValues(\.int)
    }
}

/// The deliveries of exported lines, by task and integration.
struct Inventory {
    let deliveries: [String: [String: JSON]]
    let titles: [String: String]

    init(_ lines: [JSON]) {
        deliveries = Dictionary(
            lines.map { line in
                let list = line["deliveries"].items.map { ($0["integration"].text ?? "", $0) }
                return (line["id"].text ?? "", Dictionary(list) { $1 })
            }
        ) { $1 }
        titles = Dictionary(lines.map { ($0["id"].text ?? "", $0["title"].text ?? "") }) { $1 }
    }

    /// Every delivery to a system with the title of its task.
    func all(_ system: String) -> [(task: String, title: String, delivery: JSON)] {
        deliveries.compactMap { id, list in list[system].map { (id, OldHouse.number(of: titles[id] ?? ""), $0) } }
            .sorted { $0.task < $1.task }
    }

    var states: [String: Int] {
        Dictionary(
            deliveries.values.flatMap(\.values).compactMap { $0["state"].text.map { ($0, 1) } }, uniquingKeysWith: +)
    }
}
