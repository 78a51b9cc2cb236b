import Foundation

/// A child process that is waited for without holding a thread: the emulator under test runs in this process and needs
/// them.
struct ChildProcess: Sendable {
    let pid: Int32
    private let ends: AsyncStream<End>

    /// How it ended.
    struct End: Sendable {
        let status: Int32
        let bySignal: Bool
        let output: String
    }

    init(_ path: String, _ arguments: [String]) throws {
        let output = FileManager.default.temporaryDirectory.appendingPathComponent(
            "emulator-child-\(UUID().uuidString)")
        guard FileManager.default.createFile(atPath: output.path, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        let handle = try FileHandle(forWritingTo: output)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = handle
        process.standardError = handle
        let (stream, continuation) = AsyncStream.makeStream(of: End.self)
        process.terminationHandler = { process in
            let text = String(decoding: FileManager.default.contents(atPath: output.path) ?? Data(), as: UTF8.self)
            try? FileManager.default.removeItem(at: output)
            continuation.yield(
                End(
                    status: process.terminationStatus, bySignal: process.terminationReason == .uncaughtSignal,
                    output: text))
            continuation.finish()
        }
        try process.run()
        pid = process.processIdentifier
        ends = stream
    }

    func end() async -> End? {
        for await end in ends { return end }
        return nil
    }
}
