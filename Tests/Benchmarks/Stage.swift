import Foundation
import PatchbayTransport

/// A running emulator, and a home that leads to it: an integration with its token for each system. So that no
/// measurement finds what another left, each has a stage of its own.
struct Stage {
    let programs: Programs
    let emulator: EmulatorProcess
    let folder: URL
    let home: String

    /// Sets a stage, and clears it away when `body` has ended.
    static func run<Result>(_ programs: Programs, _ body: (Stage) async throws -> Result) async throws -> Result {
        let transport = try Transport(TransportConfiguration(version: "bench"))
        let emulator = try EmulatorProcess(programs, transport: transport)
        let folder = programs.scratch.appendingPathComponent(UUID().uuidString)
        defer {
            emulator.stop()
            try? FileManager.default.removeItem(at: folder)
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let home = folder.appendingPathComponent("home").path
        let stage = Stage(programs: programs, emulator: emulator, folder: folder, home: home)
        _ = try stage.patchbay(["init"])
        for other in EmulatedSystem.allCases {
            let name = other.rawValue
            _ = try stage.patchbay(
                ["integration", "add", name, "--type", name] + other.flags(address: emulator.address(other)))
            _ = try stage.patchbay(["token", "set", name], input: other.token + "\n")
        }
        let result = try await body(stage)
        await transport.shutdown()
        return result
    }

    /// Where the commands find home and plugins.
    var places: [String: String] { ["PATCHBAY_HOME": home, "PATCHBAY_PLUGINS": programs.plugins.path] }

    func patchbay(_ words: [String], input: String = "") throws -> MeasuredChild {
        try MeasuredChild.run(programs.path("patchbay"), ["--quiet"] + words, input: input, environment: places)
    }

    /// The path of a file with these tasks.
    func file(_ numbers: Range<Int>, isScattered: Bool) throws -> String {
        let file = folder.appendingPathComponent("tasks-\(numbers.lowerBound).jsonl")
        try Data(BenchTasks.lines(numbers, isScattered: isScattered).utf8).write(to: file)
        return file.path
    }
}
