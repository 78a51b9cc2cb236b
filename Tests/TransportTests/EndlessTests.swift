import PatchbayModel
import Testing

@testable import PatchbayTransport

@Suite("An answer without end", .timeLimit(.minutes(2)))
struct EndlessTests {
    private static let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    /// What never ends, and what it begins with.
    static let endless: [(String, String, String)] = [
        ("a chunk's extension", head + "2;name=", "x"),
        ("the digits of a chunk's length", head + "0", "0"),
        ("extensions of many chunks", head, "1;" + String(repeating: "e", count: 1_000) + "\r\na\r\n"),
        ("a trailer", head + "2\r\n{}\r\n0\r\n", "X-More: 1\r\n"),
        ("a line of a trailer", head + "2\r\n{}\r\n0\r\nX-More: ", "x"),
        ("a header's value", "HTTP/1.1 200 OK\r\nX-More: ", "x"),
        ("provisional answers", "", "HTTP/1.1 103 Early Hints\r\n\r\n"),
    ]

    @Test("ends with its exchange, whatever has no end, and holds up no other", arguments: endless)
    func ends(_ what: String, _ start: String, _ piece: String) async throws {
        var limits = TransportLimits()
        limits.exchangeTimeout = .seconds(1)
        let many = Array(String(repeating: piece, count: max(1, 16_384 / piece.utf8.count)).utf8)
        try await withServer(limits) { request in
            request.target == "/other" ? .answer(answer()) : .endless(Array(start.utf8), many)
        } _: { transport, base, server in
            let clock = ContinuousClock.now
            async let flooded = transport.perform(get("/flood"), to: base, credential: nil)
            var others = 0
            for _ in 0..<20 {
                others += try await transport.perform(get("/other"), to: base, credential: nil).response().status
            }
            let result = await flooded
            #expect(["lost", "tooLarge"].contains(result.kind), "\(what): \(result)")
            #expect(others == 20 * 200)
            #expect(ContinuousClock.now - clock < .seconds(20), "\(what)")
            print("\(what): ended as \(result.kind) after \(server.endlessBytes) bytes")
        }
    }

    @Test("is told from one with extensions and trailers that ends")
    func control() async throws {
        let whole = Self.head + "2;name=" + String(repeating: "x", count: 10_000) + "\r\n{}\r\n0\r\nX-More: 1\r\n\r\n"
        try await withServer { _ in
            .answer(Array(whole.utf8))
        } _: { transport, base, _ in
            let response = try await transport.perform(get(), to: base, credential: nil).response()
            #expect(response.status == 200 && response.text == "{}")
        }
    }
}
