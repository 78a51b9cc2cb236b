import Foundation
import PatchbayModel
import PatchbayTransport

/// The systems that the emulator stands for.
enum EmulatedSystem: String, CaseIterable, Sendable {
    case asana, jira, linear

    var token: String {
        switch self {
        case .asana: "asana-demo-token"
        case .jira: "jira-demo-token"
        case .linear: "lin_api_demo_token"
        }
    }

    /// What `integration add` needs besides name and type.
    func flags(address: String) -> [String] {
        let base = self == .jira ? [] : ["--base-url", address]
        return base
            + settings(address: address).sorted { $0.key < $1.key }.flatMap { ["--set", "\($0.key)=\($0.value)"] }
    }

    func settings(address: String) -> [String: String] {
        switch self {
        case .asana: ["workspaceId": "1200000000000001", "projectId": "1200000000000201"]
        case .jira: ["host": address, "projectKey": "ED", "email": "demo@example.com"]
        case .linear: ["teamId": "0a1b2c3d-0002-4000-8000-000000000001"]
        }
    }

    /// The header that the emulator lets in.
    var authorization: String {
        switch self {
        case .asana: "Authorization: Bearer \(token)"
        case .jira: "Authorization: Basic \(Data("demo@example.com:\(token)".utf8).base64EncodedString())"
        case .linear: "Authorization: \(token)"
        }
    }
}

/// A running emulator; it ends with its standard input, and so with this program.
final class EmulatorProcess {
    struct Failed: Error, CustomStringConvertible { let description: String }

    private let process = Process()
    private let alive = Pipe()
    private let transport: Transport
    private let addresses: [String: String]

    /// Returns when all its ports are open.
    init(_ programs: Programs, transport: Transport) throws {
        let told = Pipe()
        process.executableURL = URL(fileURLWithPath: programs.tool("patchbay-emulator"))
        process.arguments = ["--until-stdin-closes"]
        process.standardInput = alive
        process.standardOutput = told
        self.transport = transport
        try process.run()
        let line = told.fileHandleForReading.availableData
        let fields = try JSONSerialization.jsonObject(with: line) as? [String: Any] ?? [:]
        addresses = fields.compactMapValues { $0 as? String }
    }

    func address(_ system: EmulatedSystem) -> String { addresses[system.rawValue] ?? "" }

    /// Seconds of processor time so far.
    var processorTime: Double { ProcessTable.processorTime(of: process.processIdentifier) ?? 0 }

    /// How many requests a system has seen.
    func requests(_ system: EmulatedSystem) async throws -> Int {
        let counters = try await answer("/counters", []) as? [String: [String: Any]]
        return counters?[system.rawValue]?["requests"] as? Int ?? 0
    }

    /// How many tasks a system holds.
    func tasks(_ system: EmulatedSystem) async throws -> Int {
        let query = [HTTPField("system", system.rawValue), HTTPField("count", "true")]
        let state = try await answer("/state", query) as? [String: [String: Any]]
        return state?[system.rawValue]?["count"] as? Int ?? 0
    }

    /// Makes every request to a system wait before it is looked at.
    func slow(_ system: EmulatedSystem, milliseconds: Int) async throws {
        let body = #"{"system":"\#(system.rawValue)","milliseconds":\#(milliseconds)}"#
        _ = try await answer("/latency", [], method: "POST", body: Array(body.utf8))
    }

    private func answer(_ path: String, _ query: [HTTPField], method: String = "GET", body: [UInt8]? = nil) async throws
        -> Any
    {
        let control = try BaseURL(parsing: addresses["control"] ?? "")
        let request = HTTPRequest(method: method, path: path, query: query, body: body)
        let result = await transport.perform(request, to: control, credential: nil)
        guard case .response(let response, _) = result, response.status == 200 else {
            throw Failed(description: "the emulator did not answer \(path): \(Self.words(result))")
        }
        return try JSONSerialization.jsonObject(with: Data(response.body))
    }

    private static func words(_ result: TransferResult) -> String {
        guard case .response(let response, _) = result else { return "\(result)" }
        return "\(response.status) \(String(decoding: response.body, as: UTF8.self))"
    }

    func stop() {
        try? alive.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
