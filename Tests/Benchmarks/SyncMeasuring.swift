import Foundation

/// One import and one sync of a number of tasks.
struct SyncRound: Sendable {
    let tasks: Int
    /// Tasks that the system holds afterwards: what the figures of the sync are about.
    let delivered: Int
    let importing: MeasuredChild
    let sync: MeasuredChild
    /// One more sync with nothing left to do: what starting costs.
    let idle: MeasuredChild
    /// Seconds of processor time of the emulator during the sync.
    let emulatorProcessor: Double
    let requests: Int

    static func table(_ rounds: [SyncRound], title: String) -> String {
        func figure(_ name: String, _ unit: String, digits: Int = 0, _ value: (SyncRound) -> Double) -> String {
            Figure(name, unit: unit, rounds.map(value), digits: digits).line
        }
        let lines = [
            figure("import", "tasks/s") { Double($0.tasks) / $0.importing.seconds },
            figure("import, CPU a task", "µs", digits: 1) { $0.importing.ownProcessor * 1e6 / Double($0.tasks) },
            figure("import, peak RSS", "MiB", digits: 1) { $0.importing.ownMemory },
            figure("sync, tasks delivered", "") { Double($0.delivered) },
            figure("sync", "tasks/s") { Double($0.delivered) / $0.sync.seconds },
            figure("sync, CPU a task, host", "µs", digits: 1) { $0.each($0.sync.ownProcessor) },
            figure("sync, CPU a task, workers", "µs", digits: 1) { $0.each($0.sync.workerProcessor) },
            figure("sync, CPU a task, emulator", "µs", digits: 1) { $0.each($0.emulatorProcessor) },
            figure("sync, peak RSS, host", "MiB", digits: 1) { $0.sync.ownMemory },
            figure("sync, peak RSS, worker", "MiB", digits: 1) { $0.sync.workerMemory },
            figure("sync, requests sent", "") { Double($0.requests) },
        ]
        return title + "\n" + lines.joined(separator: "\n") + "\n"
    }

    /// The whole command, from start to end, host and workers.
    var side: Side {
        let cpu = sync.processor
        return Side(
            tasks: delivered, seconds: sync.seconds, workingSeconds: sync.seconds - idle.seconds, cpu: cpu,
            workingCPU: cpu - idle.processor)
    }

    /// Microseconds for each task delivered.
    private func each(_ seconds: Double) -> Double { seconds * 1e6 / Double(max(1, delivered)) }
}

/// Measures rounds, each with an emulator and a home of its own, so that none finds what another left.
struct SyncMeasuring {
    let programs: Programs
    let isScattered: Bool

    /// `latency` is how many milliseconds the system lets each request of the sync wait.
    func round(_ system: EmulatedSystem, tasks: Int, latency: Int = 0) async throws -> SyncRound {
        try await Stage.run(programs) { stage in
            let emulator = stage.emulator
            let file = try stage.file(0..<tasks, isScattered: isScattered)
            let importing = try stage.patchbay(["task", "import", file, "--integration", system.rawValue])
            if latency > 0 { try await emulator.slow(system, milliseconds: latency) }
            let (requests, processor) = (try await emulator.requests(system), emulator.processorTime)
            let sync = try stage.patchbay(["sync", "--integration", system.rawValue])
            let emulatorProcessor = emulator.processorTime - processor
            return SyncRound(
                tasks: tasks, delivered: try await emulator.tasks(system), importing: importing, sync: sync,
                idle: try stage.patchbay(["sync", "--integration", system.rawValue]),
                emulatorProcessor: emulatorProcessor,
                requests: try await emulator.requests(system) - requests)
        }
    }
}
