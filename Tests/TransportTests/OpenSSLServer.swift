import Foundation
import Testing

/// `openssl s_server` with a fresh certificate for `localhost`.
struct OpenSSLServer {
    let port: Int
    let certificate: String
    /// What it prints, and among that what comes over its connections, where it serves no pages.
    let output: FileHandle
    /// What is written here goes over the connection that it has.
    let input: FileHandle
    private let process: Process
    private let folder: URL

    init(_ arguments: [String], servesPages: Bool = true) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "patchbay-tls-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificate = folder.appending(path: "cert.pem").path
        let key = folder.appending(path: "key.pem").path
        let make = try Self.start([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
            certificate,
            "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        ])
        make.process.waitUntilExit()
        let listening = ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key]
        let server = try Self.start(listening + (servesPages ? ["-www"] : []) + arguments)
        (process, output, input) = server
        // One of its first lines says where it listens: "ACCEPT 127.0.0.1:40123".
        var text = ""
        while text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().allSatisfy({
            !$0.hasPrefix("ACCEPT")
        }) {
            let more = server.output.availableData
            if more.isEmpty { break }
            text += String(decoding: more, as: UTF8.self)
        }
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("ACCEPT") })
        port = try #require(Int(line.split(separator: ":").last ?? ""))
    }

    func stop() {
        // The test's process may have SIGTERM blocked, and its children with it.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    private static func start(_ arguments: [String]) throws -> (process: Process, output: FileHandle, input: FileHandle)
    {
        let process = Process()
        let (pipe, input) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        process.standardInput = input
        try process.run()
        return (process, pipe.fileHandleForReading, input.fileHandleForWriting)
    }
}
