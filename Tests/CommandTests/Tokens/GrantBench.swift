import Foundation
import Testing

/// Integrations with OAuth tokens, on a bench of their own.
struct GrantBench {
    let bench: Bench

    init(environment: [String: String] = [:], seed: UInt64? = nil) async throws {
        bench = try await Bench([], environment: environment, seed: seed)
    }

    var desk: Workbench { bench.desk }
    var emulator: EmulatorProcess { bench.emulator }

    /// Adds an integration named like its system; the authorisation server is the emulator too.
    func add(_ system: String) async throws {
        let address = emulator.address(system)
        var words = ["integration", "add", system, "--type", system, "--auth-url", address, "--base-url", address]
        let settings =
            switch system {
            case "asana": ["workspaceId=1200000000000001", "projectId=1200000000000201"]
            case "jira": ["host=\(address)", "projectKey=ED", "email=demo@example.com"]
            default: ["teamId=\(Bench.linearTeam)"]
            }
        words += settings.flatMap { ["--set", $0] }
        let run = try await desk.run(words)
        try #require(run.status == 0, run.told)
    }

    /// The JSON object of a system's demo grant, as an operator has it.
    static func grant(_ system: String, access: String? = nil, refresh: String? = nil, expiresIn: Int = 3_600) -> String
    {
        let accesses = ["asana": "asana-demo-oauth", "jira": "jira-demo-oauth", "linear": "lin_oauth_demo_token"]
        let object: JSON = [
            "access_token": .string(access ?? accesses[system] ?? ""),
            "refresh_token": .string(refresh ?? "\(system)-demo-refresh"),
            "client_id": "demo-client", "client_secret": "demo-client-secret", "expires_in": .integer(expiresIn),
        ]
        return object.line
    }

    @discardableResult
    func set(_ system: String, _ grant: String? = nil, checks: Bool = true) async throws -> Run {
        let words = ["token", "set", system, "--kind", "oauth"] + (checks ? [] : ["--no-check"])
        let run = try await desk.run(words, input: grant ?? Self.grant(system))
        try #require(run.status == 0, run.told)
        return run
    }

    /// What the authorisation server has seen.
    func seen(_ system: String) async throws -> JSON { try await emulator.ask("GET", "/oauth")[system] }

    func change(_ system: String, _ settings: [String: JSON]) async throws {
        try await emulator.ask(
            "POST", "/oauth", .object(settings.merging(["system": .string(system)]) { first, _ in first }))
    }

    /// `token status` of one integration.
    func token(_ system: String) async throws -> JSON {
        let run = try await desk.run("token", "status")
        return run.result["tokens"].items.first { $0["integration"].text == system } ?? .null
    }
}
