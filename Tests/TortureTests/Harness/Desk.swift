import Foundation
import Synchronization
import Testing

/// A home in a scratch folder, and the built command to use on it.
final class Desk: Sendable {
    let scratch: String
    private let plugins: String
    private let runs = Atomic<Int>(0)
    private let isKept = Atomic<Bool>(false)

    init() throws {
        scratch = FileManager.default.temporaryDirectory.appendingPathComponent("patchbay-torture-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        plugins = try Built.plugins(in: scratch)
    }

    deinit { if !isKept.load(ordering: .relaxed) { try? FileManager.default.removeItem(atPath: scratch) } }

    /// Leaves the folder, for whoever looks into a failure.
    func keep() { isKept.store(true, ordering: .relaxed) }

    /// Starts the command. A dead claim is found after seconds instead of minutes.
    func start(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws -> Child {
        let place = "\(scratch)/run-\(runs.add(1, ordering: .relaxed).newValue)"
        try Data(input.utf8).write(to: URL(fileURLWithPath: place + ".in"))
        let file = unsafe open(place + ".in", O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        var variables = ["HOME": scratch, "TMPDIR": scratch, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"]
        variables["LD_LIBRARY_PATH"] = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"]
        variables["PATCHBAY_DEBUG_LEASE_SECONDS"] = "\(Self.leaseSeconds)"
        return try Child(
            Built.folder + "/patchbay",
            arguments + ["--home", scratch + "/home", "--plugins", plugins, "--output", "json", "--log-format", "json"],
            environment: variables.merging(environment) { $1 }, input: file, place: place)
    }

    /// Long enough that an exchange and a pause of a busy machine fit in, see `Limits.leaseDuration`.
    static let leaseSeconds = 8

    /// Runs the command to its end and gives what it printed; expects exit status 0.
    @discardableResult
    func must(_ arguments: String..., input: String = "") async throws -> Data {
        let child = try start(arguments, input: input)
        let end = await child.end(within: .seconds(120))
        let told = (try? String(contentsOfFile: child.errors, encoding: .utf8)) ?? ""
        try #require(end == .exited(0), "patchbay \(arguments.joined(separator: " ")): \(String(describing: end)) \(told)")
        return try Data(contentsOf: URL(fileURLWithPath: child.output))
    }
}
