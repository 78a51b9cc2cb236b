import Foundation
import PatchbayTransport

/// Other ways to do the same work: scripts with the vendors' Python clients, and libcurl alone. Each run has an emulator of its own.
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

    /// From a table of rows to the external ids in it; the interpreter's start and its imports are left out.
    func script(_ system: EmulatedSystem, _ manner: Manner, tasks: Int) async throws -> Side? {
        guard let python else { return nil }
        return try await run(system) { emulator, _, folder in
            let file = folder.appendingPathComponent("tasks.jsonl")
            try Data(BenchTasks.lines(tasks, isScattered: false).utf8).write(to: file)
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("Peers/\(system.rawValue)_peer.py")
            return try Self.side(python, ["-B", script.path, emulator.address(system), file.path, manner.rawValue])
        }
    }

    /// The bodies of a sync, posted by libcurl with as many under way as the connector allows; and how many tasks that allows.
    func loop(_ system: EmulatedSystem, tasks: Int, latency: Int = 0) async throws -> (side: Side, tasksConcurrent: Int) {
        try await run(system) { emulator, transport, folder in
            let posting = try await Posting(system, tasks: tasks, programs: programs, emulator: emulator, transport: transport)
            let file = folder.appendingPathComponent("bodies")
            try Data(posting.bodies.joined(separator: [UInt8(ascii: "\n")])).write(to: file)
            if latency > 0 { try await emulator.slow(system, milliseconds: latency) }
            var side = try Self.side(
                programs.path("patchbay-bench-curl"),
                [emulator.address(system) + posting.path, String(posting.requestsConcurrent), file.path] + posting.headers)
            side.tasks = try await emulator.tasks(system)
            return (side, posting.tasksConcurrent)
        }
    }

    private static func side(_ program: String, _ arguments: [String]) throws -> Side {
        try JSONDecoder().decode(Side.self, from: MeasuredChild.run(program, arguments, keepsOutput: true).output)
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
