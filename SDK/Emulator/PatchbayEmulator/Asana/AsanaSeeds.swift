/// Who and what is there from the start in Asana. Gids look like the vendor's and never change.
enum AsanaSeeds {
    struct User: Sendable {
        let gid: String
        let name: String
        let email: String
    }

    struct Project: Sendable {
        let gid: String
        let name: String
    }

    struct Tag: Sendable, Codable {
        let gid: String
        let name: String
    }

    static let workspace = "1200000000000001"
    static let workspaceName = "Example Workspace"
    static let users = [
        User(gid: "1200000000000101", name: "Demo User", email: "demo@example.com"),
        User(gid: "1200000000000102", name: "Alice Example", email: "alice@example.com"),
        User(gid: "1200000000000103", name: "Bob Example", email: "bob@example.com"),
        User(gid: "1200000000000104", name: "Carol Example", email: "carol@example.com"),
    ]
    static let projects = [
        Project(gid: "1200000000000201", name: "Meeting actions"),
        Project(gid: "1200000000000202", name: "Operations"),
    ]
    static let tags = [
        Tag(gid: "1200000000000301", name: "follow-up"),
        Tag(gid: "1200000000000302", name: "customer"),
    ]
    /// The first task's gid is the one after this; gids count up, so a task is found without a search.
    static let firstTask = 1_210_000_000_000_000
    /// The first tag made at run time.
    static let firstTag = 1_200_000_000_001_000

    /// A user by gid, e-mail address or, for the caller, `me`.
    static func user(_ name: String, caller: String) -> User? {
        let wanted = name == "me" ? caller : name
        return users.first { $0.gid == wanted || $0.email.lowercased() == wanted.lowercased() }
    }
}
