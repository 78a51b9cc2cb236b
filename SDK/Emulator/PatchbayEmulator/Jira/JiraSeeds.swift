/// Who and what is there from the start in Jira. Ids look like the vendor's and never change.
enum JiraSeeds {
    struct User: Sendable {
        let accountId: String
        let name: String
        let email: String
    }

    struct Project: Sendable {
        let id: String
        let key: String
        let name: String
    }

    struct Named: Sendable {
        let id: String
        let name: String
    }

    struct Status: Sendable {
        let id: String
        let name: String
        let category: String
        let categoryId: Int
        /// The transition that leads here from anywhere.
        let transition: String
    }

    static let users = [
        User(accountId: "5b10a2844c20165700ede201", name: "Demo User", email: "demo@example.com"),
        User(accountId: "5b10a2844c20165700ede202", name: "Alice Example", email: "alice@example.com"),
        User(accountId: "5b10a2844c20165700ede203", name: "Bob Example", email: "bob@example.com"),
        User(accountId: "5b10a2844c20165700ede204", name: "Carol Example", email: "carol@example.com"),
    ]
    static let projects = [
        Project(id: "10100", key: "ED", name: "Meeting actions"),
        Project(id: "10101", key: "OPS", name: "Operations"),
    ]
    static let issueTypes = [
        Named(id: "10001", name: "Task"), Named(id: "10002", name: "Bug"), Named(id: "10003", name: "Story"),
    ]
    static let priorities = [
        Named(id: "1", name: "Highest"), Named(id: "2", name: "High"), Named(id: "3", name: "Medium"),
        Named(id: "4", name: "Low"),
        Named(id: "5", name: "Lowest"),
    ]
    static let defaultPriority = "3"
    static let statuses = [
        Status(id: "10200", name: "To Do", category: "new", categoryId: 2, transition: "11"),
        Status(id: "10201", name: "In Progress", category: "indeterminate", categoryId: 4, transition: "21"),
        Status(id: "10202", name: "Done", category: "done", categoryId: 3, transition: "31"),
    ]
    /// The first issue's id is the one after this; ids count up, so an issue is found without a search.
    static let firstIssue = 10_000

    static func project(_ value: JSON?) -> Int? {
        let id = value?["id"]?.text ?? value?["id"]?.wholeNumber.map(String.init)
        let key = value?["key"]?.text
        return projects.firstIndex { $0.id == id || $0.key == key }
    }

    static func project(named name: String) -> Int? {
        projects.firstIndex { $0.id == name || $0.key.lowercased() == name.lowercased() }
    }
}
