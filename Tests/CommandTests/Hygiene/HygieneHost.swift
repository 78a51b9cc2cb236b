import Foundation
import Testing

/// A host with a secret: in an integration's token, in its store and its key file, and in its environment. Run by
/// whoever runs the tests, or by a user without rights.
final class HygieneHost: Sendable {
    enum Runner: String, Sendable, CaseIterable { case itself, ordinary }

    static let token = CanaryTests.token
    let bench: Bench
    let strangers: Strangers
    private let scratch: ScratchFolder
    private let user: OrdinaryUser?
    /// The words before a program that the same user runs as the command is run.
    let through: [String]

    /// With so many sound connectors of strangers, and an integration of each. `outer` and `inner` are words before
    /// every command: those for the user who runs the tests, and those for who runs the host.
    init(_ count: Int, _ runner: Runner, outer: [String] = [], inner: [String] = []) async throws {
        scratch = try ScratchFolder()
        user = runner == .ordinary ? try OrdinaryUser() : nil
        let folder = try user?.folder("plugins.d") ?? scratch.folder("plugins.d")
        strangers = try await Strangers(in: folder, scratch)
        for number in 0..<count { try strangers.put(number) }
        through = outer + (user?.through ?? []) + inner
        // A build for debugging leaves crashes to the runtime's own report, which a build for release switches off by
        // itself.
        let variables = ["PATCHBAY_TEST_NOTE": Self.token, "SWIFT_BACKTRACE": "enable=no"]
        bench = try await Bench(
            [], plugins: folder, environment: (user?.environment ?? [:]).merging(variables) { $1 },
            home: user?.scratch("home"), through: through, program: user?.program ?? Built.patchbay)
        try await bench.emulator.ask(
            "POST", "/tokens", ["system": "asana", "token": .string(Self.token), "state": "valid"])
        try await bench.adopt((0..<count).map { Strangers.row($0, bench, token: Self.token) })
    }

    /// Starts a sync of one task for the first stranger, and waits until its request has come to the emulator, which
    /// keeps it.
    func heldSync() async throws -> Running {
        try await bench.take(Bench.tasks(1), for: Strangers.type(0))
        try await bench.emulator.fault([
            "system": "asana", "operation": "create", "kind": "delay", "delayMilliseconds": 60_000, "when": "during",
            "times": 0,
        ])
        let running = try bench.desk.start(["sync"])
        try await Wait.until("a create is under way") { try await bench.emulator.count("asana") > 0 ? true : nil }
        return running
    }

    /// Runs another program as the same user.
    func neighbour(_ words: String...) async throws -> (end: ChildProcess.End, text: String) {
        let output = scratch("neighbour-\(UUID().uuidString)")
        let (input, file) = try (OpenFile(reading: "/dev/null"), OpenFile(writing: output))
        let command = through + words
        let child = try ChildProcess(
            command[0], Array(command.dropFirst()), environment: Built.environment(home: scratch.path),
            descriptors: [0: input.descriptor, 1: file.descriptor, 2: file.descriptor])
        let end = await child.end(within: .seconds(60))
        return (end, try String(contentsOfFile: output, encoding: .utf8))
    }

    /// Compiles a fixture for `neighbour`, where the user may run it.
    func compile(_ source: String) async throws -> String {
        let folder = try user?.folder("programs") ?? scratch.folder("programs")
        try await Plugins.compileProgram("Tests/CommandTests/Fixtures/\(source)", to: folder + "/program", scratch)
        return folder + "/program"
    }

    /// Every place where the secret was written, in whatever form: files of all kinds, and what the emulator was told.
    func places() async throws -> [String] {
        var found = try CanaryTests.search.places(below: bench.desk.scratch.path, inputs: ["in"])
        if let user { found += try CanaryTests.search.places(below: user.scratch.path, inputs: []) }
        let told = try await bench.emulator.tasks("asana").map(\.line).joined(separator: "\n")
        return found + CanaryTests.search.places(in: Data(told.utf8)).map { "the emulator: \($0)" }
    }
}
