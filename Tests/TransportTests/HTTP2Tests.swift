import Foundation
import PatchbayModel
import Testing

@testable import PatchbayTransport

@Suite(
    "By HTTP/2, a request that must leave once", .timeLimit(.minutes(2)),
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "openssl is not installed"))
struct HTTP2Tests {
    private static let refusedStream: UInt8 = 7

    private func withHTTP2Server(
        _ script: @escaping @Sendable (Int) -> HTTP2Action,
        _ body: (Transport, BaseURL, HTTP2Server) async throws -> Void
    ) async throws {
        let server = try HTTP2Server(script)
        defer { server.stop() }
        let transport = try Transport(TransportConfiguration(version: "test", caFile: server.certificate))
        try await body(transport, try BaseURL(parsing: server.base), server)
        await transport.shutdown()
    }

    @Test(
        "was not acted on when its stream was refused, on a new connection and on a kept one, and may leave again",
        .enabled(if: CurlTransfer.tellsRefusal, "this libcurl does not tell"), arguments: [0, 1])
    func refused(kept: Int) async throws {
        try await withHTTP2Server {
            $0 == kept ? .reset(Self.refusedStream) : .answer
        } _: { transport, base, server in
            for _ in 0..<kept { #expect(await transport.perform(get(), to: base, credential: nil).kind == "response") }
            let result = await transport.perform(create(), to: base, credential: TestCredential())
            #expect(
                result.kind == "declined" && result.error?.message.contains("localhost refused the request") == true,
                "\(result)")
            #expect(server.requests == kept + 1)
            var again = await transport.perform(create(), to: base, credential: TestCredential())
            // What this server says late to a connection that has ended goes over the next, which then ends, too.
            if case .lost = again { again = await transport.perform(create(), to: base, credential: TestCredential()) }
            guard case .response(_, let timing) = again else { return _ = Issue.record("\(again)") }
            #expect(timing.usedHTTP2 && server.requests >= kept + 2)
        }
    }

    @Test(
        "may have been acted on whatever else ends its stream",
        arguments: [HTTP2Action.reset(0), .reset(2), .reset(13), .goAway, .die], [0, 1])
    func lost(_ action: HTTP2Action, kept: Int) async throws {
        try await withHTTP2Server {
            $0 == kept ? action : .answer
        } _: { transport, base, server in
            for _ in 0..<kept { #expect(await transport.perform(get(), to: base, credential: nil).kind == "response") }
            let result = await transport.perform(create(), to: base, credential: TestCredential())
            #expect(result.kind == "lost", "\(result)")
            #expect(server.requests == kept + 1)
        }
    }

    @Test("is lost, although one before it on the same handle was refused")
    func remembered() async throws {
        let plain = try ScriptedServer { _ in .close }
        defer { plain.stop() }
        try await withHTTP2Server {
            $0 == 1 ? .reset(Self.refusedStream) : .answer
        } _: { transport, base, server in
            // What reads is repeated by libcurl itself, which remembers why.
            for _ in 0..<2 { #expect(await transport.perform(get(), to: base, credential: nil).kind == "response") }
            #expect(server.requests == 3)
            let result = await transport.perform(create(), to: try BaseURL(parsing: plain.url), credential: nil)
            #expect(result.kind == "lost", "\(result)")
            #expect(plain.received.count == 1)
        }
    }
}
