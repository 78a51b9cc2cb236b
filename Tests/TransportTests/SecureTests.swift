import Foundation
import PatchbayModel
import Testing

@testable import PatchbayTransport

/// Against OpenSSL's own test server, with a certificate made for the test.
@Suite("A secure connection", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "openssl is not installed"))
struct SecureTests {
    @Test("is made only to a server whose certificate is trusted and has its name")
    func verified() async throws {
        let server = try OpenSSLServer([])
        defer { server.stop() }
        #expect(try await outcome(server.port, caFile: server.certificate) == "response")
        #expect(try await outcome(server.port, caFile: nil) == "notSent")
        #expect(try await outcome(server.port, host: "127.0.0.1", caFile: server.certificate) == "notSent")
        #expect(try await outcome(server.port, caFile: "/nonexistent") == "notSent")
    }

    @Test("is not made with an old version of TLS")
    func version() async throws {
        let server = try OpenSSLServer(["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        defer { server.stop() }
        #expect(try await outcome(server.port, caFile: server.certificate) == "notSent")
    }

    private func outcome(_ port: Int, host: String = "localhost", caFile: String?) async throws -> String {
        let transport = try Transport(TransportConfiguration(version: "test", caFile: caFile))
        let result = await transport.perform(get(), to: try BaseURL(parsing: "https://\(host):\(port)"), credential: TestCredential())
        await transport.shutdown()
        return result.kind
    }
}

/// `openssl s_server` with a fresh certificate for `localhost`.
private struct OpenSSLServer {
    let port: Int
    let certificate: String
    private let process: Process
    private let folder: URL

    init(_ arguments: [String]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "patchbay-tls-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificate = folder.appending(path: "cert.pem").path
        let key = folder.appending(path: "key.pem").path
        let make = try Self.start([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate,
            "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        ])
        make.process.waitUntilExit()
        let server = try Self.start(["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www"] + arguments)
        process = server.process
        // One of its first lines says where it listens: "ACCEPT 127.0.0.1:40123".
        var text = ""
        while text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().allSatisfy({ !$0.hasPrefix("ACCEPT") }) {
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

    private static func start(_ arguments: [String]) throws -> (process: Process, output: FileHandle) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return (process, pipe.fileHandleForReading)
    }
}
