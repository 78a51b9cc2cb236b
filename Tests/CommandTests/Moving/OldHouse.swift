import Foundation
import Testing

/// A home that has lived: tasks over three integrations, by chance in every state that a delivery can be in.
struct OldHouse {
    let bench: Bench
    /// For each way to live, the tasks of each integration.
    private let lots: [Fate: [String: [String]]]
    private let count: Int
    /// What the systems ask to wait, of those that wait: seconds.
    private let wait: Int

    /// What is to become of a delivery before the house is left.
    enum Fate: String, CaseIterable {
        case none, delivered, refused, made, notMade, cancelled, leftOut, pending, waiting, sending
    }

    static let patience = "60"

    init(tasks count: Int, seed: UInt64, wait: Int = 600) async throws {
        self.count = count
        self.wait = wait
        bench = try await Bench(seed: seed)
        var dice = Dice(state: seed)
        var lots: [Fate: [String: [String]]] = [:]
        let lines = VariedTasks.make(count).enumerated().map { Self.task($1, number: $0 + 1, &dice) }
        for system in Bench.systems {
            for line in lines {
                let fate = dice.pick(Fate.allCases + [.delivered, .delivered, .delivered])
                lots[fate, default: [:]][system, default: []].append(line["id"].text ?? "")
            }
        }
        self.lots = lots
        for system in Bench.systems {
            try await bench.desk.must("integration", "set", system, "--patience", Self.patience)
            try await bench.desk.must("integration", "check", system)
        }
        try await bench.take(lines)
    }

    /// What tells a title from all others. The rest of it systems write in their own way, without blanks at its end for
    /// example.
    static func number(of title: String) -> String { String(title.prefix { $0 != "." }) }

    /// A task of any shape; its title tells it from all others.
    private static func task(_ shape: JSON, number: Int, _ dice: inout Dice) -> JSON {
        let words = shape["title"].text?.prefix(60).replacing("\n", with: " ") ?? ""
        let task = shape.setting("id", .string("h-\(number)")).setting("title", .string("\(number). \(words)"))
            .setting("priority", dice.pick(["none", "low", "medium", "high", "urgent"]))
        return task.setting("labels", .null).setting("assignee", .null)
    }

    private func lot(_ fate: Fate, _ system: String) -> [String] { lots[fate]?[system] ?? [] }

    /// Binds, for each task, the integrations at which it has one of these fates.
    private func bind(_ fates: Fate...) async throws {
        var bound: [String: [String]] = [:]
        for fate in fates {
            for system in Bench.systems { for id in lot(fate, system) { bound[id, default: []].append(system) } }
        }
        let known = try await lines()
        let lines = known.compactMap { line in
            bound[line["id"].text ?? ""].map { names in
                line.setting("deliveries", .null).setting("externalId", .null).setting(
                    "integration", .array(names.map { .string($0) }))
            }
        }
        if !lines.isEmpty { try await bench.take(lines) }
    }

    /// The home's own export.
    func lines() async throws -> [JSON] { JSON.lines(try await bench.desk.must("task", "export").out) }

    /// Syncs just these to that integration until none of them is pending any more, or that often.
    private func send(_ fate: Fate, _ system: String, under fault: JSON? = nil, times: Int = 80) async throws {
        let all = lot(fate, system)
        for start in stride(from: 0, to: all.count, by: Self.namedMax) {
            let ids = Array(all[start..<min(start + Self.namedMax, all.count)])
            try await send(ids, system, under: fault, times: times)
        }
    }

    /// Tasks that one command names.
    private static let namedMax = 100

    private func send(_ ids: [String], _ system: String, under fault: JSON?, times: Int) async throws {
        if let fault {
            try await bench.emulator.fault(fault.setting("system", .string(system)).setting("operation", "create"))
        }
        for _ in 0..<times {
            _ = try await bench.desk.run(["sync", "--integration", system] + ids.flatMap { ["--task", $0] })
            let still = try await bench.desk.must(
                "task", "list", "--integration", system, "--state", "pending", "--limit", "1000")
            let pending = Set(
                still.result["tasks"].items.filter { task in
                    task["deliveries"].items.contains { $0["integration"].text == system && $0["state"] == "pending" }
                }.compactMap { $0["id"].text })
            if pending.isDisjoint(with: ids) { break }
        }
        try await bench.emulator.ask("DELETE", "/faults")
    }

    /// Lives, up to the moment at which it is left: some are being sent just then. Gives the export of that moment.
    func live(format: String) async throws -> (file: String, lines: [JSON]) {
        // What is taken back first: a person takes a task back wherever it is pending.
        try await bind(.cancelled)
        for id in Set(Bench.systems.flatMap { lot(.cancelled, $0) }).sorted() {
            try await bench.desk.must("task", "cancel", id)
        }
        try await bind(.leftOut)
        try await bench.take(
            try await lines().map {
                $0.setting("deliveries", .null).setting("externalId", .null).setting("integration", [])
            })
        for system in Bench.systems {
            try await send(.delivered, system)
            try await send(
                .refused, system, under: ["kind": "status", "status": 400, "body": "vendor", "text": "No.", "times": 0])
            try await send(.made, system, under: ["kind": "drop-after", "times": 0])
            try await send(.notMade, system, under: ["kind": "drop-before", "times": 0])
        }
        try await bind(.pending)
        let hosts = try await sendHalf()
        for system in Bench.systems {
            let fault: JSON = [
                "kind": "status", "status": 429, "body": "vendor", "retryAfter": .integer(wait), "times": 1,
            ]
            try await send(.waiting, system, under: fault, times: 1)
        }
        let exported = try await bench.desk.must("task", "export", "--format", format)
        let known = format == "csv" ? try await lines() : JSON.lines(exported.out)
        for host in hosts {
            host.child.send(SIGKILL)
            _ = try await host.finish()
        }
        try await bench.emulator.ask("DELETE", "/faults")
        return (try bench.desk.scratch.write("house.\(format)", exported.out), known)
    }

    /// Begins to send, and leaves the answers on their way.
    private func sendHalf() async throws -> [Running] {
        var hosts: [Running] = []
        for system in Bench.systems where !lot(.sending, system).isEmpty {
            try await bench.emulator.fault([
                "kind": "delay", "system": .string(system), "operation": "create", "when": "after",
                "delayMilliseconds": 60_000, "times": 0,
            ])
            let ids = lot(.sending, system)
            hosts.append(try bench.desk.start(["sync", "--integration", system] + ids.flatMap { ["--task", $0] }))
            try await Wait.until("\(system) has made some") {
                let made = Set(
                    try await bench.emulator.tasks(system).compactMap {
                        $0["title"].text?.split(separator: ".").first.map(String.init)
                    })
                return ids.contains { made.contains(String($0.dropFirst(2))) } ? true : nil
            }
            try await bench.emulator.ask("DELETE", "/faults")
        }
        return hosts
    }

    /// What a system holds: how often each title.
    func held(_ system: String) async throws -> [String: Int] {
        let titles = try await bench.emulator.tasks(system).compactMap { $0["title"].text }
        return Dictionary(titles.map { (Self.number(of: $0), 1) }, uniquingKeysWith: +)
    }
}

/// Numbers that follow from a seed (SplitMix64).
struct Dice {
    var state: UInt64

    mutating func pick<Value>(_ values: [Value]) -> Value {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return values[Int((mixed ^ (mixed >> 31)) % UInt64(values.count))]
    }
}
