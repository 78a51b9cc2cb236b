import PatchbayModel
import Testing

@testable import PatchbayTransport

/// A transport and a server, both ended when the test is.
func withServer(
    _ limits: TransportLimits = TransportLimits(), script: @escaping @Sendable (ReceivedRequest) -> ServerAction,
    _ body: (Transport, BaseURL, ScriptedServer) async throws -> Void
) async throws {
    let server = try ScriptedServer(script)
    let transport = try Transport(TransportConfiguration(version: "test", limits: limits))
    do {
        try await body(transport, BaseURL(parsing: server.url), server)
    } catch {
        await transport.shutdown()
        server.stop()
        throw error
    }
    await transport.shutdown()
    server.stop()
}

/// A credential of fixed text.
struct TestCredential: Credential {
    var line = "Authorization: Bearer s3cret/token+value="
    var secret = "s3cret/token+value="

    func withHeader<Result>(
        _ body: (_ header: UnsafeRawBufferPointer, _ secrets: [UnsafeRawBufferPointer]) throws -> Result
    ) throws -> Result {
        try unsafe Array(line.utf8).withUnsafeBytes { line in
            try unsafe Array(secret.utf8).withUnsafeBytes { secret in try unsafe body(line, [secret]) }
        }
    }
}

func get(_ path: String = "/", query: [HTTPField] = [], headers: [HTTPField] = []) -> HTTPRequest {
    HTTPRequest(method: "GET", path: path, query: query, headers: headers)
}

func create(_ body: String = "{\"title\":\"x\"}", path: String = "/tasks") -> HTTPRequest {
    HTTPRequest(
        method: "POST", path: path, headers: [HTTPField("Content-Type", "application/json")], body: Array(body.utf8),
        effect: .once)
}

extension TransferResult {
    /// The response, which there must be.
    func response(_ location: SourceLocation = #_sourceLocation) throws -> HTTPResponse {
        guard case .response(let response, _) = self else {
            Issue.record("no response but \(self)", sourceLocation: location)
            throw CancellationError()
        }
        return response
    }

    var kind: String {
        switch self {
        case .response: "response"
        case .notSent: "notSent"
        case .declined: "declined"
        case .lost: "lost"
        case .tooLarge: "tooLarge"
        case .refused: "refused"
        }
    }

    var error: TransportError? {
        switch self {
        case .response: nil
        case .notSent(let error), .declined(let error), .lost(let error), .tooLarge(let error), .refused(let error):
            error
        }
    }
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}
