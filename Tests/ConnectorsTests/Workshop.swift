import Foundation
import PatchbayConnectors
import PatchbayModel
import Testing

/// A scratch folder with a plugins directory, for one test; gone with it.
final class Workshop: Sendable {
    let folder: URL
    let plugins: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("connectors-\(UUID().uuidString)")
        plugins = folder.appendingPathComponent("plugins.d")
        try FileManager.default.createDirectory(at: plugins, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The checkout that these tests belong to.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The worker program: where PATCHBAY_TEST_BIN says, or beside the running test bundle.
    static var worker: String {
        if let folder = ProcessInfo.processInfo.environment["PATCHBAY_TEST_BIN"] { return folder + "/patchbay-worker" }
        let bundle =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let beside = URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("patchbay-worker")
            .path
        if FileManager.default.isExecutableFile(atPath: beside) { return beside }
        return URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(
            "patchbay-worker"
        ).path
    }

    /// Compiles the echo connector into the plugins directory, with macros such as `MAJOR=2`.
    @discardableResult
    func echo(_ name: String = "echo.so", _ macros: String...) async throws -> URL {
        try await compile("echo.c", to: name, macros: macros)
    }

    /// Compiles a fixture into the plugins directory, with its entry as its only export.
    @discardableResult
    func compile(_ fixture: String, to name: String, macros: [String], more: [String] = []) async throws -> URL {
        let source = Self.root.appendingPathComponent("Tests/ConnectorsTests/Fixtures/\(fixture)").path
        let output = plugins.appendingPathComponent(name)
        let include = Self.root.appendingPathComponent("SDK/CPatchbay/include").path
        let script = Self.root.appendingPathComponent("Plugins/exports.map").path
        let flags = [
            "-shared", "-fPIC", "-fvisibility=hidden", "-w", "-I", include, "-Wl,--version-script=\(script)", "-o",
            output.path,
        ]
        try await run(["cc"] + flags + macros.map { "-D\($0)" } + [source] + more)
        return output
    }

    /// Runs a program to its end; fails the test when it fails.
    func run(_ words: [String], in directory: URL = Workshop.root) async throws {
        let (status, text) = try await Self.finished(words, in: directory)
        try #require(status == 0, "\(words.joined(separator: " ")): \(text)")
    }

    /// What a program prints.
    static func output(of words: [String]) async throws -> String { try await finished(words, in: root).text }

    /// Waits on a thread of its own: those of the tests are few, and all tests need them.
    private static func finished(_ words: [String], in directory: URL) async throws -> (status: Int32, text: String) {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let process = Process()
                        let printed = Pipe()
                        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
                        process.arguments = words
                        process.currentDirectoryURL = directory
                        process.standardOutput = printed
                        process.standardError = printed
                        try process.run()
                        let text = Self.text(from: printed.fileHandleForReading.fileDescriptor)
                        process.waitUntilExit()
                        return (process.terminationStatus, text)
                    })
            }
        }
    }

    /// All that comes, also when a signal strikes in between, of which `FileHandle` dies.
    private static func text(from descriptor: Int32) -> String {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += buffer.prefix(count)
        }
    }

    /// A home, where what was decided and seen is kept.
    var home: String {
        let path = folder.appendingPathComponent("home").path
        try? FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return path
    }

    /// Puts a file in the place of a plugin, by renaming it.
    func put(_ file: URL, as name: String) throws {
        let result = unsafe rename(file.path, plugins.appendingPathComponent(name).path)
        try #require(result == 0)
    }

    /// Another build of the echo connector, put in its place by renaming.
    func replaceEcho(_ macro: String) async throws {
        let built = try await echo("beside.so", macro)
        try put(built, as: "echo.so")
    }

    /// A catalog over the plugins directory. A short step deadline, where a test wants a worker to be late.
    func catalog(
        step: Duration = .seconds(20), load: Duration = .seconds(20), home: String? = nil, isShipped: Bool = false,
        worker: String = Workshop.worker
    ) -> ConnectorCatalog {
        ConnectorCatalog(
            directories: [PluginDirectory(path: plugins.path, isRequired: true, isShipped: isShipped)], worker: worker,
            home: home,
            deadlines: WorkerDeadlines(step: step, load: load))
    }

    /// A catalog whose worker program leaves a line for each start.
    struct Counting {
        let catalog: ConnectorCatalog
        let program: String
        let lines: URL

        var starts: Int { ((try? String(contentsOf: lines, encoding: .utf8)) ?? "").split(separator: "\n").count }
    }

    func countingCatalog() throws -> Counting {
        let lines = folder.appendingPathComponent("starts-\(UUID().uuidString)")
        let program = folder.appendingPathComponent("worker-\(UUID().uuidString)")
        try Data("#!/bin/sh\necho start >> \(lines.path)\nexec \(Self.worker) \"$@\"\n".utf8).write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.path)
        return Counting(
            catalog: catalog(home: home, worker: program.path), program: program.path, lines: lines)
    }

    /// The report on the only file, by a host of its own.
    func list(home: String, isShipped: Bool = false) async throws -> PluginReport {
        let catalog = catalog(home: home, isShipped: isShipped)
        let reports = try await catalog.list()
        await catalog.shutdown()
        try #require(reports.count == 1)
        return reports[0]
    }

    /// The only file's report.
    func onlyReport(load: Duration = .seconds(20)) async throws -> PluginReport {
        let catalog = catalog(load: load)
        let reports = try await catalog.list()
        await catalog.shutdown()
        try #require(reports.count == 1)
        return reports[0]
    }
}

extension PluginReport {
    /// The refusal's word, or nil when the plugin is usable.
    var refusal: String? {
        if case .refused(let reason, _) = state { reason.rawValue } else { nil }
    }

    var sentence: String {
        if case .refused(_, let sentence) = state { sentence } else { "" }
    }
}

extension Connector {
    /// An instance of the echo connector that behaves in the given way; the listener, if there is one, reads its
    /// answers.
    func echoSession(_ behaviour: String = "good", listener: (any Listener)? = nil) async throws -> ConnectorSession {
        let session = try await open(
            ConnectorOpening(settings: ["project": .text("p"), "behaviour": .text(behaviour)]))
        if let listener { session.listen(on: listener) }
        return session
    }
}

extension ConnectorSession {
    /// A call to create tasks of these titles.
    func create(_ titles: String...) -> ConnectorCall { create(titles) }

    func create(_ titles: [String]) -> ConnectorCall {
        let tasks = titles.map {
            OperationTask(task: TrackedTask(id: $0, title: $0), deliveryID: UUID().uuidString.lowercased())
        }
        return call(ConnectorOperation(.create, now: Timestamp(milliseconds: 1_700_000_000_000), tasks: tasks))
    }
}

extension ConnectorStep {
    /// The request, or nil when the call is done.
    var request: HTTPRequest? {
        if case .request(let request) = action { request } else { nil }
    }

    /// The result, or nil when there is a further request.
    var result: CallResult? {
        if case .done(let result) = action { result } else { nil }
    }
}

/// The error that `body` throws; fails the test when it throws none of ours.
func connectorError(_ body: () async throws -> Void) async throws -> ConnectorError {
    do {
        try await body()
    } catch let error as ConnectorError {
        return error
    }
    throw MissingError()
}

/// Nothing was thrown where something had to be.
struct MissingError: Error {}

func answer(_ text: String) -> HTTPResponse {
    HTTPResponse(status: 200, headers: [HTTPField("x-a", "b")], body: Array(text.utf8))
}
