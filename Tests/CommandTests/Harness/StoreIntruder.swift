import Foundation
import Testing

/// Another program that works on a store's file by itself.
final class StoreIntruder: Sendable {
    private let child: ChildProcess
    private let input: OpenFile

    /// Takes the store's only writing lock, and keeps it until `leave`.
    init(locking store: String, _ scratch: ScratchFolder) async throws {
        let output = scratch("intruder")
        (child, input) = try Self.start(
            """
            import sqlite3, sys
            store = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
            store.execute("BEGIN EXCLUSIVE")
            print("locked", flush=True)
            sys.stdin.read()
            """, store, output)
        try await Wait.until("the store is locked") {
            try String(contentsOfFile: output, encoding: .utf8).contains("locked") ? true : nil
        }
    }

    /// Gives the lock back.
    func leave() async throws {
        child.send(SIGTERM)
        _ = await child.end(within: .seconds(20))
    }

    deinit { child.send(SIGKILL) }

    /// Changes the store by SQL of its own.
    static func change(_ store: String, _ sql: String, _ scratch: ScratchFolder) async throws {
        let words =
            "import sqlite3, sys\nstore = "
            + "sqlite3.connect(sys.argv[1])\nstore.executescript(sys.stdin.read())\nstore.close()"
        let place = try scratch.write("sql", sql)
        let file = try OpenFile(reading: place)
        let output = try OpenFile(writing: scratch("intruder"))
        let child = try ChildProcess(
            "/usr/bin/env", ["python3", "-c", words, store], environment: Built.environment(home: scratch.path),
            descriptors: [0: file.descriptor, 1: output.descriptor, 2: output.descriptor])
        let end = await child.end(within: .seconds(20))
        try #require(
            end.status == 0 && end.signal == nil,
            "\((try? String(contentsOfFile: scratch("intruder"), encoding: .utf8)) ?? "")")
    }

    private static func start(_ words: String, _ store: String, _ output: String) throws -> (ChildProcess, OpenFile) {
        let (reading, writing) = try OpenFile.pipe()
        let file = try OpenFile(writing: output)
        let child = try ChildProcess(
            "/usr/bin/env", ["python3", "-c", words, store], environment: Built.environment(home: "/tmp"),
            descriptors: [0: reading.descriptor, 1: file.descriptor, 2: file.descriptor])
        return (child, writing)
    }
}
