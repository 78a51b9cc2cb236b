import Foundation

/// Who and what is there from the start in Linear. Ids are UUIDs (version 4) and never change.
enum LinearSeeds {
    struct User: Sendable {
        let id: String
        let name: String
        let email: String
    }

    struct Team: Sendable {
        let id: String
        let key: String
        let name: String
    }

    struct WorkflowState: Sendable {
        let id: String
        let name: String
        let type: String
        let team: Int
        let position: Int
    }

    struct Label: Sendable, Codable {
        let id: String
        let name: String
        /// The team it belongs to, `nil` for one of the whole workspace.
        let team: Int?
    }

    static let organizationId = "0a1b2c3d-0000-4000-8000-000000000001"
    static let organizationKey = "example"
    static let users = [
        User(id: "0a1b2c3d-0001-4000-8000-000000000001", name: "Demo User", email: "demo@example.com"),
        User(id: "0a1b2c3d-0001-4000-8000-000000000002", name: "Alice Example", email: "alice@example.com"),
        User(id: "0a1b2c3d-0001-4000-8000-000000000003", name: "Bob Example", email: "bob@example.com"),
        User(id: "0a1b2c3d-0001-4000-8000-000000000004", name: "Carol Example", email: "carol@example.com"),
    ]
    static let teams = [
        Team(id: "0a1b2c3d-0002-4000-8000-000000000001", key: "ENG", name: "Engineering"),
        Team(id: "0a1b2c3d-0002-4000-8000-000000000002", key: "OPS", name: "Operations"),
    ]
    static let states: [WorkflowState] = teams.indices.flatMap { team in
        [
            ("Backlog", "backlog"), ("Todo", "unstarted"), ("In Progress", "started"), ("Done", "completed"),
            ("Canceled", "canceled"),
        ]
        .enumerated().map { place, state in
            WorkflowState(
                id: "0a1b2c3d-0003-4000-8000-0000000000\(team + 1)\(place + 1)", name: state.0, type: state.1,
                team: team,
                position: place)
        }
    }
    static let labels = [
        Label(id: "0a1b2c3d-0004-4000-8000-000000000001", name: "follow-up", team: nil),
        Label(id: "0a1b2c3d-0004-4000-8000-000000000002", name: "customer", team: nil),
        Label(id: "0a1b2c3d-0004-4000-8000-000000000003", name: "infrastructure", team: 1),
    ]
    static let priorityLabels = ["No priority", "Urgent", "High", "Medium", "Low"]

    /// The id of the thing made as number `number` of the kind `kind`.
    static func madeId(kind: String, _ number: Int) -> String {
        let digits = String(number, radix: 16)
        return "0a1b2c3d-\(kind)-4000-8000-\(String(repeating: "0", count: max(0, 12 - digits.count)))\(digits)"
    }

    /// Whether the text is a UUID whose version and variant say 4.
    static func isVersion4(_ text: String) -> Bool {
        guard let uuid = UUID(uuidString: text)?.uuid else { return false }
        return uuid.6 >> 4 == 4 && uuid.8 >> 6 == 2
    }
}
