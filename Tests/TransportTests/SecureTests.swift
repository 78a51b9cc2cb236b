import Foundation
import PatchbayModel
import Testing

@testable import PatchbayTransport

/// Against OpenSSL's own test server, with a certificate made for the test.
@Suite(
    "A secure connection",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "openssl is not installed"))
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
        let result = await transport.perform(
            get(), to: try BaseURL(parsing: "https://\(host):\(port)"), credential: TestCredential())
        await transport.shutdown()
        return result.kind
    }
}
