import Foundation
import PatchbayTransport

/// Other ways to do the same work: scripts with the vendors' Python clients, and libcurl alone. Each run has an
/// emulator of its own.
struct PeerMeasuring: Sendable {
    enum Manner: String { case single, batch }

    let programs: Programs
    /// An interpreter that has the packages `asana`, `jira` and `requests`; nil when there is none.
    let python: String?

    init(programs: Programs) {
        self.programs = programs
        let named = ProcessInfo.processInfo.environment["PATCHBAY_PYTHON"]
        let packages = try? named.map { try MeasuredChild.run($0, ["-c", "import asana, jira, requests"]) }
        python = packages == nil ? nil : named
    }

    /// From a table of rows, made before, to the external ids in it.
    func script(_ system: EmulatedSystem, _ manner: Manner, tasks: Int) async throws -> Side? {
        guard let python else { return nil }
        return try await run(system) { emulator, _, folder in
            let file = folder.appendingPathComponent("tasks.jsonl")
            try Data(BenchTasks.lines(0..<tasks, isScattered: false).utf8).write(to: file)
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("Peers/\(system.rawValue)_peer.py")
            let words = ["-B", script.path, emulator.address(system), file.path]
            _ = try MeasuredChild.run(python, words + ["table"])
            let child = try MeasuredChild.run(python, words + [manner.rawValue], keepsOutput: true)
            let answer = try JSONDecoder().decode(PeerAnswer.self, from: child.output)
            return Side(
                tasks: answer.tasks, seconds: child.seconds, workingSeconds: answer.seconds,
                cpu: child.processor, workingCPU: answer.cpu)
        }
    }

    /// The bodies of a sync, posted by libcurl one after the other, or with as many under way as the connector allows;
    /// and how many tasks that allows.
    func loop(
        _ system: EmulatedSystem, tasks: Int, inTurn: Bool = false, latency: Int = 0
    ) async throws -> (side: Side, tasksConcurrent: Int) {
        try await run(system) { emulator, transport, folder in
            let posting = try await Posting(
                system, tasks: tasks, programs: programs, emulator: emulator, transport: transport)
            let file = folder.appendingPathComponent("bodies")
            try Data(posting.bodies.joined(separator: [UInt8(ascii: "\n")])).write(to: file)
            if latency > 0 { try await emulator.slow(system, milliseconds: latency) }
            let child = try MeasuredChild.run(
                programs.tool("patchbay-bench-curl"),
                [emulator.address(system) + posting.path, String(inTurn ? 1 : posting.requestsConcurrent), file.path]
                    + posting.headers,
                keepsOutput: true)
            let answer = try JSONDecoder().decode(PeerAnswer.self, from: child.output)
            let side = Side(
                tasks: try await emulator.tasks(system), seconds: answer.seconds, workingSeconds: answer.seconds,
                cpu: child.ownProcessor,
                workingCPU: answer.cpu)
            return (side, posting.tasksConcurrent)
        }
    }

    private func run<Result>(
        _ system: EmulatedSystem, _ body: (EmulatorProcess, Transport, URL) async throws -> Result
    ) async throws -> Result {
        let transport = try Transport(TransportConfiguration(version: "bench"))
        let emulator = try EmulatorProcess(programs, transport: transport)
        let folder = programs.scratch.appendingPathComponent(UUID().uuidString)
        defer {
            emulator.stop()
            try? FileManager.default.removeItem(at: folder)
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let result = try await body(emulator, transport, folder)
        await transport.shutdown()
        return result
    }
}
