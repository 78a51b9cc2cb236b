import Foundation
import Synchronization
import Testing

/// A home, a scratch folder, and the built command to use on them.
package final class Workbench: Sendable {
    package let scratch: ScratchFolder
    package let home: String
    package let plugins: String
    private let variables: [String: String]
    private let runs = Atomic<Int>(0)

    /// The words before the command, of a program that runs it.
    private let through: [String]
    private let program: String

    /// `environment` is for every run of the command, and so are `through` and `program`; `home` is one in the scratch
    /// folder unless named.
    package init(
        plugins: String = Built.plugins, environment: [String: String] = [:], home: String? = nil,
        through: [String] = [],
        program: String = Built.patchbay
    ) throws {
        self.through = through
        self.program = program
        variables = environment
        scratch = try ScratchFolder()
        self.home = home ?? scratch("home")
        self.plugins = plugins
    }

    /// Runs the command with the home, the plugins, JSON output and a JSON log, unless `raw`. `descriptor` opens a file
    /// for the child to read.
    package func run(
        _ arguments: [String], input: String = "", raw: Bool = false, environment: [String: String] = [:],
        descriptor: (number: Int32, path: String)? = nil, within limit: Duration = .seconds(180)
    ) async throws -> Run {
        let running = try start(arguments, input: input, raw: raw, environment: environment, descriptor: descriptor)
        return try await running.finish(within: limit)
    }

    package func run(_ arguments: String..., input: String = "") async throws -> Run {
        try await run(arguments, input: input)
    }

    /// The same, started and not waited for.
    package func start(
        _ arguments: [String], input: String = "", raw: Bool = false, environment: [String: String] = [:],
        descriptor: (number: Int32, path: String)? = nil
    ) throws -> Running {
        let number = runs.add(1, ordering: .relaxed).newValue
        let place = try scratch.folder("run-\(number)")
        try Data(input.utf8).write(to: URL(fileURLWithPath: place + "/in"))
        let global = ["--home", home, "--plugins", plugins, "--output", "json", "--log-format", "json"]
        let words = arguments + (raw ? [] : global)
        let files = try (
            OpenFile(reading: place + "/in"), OpenFile(writing: place + "/out"), OpenFile(writing: place + "/err")
        )
        var descriptors: [Int32: Int32] = [0: files.0.descriptor, 1: files.1.descriptor, 2: files.2.descriptor]
        let extra = try descriptor.map { try OpenFile(reading: $0.path) }
        if let descriptor, let extra { descriptors[descriptor.number] = extra.descriptor }
        let command = through + [program]
        let child = try ChildProcess(
            command[0], command.dropFirst() + words,
            environment: Built.environment(home: try scratch.folder("user")).merging(variables) { $1 }.merging(
                environment
            ) { $1 },
            descriptors: descriptors)
        return Running(child: child, arguments: words, place: place)
    }

    /// Runs it and expects status 0.
    @discardableResult
    package func must(_ arguments: String..., input: String = "", sourceLocation: SourceLocation = #_sourceLocation)
        async throws -> Run
    {
        let run = try await run(arguments, input: input)
        try #require(run.status == 0, run.told, sourceLocation: sourceLocation)
        return run
    }
}
