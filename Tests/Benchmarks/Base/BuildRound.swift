import Foundation

/// Measures one build once: what its commands take with one system.
struct BuildRound {
    struct Failed: Error, CustomStringConvertible { let description: String }

    let system: EmulatedSystem
    let tasks: Int
    let isScattered: Bool
    /// Of this system alone.
    private(set) var ours = Readings()
    /// Of what is the same with each system.
    private(set) var common = Readings()

    /// Small commands are run so often within a round, and count with their median.
    private static let repeats = 3

    init(_ system: EmulatedSystem, tasks: Int, isScattered: Bool) {
        self.system = system
        self.tasks = tasks
        self.isScattered = isScattered
    }

    /// `counting` also has callgrind count instructions, which takes seconds a command.
    mutating func measure(_ stage: Stage, counting: InstructionCount?) async throws {
        // The first list loads each connector, and keeps what it saw.
        _ = try stage.patchbay(["connector", "list"])
        try await large(stage)
        for number in 0..<Self.repeats {
            add("idle sync, CPU", "ms", 1_000 * (try sync(stage).processor))
            try importOne(tasks + number, stage)
            add("sync of one task, CPU", "ms", 1_000 * (try sync(stage).processor))
            for words in [["status"], ["connector", "list"], ["--version"]] {
                let quantity = Quantity(name: "patchbay \(words.joined(separator: " ")), CPU", unit: "ms")
                common.add(quantity, 1_000 * (try stage.patchbay(words).processor))
            }
        }
        guard let counting else { return }
        do {
            // Valgrind knows nothing of the kernel's sandbox, and without it a connector has to be approved.
            for other in EmulatedSystem.allCases {
                _ = try stage.patchbay([
                    "connector", "trust", stage.programs.plugins.appendingPathComponent("\(other.rawValue).so").path,
                ])
            }
            for words in [["--version"], ["connector", "list"]] { try count(words, stage, counting) }
            try importOne(tasks + Self.repeats, stage)
            try count(["sync", "--integration", system.rawValue], stage, counting)
        } catch let error as InstructionCount.Failed {
            common.leaveOut(error.description)
        }
    }

    /// All tasks in one import, and in one sync.
    private mutating func large(_ stage: Stage) async throws {
        let bytes = Self.bytes(below: stage.home)
        let file = try stage.file(0..<tasks, isScattered: isScattered)
        let importing = ["task", "import", file, "--integration", system.rawValue]
        func each(_ child: MeasuredChild) -> Double { child.processor * 1e6 / Double(tasks) }
        common.add(Quantity(name: "task import, CPU a task", unit: "µs"), each(try stage.patchbay(importing)))
        let child = try sync(stage)
        let delivered = try await stage.emulator.tasks(system)
        guard delivered == tasks else {
            throw Failed(description: "\(system.rawValue) has \(delivered) tasks after a sync of \(tasks)")
        }
        let stored = Self.bytes(below: stage.home) - bytes
        common.add(Quantity(name: "task import once more, CPU a task", unit: "µs"), each(try stage.patchbay(importing)))
        add("sync", "tasks/CPU s", digits: 0, Double(tasks) / child.processor)
        add("sync, wall time", "ms", digits: 0, child.seconds * 1_000)
        add("sync, peak RSS of the host", "MiB", child.ownMemory)
        add("store, bytes a delivered task", "B", digits: 0, Double(stored) / Double(tasks))
    }

    private mutating func add(_ name: String, _ unit: String, digits: Int = 1, _ value: Double) {
        ours.add(Quantity(name: "\(system.rawValue): \(name)", unit: unit, digits: digits), value)
    }

    private mutating func count(_ words: [String], _ stage: Stage, _ counting: InstructionCount) throws {
        let name = words.first == "sync" ? "sync of one task (host)" : words.joined(separator: " ")
        common.add(
            Quantity(name: "patchbay \(name), instructions", unit: "million"),
            try counting.instructions(words, stage) / 1e6)
    }

    private func sync(_ stage: Stage) throws -> MeasuredChild {
        try stage.patchbay(["sync", "--integration", system.rawValue])
    }

    private func importOne(_ number: Int, _ stage: Stage) throws {
        let file = try stage.file(number..<(number + 1), isScattered: isScattered)
        _ = try stage.patchbay(["task", "import", file, "--integration", system.rawValue])
    }

    /// Bytes of all files of the home.
    private static func bytes(below folder: String) -> Int {
        let entries = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return entries.reduce(0) { sum, entry in
            let attributes = try? FileManager.default.attributesOfItem(atPath: folder + "/" + entry)
            return attributes?[.type] as? FileAttributeType == .typeRegular
                ? sum + (attributes?[.size] as? Int ?? 0) : sum
        }
    }
}
