import Foundation
import Testing

/// A file system of a few MiB in memory, in a mount namespace of its own, so that ordinary users may have one too.
final class SmallDisk: Sendable {
    private let scratch: ScratchFolder
    private let holder: ChildProcess
    /// The holder lives until this closes, and the file system with it.
    private let alive: OpenFile
    /// The words before a program that run it where the disk can be seen.
    let through: [String]
    /// Where it is mounted, for programs that are run through `through`.
    let path: String

    init(mebibytes: Int) async throws {
        scratch = try ScratchFolder()
        path = try scratch.folder("disk")
        let (input, alive) = try OpenFile.pipe()
        let output = try OpenFile(writing: scratch("ready"))
        let errors = try OpenFile(writing: scratch("errors"))
        let script = "mount -t tmpfs -o size=\(mebibytes)m,mode=700 none \"$1\" && echo ready && exec cat"
        let holder = try ChildProcess(
            "/usr/bin/env", ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", path],
            environment: Built.environment(home: scratch.path),
            descriptors: [0: input.descriptor, 1: output.descriptor, 2: errors.descriptor])
        self.holder = holder
        self.alive = alive
        through = [
            "/usr/bin/env", "nsenter", "--preserve-credentials", "--user", "--mount", "--target", "\(holder.pid)",
        ]
        let told = scratch("ready")
        let complaint = scratch("errors")
        try await Wait.until("the disk is mounted") {
            try #require(!holder.hasEnded, "\((try? String(contentsOfFile: complaint, encoding: .utf8)) ?? "")")
            return try String(contentsOfFile: told, encoding: .utf8).hasPrefix("ready") ? true : nil
        }
    }

    deinit { holder.send(SIGKILL) }

    /// Whether this machine lets us have one.
    static func isPossible() async -> Bool { (try? await SmallDisk(mebibytes: 1)) != nil }

    /// Writes until so many bytes are left, at most. What it wrote is one file.
    func fill(leaving bytes: Int) async throws {
        try await run("cat /dev/zero > \"$1/filler\" 2>/dev/null; truncate -s -\(bytes) \"$1/filler\"")
    }

    /// Gives the room back that `fill` took.
    func free() async throws { try await run("rm \"$1/filler\"") }

    /// Lets nothing be written any more, or again.
    func makeWritable(_ isWritable: Bool) async throws {
        try await run("mount -o remount,\(isWritable ? "rw" : "ro") \"$1\"")
    }

    private func run(_ script: String) async throws {
        let log = scratch("log")
        let output = try OpenFile(writing: log)
        let child = try ChildProcess(
            through[0], through.dropFirst() + ["sh", "-c", script, "sh", path],
            environment: Built.environment(home: scratch.path),
            descriptors: [1: output.descriptor, 2: output.descriptor])
        let end = await child.end(within: .seconds(20))
        try #require(
            end.status == 0 && end.signal == nil,
            "\(script): \((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
    }
}
