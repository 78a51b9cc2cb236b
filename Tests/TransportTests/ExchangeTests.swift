import Foundation
import PatchbayModel
import Testing

@testable import PatchbayTransport

@Suite("An exchange")
struct ExchangeTests {
    @Test("sends what was asked, with origin, credential and our name, and gives the answer")
    func whole() async throws {
        try await withServer { _ in
            .answer(
                answer(
                    201, Array("{\"id\":1}".utf8),
                    headers: ["X-Request-Id: r-1 ", "Set-Cookie: a=b", "WWW-Authenticate: Basic"]))
        } _: {
            transport, base, server in
            let request = HTTPRequest(
                method: "POST", path: "/api/1.0/tasks", query: [HTTPField("q", "a b&c=ä/"), HTTPField("e", "")],
                headers: [HTTPField("Content-Type", "application/json"), HTTPField("X-Empty", "")],
                body: Array("{}".utf8), effect: .once)
            let result = await transport.perform(request, to: base, credential: TestCredential())
            let response = try result.response()
            #expect(response.status == 201 && response.text == "{\"id\":1}")
            #expect(response.headers == [HTTPField("content-length", "8"), HTTPField("x-request-id", "r-1")])
            let seen = try #require(server.received.first)
            #expect(seen.head.hasPrefix("POST /api/1.0/tasks?q=a%20b%26c%3D%C3%A4%2F&e= HTTP/1.1\r\n"))
            #expect(seen.header("host") == "127.0.0.1:\(server.port)")
            #expect(seen.header("authorization") == "Bearer s3cret/token+value=")
            #expect(seen.header("user-agent") == "patchbay/test")
            #expect(seen.header("accept-encoding") == "gzip")
            #expect(seen.header("content-type") == "application/json")
            #expect(seen.header("content-length") == "2")
            #expect(seen.header("x-empty") == "")
            #expect(seen.header("expect") == nil)
            #expect(seen.body == Array("{}".utf8))
        }
    }

    @Test(
        "knows each method, and sends nothing that was not asked for",
        arguments: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
    func methods(_ method: String) async throws {
        try await withServer { request in
            .answer(request.head.hasPrefix("HEAD") ? answer(200, []) : answer())
        } _: {
            transport, base, server in
            // The same handle serves all four; nothing of one may stick to the next.
            _ = await transport.perform(create(), to: base, credential: TestCredential())
            let bare = await transport.perform(HTTPRequest(method: method, path: "/bare"), to: base, credential: nil)
            #expect(try bare.response().status == 200)
            let seen = try #require(server.received.last)
            #expect(seen.head.hasPrefix("\(method) /bare HTTP/1.1\r\n"))
            #expect(seen.header("content-type") == nil && seen.header("authorization") == nil && seen.body.isEmpty)
            #expect(seen.header("content-length") == (["POST", "PUT", "PATCH"].contains(method) ? "0" : nil))
            if method != "GET" && method != "HEAD" {
                let full = HTTPRequest(method: method, path: "/full", body: Array("abc".utf8))
                _ = try await transport.perform(full, to: base, credential: nil).response()
                #expect(server.received.last?.body == Array("abc".utf8))
                #expect(server.received.last?.header("content-type") == nil)
            }
            _ = try await transport.perform(get("/last"), to: base, credential: nil).response()
            #expect(server.received.last?.head.hasPrefix("GET /last ") == true)
            #expect(server.received.last?.header("content-length") == nil)
        }
    }

    @Test("goes below the base URL's own path")
    func prefix() async throws {
        try await withServer { _ in
            .answer(answer())
        } _: { transport, _, server in
            let base = try BaseURL(parsing: server.url + "/jira/")
            _ = try await transport.perform(get("/rest/api/3/myself"), to: base, credential: nil).response()
            #expect(server.received[0].target == "/jira/rest/api/3/myself")
        }
    }

    @Test("reuses the connection")
    func keepAlive() async throws {
        try await withServer { _ in
            .answer(answer())
        } _: { transport, base, server in
            for _ in 0..<5 { _ = try await transport.perform(create(), to: base, credential: nil).response() }
            #expect(server.connections == 1)
            guard case .response(_, let timing) = await transport.perform(get(), to: base, credential: nil) else {
                return
            }
            #expect(timing.reusedConnection && timing.total > .zero && timing.bodyWireBytes == 2)
        }
    }

    @Test("of a thousand at once each gets its own answer")
    func thousand() async throws {
        try await withServer { request in
            .answer(answer(200, Array(request.target.utf8)))
        } _: { transport, base, server in
            let right = await withTaskGroup(of: Bool.self) { group in
                for index in 0..<1_000 {
                    group.addTask {
                        let result = await transport.perform(get("/\(index)"), to: base, credential: TestCredential())
                        return (try? result.response().text) == "/\(index)"
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(right == 1_000)
            #expect(server.connections <= Limits.connectionsMax)
        }
    }

    @Test("passes over a provisional answer and unpacks gzip")
    func provisional() async throws {
        let packed = try #require(Data(base64Encoded: "H4sIAAAAAAACA6tWKsksyUlVslIqS8wpTVWqBQBh+r6QEQAAAA=="))
        try await withServer { _ in
            .answer(
                Array("HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n".utf8)
                    + answer(200, Array(packed), headers: ["Content-Encoding: gzip", "X-Late: yes"]))
        } _: { transport, base, _ in
            let response = try await transport.perform(get(), to: base, credential: nil).response()
            #expect(response.headers == [HTTPField("x-late", "yes")])
            #expect(response.text == "{\"title\":\"value\"}")
        }
    }

    @Test("follows a redirect of a GET on the same origin, three times at most")
    func redirect() async throws {
        try await withServer { request in
            let step = Int(request.target.dropFirst()) ?? 0
            return .answer(
                step == 3 ? answer(200, Array("there".utf8)) : answer(302, [], headers: ["Location: /\(step + 1)"]))
        } _: { transport, base, server in
            #expect(
                try await transport.perform(get("/0"), to: base, credential: TestCredential()).response().text
                    == "there")
            #expect(server.received.allSatisfy { $0.header("authorization") != nil })
            let endless = try await transport.perform(get("/10"), to: base, credential: nil).response()
            #expect(endless.status == 302 && server.received.count == 4 + 4)
        }
    }

    @Test("follows no redirect to another origin, above the base URL, or of a POST")
    func noRedirect() async throws {
        let other = try ScriptedServer { _ in .answer(answer()) }
        defer { other.stop() }
        let port = other.port
        let places = [
            "http://127.0.0.1:\(port)/", "//127.0.0.1:\(port)/", "http://localhost/", "https://127.0.0.1/",
            "http://user@127.0.0.1/",
            "/outside", "/base/../outside", "/base/%2e%2E/outside", "file:///etc/passwd", "",
            "/base/%252e%252e/outside", "/base/..;/outside", "/base/..%2foutside", "/base/..%5Coutside",
        ]
        for place in places {
            try await withServer { _ in
                .answer(answer(302, [], headers: ["Location: \(place)"]))
            } _: { transport, _, server in
                let base = try BaseURL(parsing: server.url + "/base")
                let result = await transport.perform(get("/x"), to: base, credential: TestCredential())
                #expect(try result.response().status == 302)
                #expect(server.received.count == 1, "\(place)")
                let post = await transport.perform(HTTPRequest(method: "POST", path: "/x"), to: base, credential: nil)
                #expect(try post.response().status == 302 && server.received.count == 2)
            }
        }
        #expect(other.received.isEmpty)
    }
}
