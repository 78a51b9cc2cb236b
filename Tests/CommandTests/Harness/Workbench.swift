import Foundation
import Synchronization
import Testing

/// One run of the command, to its end.
struct Run: Sendable {
    let arguments: [String]
    let end: ChildProcess.End
    let out: String
    let err: String
    /// The JSON envelope; null where standard output holds none.
    let envelope: JSON

    var status: Int32 { end.signal == nil ? end.status : -1 }
    var summary: JSON { envelope["summary"] }
    var result: JSON { envelope["result"] }
    var error: JSON { envelope["error"] }
    var code: String? { error["code"].text }
    var message: String { error["message"].text ?? "" }
    /// The log's lines.
    var log: [JSON] { JSON.lines(err) }

    /// All of it, for a failed expectation.
    var told: Comment { "patchbay \(arguments.joined(separator: " ")) ended with \(end)\n\(out)\n\(err)" }
}

/// A home, a scratch folder, and the built command to use on them.
final class Workbench: Sendable {
    let scratch: ScratchFolder
    let home: String
    let plugins: String
    private let runs = Atomic<Int>(0)

    init(plugins: String = Built.plugins) throws {
        scratch = try ScratchFolder()
        home = scratch("home")
        self.plugins = plugins
    }

    /// Runs the command with the home, the plugins, JSON output and a JSON log, unless `raw`. `descriptor` opens a file for the child to read.
    func run(
        _ arguments: [String], input: String = "", raw: Bool = false, environment: [String: String] = [:],
        descriptor: (number: Int32, path: String)? = nil, within limit: Duration = .seconds(60)
    ) async throws -> Run {
        let running = try start(arguments, input: input, raw: raw, environment: environment, descriptor: descriptor)
        return try await running.finish(within: limit)
    }

    func run(_ arguments: String..., input: String = "") async throws -> Run { try await run(arguments, input: input) }

    /// The same, started and not waited for.
    func start(
        _ arguments: [String], input: String = "", raw: Bool = false, environment: [String: String] = [:],
        descriptor: (number: Int32, path: String)? = nil
    ) throws -> Running {
        let number = runs.add(1, ordering: .relaxed).newValue
        let place = try scratch.folder("run-\(number)")
        try Data(input.utf8).write(to: URL(fileURLWithPath: place + "/in"))
        let global = ["--home", home, "--plugins", plugins, "--output", "json", "--log-format", "json"]
        let words = arguments + (raw ? [] : global)
        let files = try (OpenFile(reading: place + "/in"), OpenFile(writing: place + "/out"), OpenFile(writing: place + "/err"))
        var descriptors: [Int32: Int32] = [0: files.0.descriptor, 1: files.1.descriptor, 2: files.2.descriptor]
        let extra = try descriptor.map { try OpenFile(reading: $0.path) }
        if let descriptor, let extra { descriptors[descriptor.number] = extra.descriptor }
        let child = try ChildProcess(
            Built.patchbay, words, environment: Built.environment(home: try scratch.folder("user")).merging(environment) { $1 },
            descriptors: descriptors)
        return Running(child: child, arguments: words, place: place)
    }

    /// Runs it and expects status 0.
    @discardableResult
    func must(_ arguments: String..., input: String = "", sourceLocation: SourceLocation = #_sourceLocation) async throws -> Run {
        let run = try await run(arguments, input: input)
        try #require(run.status == 0, run.told, sourceLocation: sourceLocation)
        return run
    }
}

/// The command while it runs.
struct Running: Sendable {
    let child: ChildProcess
    let arguments: [String]
    let place: String

    /// What it has written to standard error so far.
    var errorsSoFar: String { (try? String(contentsOfFile: place + "/err", encoding: .utf8)) ?? "" }

    /// Waits for its end.
    func finish(within limit: Duration = .seconds(60)) async throws -> Run {
        let end = await child.end(within: limit)
        let out = String(decoding: try Data(contentsOf: URL(fileURLWithPath: place + "/out")), as: UTF8.self)
        let err = String(decoding: try Data(contentsOf: URL(fileURLWithPath: place + "/err")), as: UTF8.self)
        try #require(!end.isLate, "patchbay \(arguments.joined(separator: " ")) did not end in \(limit)\n\(out)\n\(err)")
        return Run(arguments: arguments, end: end, out: out, err: err, envelope: (try? JSON(parsing: out)) ?? .null)
    }

    /// The worker processes below it.
    var workers: [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter { pid in
            // "PID (NAME) STATE PARENT": the name is cut at 15 characters.
            guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
            let parent = text.split(separator: ")").last?.split(separator: " ").dropFirst().first
            return text.contains("(patchbay-worker)") && parent == "\(child.pid)"
        }
    }
}
