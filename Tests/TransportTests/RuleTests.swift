import Foundation
import PatchbayModel
import Testing

@testable import PatchbayTransport

@Suite("A rule of the transport")
struct RuleTests {
    @Test("refuses the headers that only the host may set")
    func headers() async throws {
        let names = [
            "Authorization", "AUTHORIZATION", "Cookie", "Host", "Content-Length", "Transfer-Encoding", "Connection",
            "Proxy-Authorization",
            "Proxy-X", "X-Forwarded-For", "Expect", "Upgrade", "Accept-Encoding", "", "a b", "a:b", "a\r\nb",
            "Content_Length", "X_Forwarded_For", "X-HTTP-Method-Override", "x_http_method", "X-Original-URL",
            "X-Rewrite-Url",
        ]
        try await withServer { _ in
            .answer(answer())
        } _: { transport, base, server in
            for name in names {
                let result = await transport.perform(get(headers: [HTTPField(name, "x")]), to: base, credential: nil)
                #expect(result.kind == "refused" && result.error?.code == .requestRefused, "\(name)")
            }
            for value in ["a\r\nX: y", "a\nb", "\u{0}", "a\u{7F}"] {
                #expect(
                    await transport.perform(get(headers: [HTTPField("X", value)]), to: base, credential: nil).kind
                        == "refused")
            }
            let many = (0...Limits.requestHeadersMax).map { HTTPField("X-\($0)", "1") }
            #expect(await transport.perform(get(headers: many), to: base, credential: nil).kind == "refused")
            let own = TestCredential(line: "X-Api-Key: abcdefgh", secret: "abcdefgh")
            #expect(
                await transport.perform(get(headers: [HTTPField("x-api-key", "mine")]), to: base, credential: own).kind
                    == "refused")
            #expect(server.received.isEmpty)
        }
    }

    @Test("refuses paths, methods and bodies that are none")
    func targets() async throws {
        let transport = try Transport(TransportConfiguration(version: "test"))
        let base = try BaseURL(parsing: "http://127.0.0.1:1/base")
        let paths = [
            "", "x", "@evil.example.com/", "/a b", "/a?b", "/a#b", "/a\r\nb", "/ä", "/../x", "/a/./b", "/a/%2e%2E/b",
            "/a/.%2e", "/a\\b", "/%252e%252e/b", "/a%2f..%2fb", "/a%5C%2e%2e", "/..;x=1/b", "/%2e%2e%3Bx/b",
            "/%25252525252e",
            "/" + String(repeating: "x", count: Limits.targetBytesMax),
        ]
        for path in paths {
            #expect(
                await transport.perform(get(path), to: base, credential: nil).kind == "refused", "\(path.prefix(40))")
        }
        for method in ["", "get", "TRACE", "CONNECT", "GET /x HTTP/1.1\r\n"] {
            #expect(
                await transport.perform(HTTPRequest(method: method, path: "/"), to: base, credential: nil).kind
                    == "refused")
        }
        #expect(
            await transport.perform(HTTPRequest(method: "GET", path: "/", body: [1]), to: base, credential: nil).kind
                == "refused")
        await transport.shutdown()
    }

    @Test("stops headers and bodies that do not end")
    func sizes() async throws {
        var limits = TransportLimits()
        limits.bodyBytesMax = 100_000
        let line = "X-Bomb: " + String(repeating: "x", count: 8_000) + "\r\n"
        let headerBomb = Array(("HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 12) + "\r\n").utf8)
        let body = answer(200, [UInt8](repeating: 65, count: 100_001))
        let chunked =
            Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
            + Array((String(repeating: "2710\r\n" + String(repeating: "x", count: 10_000) + "\r\n", count: 20)).utf8)
        for bytes in [headerBomb, body, chunked] {
            try await withServer(limits) { _ in
                .hang(bytes)
            } _: { transport, base, _ in
                let result = await transport.perform(create(), to: base, credential: nil)
                #expect(result.kind == "tooLarge" && result.error?.code == .responseTooLarge, "\(result)")
            }
        }
        try await withServer(limits) { _ in
            .answer(answer(200, [UInt8](repeating: 65, count: 100_000)))
        } _: { transport, base, _ in
            let response = try await transport.perform(get(), to: base, credential: nil).response()
            #expect(response.body.count == 100_000)
        }
    }

    @Test("stops a small gzip that grows without measure", arguments: [false, true])
    func gzipBomb(_ isChunked: Bool) async throws {
        // 8 MiB of zeros in 8 KiB: below the body limit, so that only the ratio stops it.
        let packed = Array(try #require(Data(base64Encoded: gzipBombText)))
        let size = String(packed.count, radix: 16)
        let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n\(size)\r\n"
        let bytes =
            isChunked
            ? Array(head.utf8) + packed + Array("\r\n0\r\n\r\n".utf8)
            : answer(200, packed, headers: ["Content-Encoding: gzip"])
        try await withServer { _ in
            .hang(bytes)
        } _: { transport, base, _ in
            let result = await transport.perform(get(), to: base, credential: nil)
            #expect(
                result.kind == "tooLarge" && result.error?.message.contains("when decoded") == true, "\(result.kind)")
        }
    }

    @Test("masks the token wherever the server echoes it")
    func echo() async throws {
        let token = "s3cret/token+value="
        let encoded = (0..<3).map {
            Data((String(repeating: "x", count: $0) + token + "zz").utf8).base64EncodedString()
        }
        let url = token.replacingOccurrences(of: "/", with: "%2F").replacingOccurrences(of: "+", with: "%2B")
            .replacingOccurrences(of: "=", with: "%3D")
        let body = ["<\(token)>", token.replacingOccurrences(of: "/", with: "\\/"), url, url.lowercased()] + encoded
        let text = body.joined(separator: "\n")
        try await withServer { _ in
            .answer(answer(400, Array(text.utf8), headers: ["X-Echo: Bearer \(token)!"]))
        } _: {
            transport, base, _ in
            let response = try await transport.perform(get(), to: base, credential: TestCredential()).response()
            #expect(
                response.headers.contains(
                    HTTPField("x-echo", "Bearer " + String(repeating: "*", count: token.utf8.count) + "!")))
            #expect(response.body.count == text.utf8.count)
            let lines = response.text.split(separator: "\n")
            #expect(lines[0] == "<" + String(repeating: "*", count: token.utf8.count) + ">")
            for line in lines.dropFirst() { #expect(line.filter { $0 != "*" }.count <= 8, "\(line)") }
            let untouched = try await transport.perform(get(), to: base, credential: nil).response()
            #expect(untouched.text == text)
        }
    }

    @Test("refuses a request whose token does not open, with the vault's own code")
    func closed() async throws {
        struct Closed: Credential {
            func withHeader<Result>(
                _ body: (_ header: UnsafeRawBufferPointer, _ secrets: [UnsafeRawBufferPointer]) throws -> Result
            ) throws -> Result {
                throw TransportError(.tokenDamaged, "The token was changed.")
            }
        }
        try await withServer { _ in
            .answer(answer())
        } _: { transport, base, server in
            let result = await transport.perform(create(), to: base, credential: Closed())
            #expect(result.kind == "refused" && result.error?.code == .tokenDamaged)
            #expect(server.received.isEmpty)
        }
    }

    @Test("takes the file of certificate authorities from the environment")
    func authorities() {
        #expect(TransportConfiguration(version: "1", environment: ["SSL_CERT_FILE": "/x"]).caFile == "/x")
        #expect(TransportConfiguration(version: "1", environment: ["SSL_CERT_FILE": ""]).caFile == nil)
    }
}
