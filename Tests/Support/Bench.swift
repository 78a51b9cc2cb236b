import Foundation
import Testing

/// A workbench with an emulator beside it, and integrations that are ready to be used.
package final class Bench: Sendable {
    package let desk: Workbench
    package let emulator: EmulatorProcess

    package static let systems = ["asana", "jira", "linear"]
    package static let tokens = [
        "asana": "asana-demo-token", "jira": "jira-demo-token", "linear": "lin_api_demo_token",
    ]
    package static let linearTeam = "0a1b2c3d-0002-4000-8000-000000000001"
    package static let asanaSettings: [String: JSON] = [
        "workspaceId": "1200000000000001", "projectId": "1200000000000201",
    ]

    /// People whom the integrations know.
    package static let people: [String: [String: JSON]] = [
        "asana": ["alice@example.com": "1200000000000102", "bob@example.com": "1200000000000103"],
        "jira": ["alice@example.com": "5b10a2844c20165700ede202", "bob@example.com": "5b10a2844c20165700ede203"],
        "linear": [
            "alice@example.com": "0a1b2c3d-0001-4000-8000-000000000002",
            "bob@example.com": "0a1b2c3d-0001-4000-8000-000000000003",
        ],
    ]

    /// Makes a home, and in it an integration of each of `systems`, named like its type, with token and settings.
    package init(
        _ systems: [String] = Bench.systems, plugins: String = Built.plugins, environment: [String: String] = [:],
        seed: UInt64? = nil,
        home: String? = nil, through: [String] = [], program: String = Built.patchbay
    ) async throws {
        desk = try Workbench(plugins: plugins, environment: environment, home: home, through: through, program: program)
        emulator = try await EmulatorProcess(desk.scratch, seed: seed)
        try await desk.must("init")
        if !systems.isEmpty { try await adopt(systems.map { row($0) }) }
    }

    /// Takes integrations in as an application kept them.
    package func adopt(_ rows: [JSON]) async throws {
        try await desk.must("integration", "import", "-", input: rows.map(\.line).joined(separator: "\n"))
    }

    /// A line of an integration import. `address` stands for the emulator's.
    package func row(_ system: String, name: String? = nil, address: String? = nil) -> JSON {
        var settings: [String: JSON] =
            switch system {
            case "asana": Bench.asanaSettings
            case "jira": ["host": .string(address ?? emulator.jira), "projectKey": "ED", "email": "demo@example.com"]
            default: ["teamId": .string(Bench.linearTeam)]
            }
        settings["assigneeMapping"] = .object(Bench.people[system] ?? [:])
        var row: [String: JSON] = [
            "name": .string(name ?? system), "type": .string(system), "settings": .object(settings), "isActive": true,
            "accessToken": .string(Bench.tokens[system] ?? ""),
        ]
        if system != "jira" { row["baseUrl"] = .string(address ?? emulator.address(system)) }
        return .object(row)
    }

    /// Brings tasks in, bound for `integrations`.
    @discardableResult
    package func take(_ tasks: [JSON], for integrations: String? = nil) async throws -> Run {
        let run = try await desk.run(
            ["task", "import", "-"] + (integrations.map { ["--integration", $0] } ?? []),
            input: tasks.map(\.line).joined(separator: "\n"))
        try #require(run.status == 0, run.told)
        return run
    }

    /// Plain tasks of one meeting: "m-1" to "m-COUNT".
    package static func tasks(_ count: Int, meeting: String = "m") -> [JSON] {
        (1...count).map {
            [
                "id": .string("\(meeting)-\($0)"), "meetingId": .string(meeting),
                "title": .string("Task \($0) of \(meeting)"),
            ]
        }
    }

    /// The delivery of a task to an integration, as `task show` tells it.
    package func delivery(_ task: String, _ integration: String) async throws -> JSON {
        let run = try await desk.must("task", "show", task)
        return run.result["deliveries"].items.first { $0["integration"].text == integration } ?? .null
    }

    /// How many deliveries an integration has in each state.
    package func states(_ integration: String) async throws -> [String: Int] {
        try await states()[integration] ?? [:]
    }

    /// The same of all integrations, by their names.
    package func states() async throws -> [String: [String: Int]] {
        let entries = try await desk.must("status").result["integrations"].items
        return try Dictionary(
            uniqueKeysWithValues: entries.map {
                (try #require($0["integration"].text), $0["states"].members.compactMapValues(\.int))
            })
    }
}
