import Foundation

/// An issue as the Jira emulator holds it. Descriptions and properties stay JSON text: small, and given back as they
/// came.
struct JiraIssue: Sendable, Codable {
    var order: Int
    /// Places in the seeds.
    var project: Int
    var number: Int
    var issueType: Int
    var priority: Int
    var status = 0
    var assignee: Int?
    var reporter = 0
    var parent: String?
    var summary = ""
    var description: [UInt8]?
    var dueDate: String?
    var labels: [String] = []
    /// Every other field, by name, as JSON text.
    var otherFields: [String: String] = [:]
    var properties: [JiraProperty] = []
    let created: Date
    var updated: Date
    var resolved: Date?
    var isDeleted = false

    var id: String { String(JiraSeeds.firstIssue + order) }
    var key: String { "\(JiraSeeds.projects[project].key)-\(number)" }
}

/// A property of an issue, its value as JSON text.
struct JiraProperty: Sendable, Codable {
    var key: String
    var value: String
}

/// What can be changed in the emulated site.
struct JiraSettings: Sendable, Codable {
    /// How long a new issue stays out of the search index, in milliseconds.
    var searchLagMilliseconds = 0
    /// Whether a newline inside an ADF text node is refused with `INVALID_INPUT`.
    var refuseNewlineInText = true
    /// Whether a create that is refused uses up an issue number, as it may with the vendor.
    var burnNumbers = false
    /// Fields that are not on the create screen, by project key; `*` stands for all projects.
    var offScreen: [String: Set<String>] = [:]
    /// Fields a create must have, by project key.
    var required: [String: Set<String>] = [:]
    /// Keys of projects whose issues no account sees, although it may add some.
    var withoutBrowse: Set<String>?
    /// Where issues are browsed; `nil` is the emulator's own address.
    var baseURL: String?
}

/// Everything the Jira emulator holds.
struct JiraState: Sendable, Codable {
    /// Where the system is served.
    var origin = ""
    var issues: [JiraIssue] = []
    /// For each project, the place of each number's issue; -1 for a number that was burnt.
    var numbers: [[Int]] = JiraSeeds.projects.map { _ in [] }
    var deleted = 0
    var settings = JiraSettings()
    /// Places of users whose accounts are deactivated; nil is nobody.
    var left: Set<Int>?

    /// The place of an issue that exists, by id or key.
    func place(_ name: String) -> Int? {
        var place = -1
        if let id = Int(name) {
            place = id - JiraSeeds.firstIssue - 1
        } else if let dash = name.lastIndex(of: "-"), let number = Int(name[name.index(after: dash)...]),
            let project = JiraSeeds.project(named: String(name[..<dash])), numbers[project].indices.contains(number - 1)
        {
            place = numbers[project][number - 1]
        }
        guard issues.indices.contains(place), !issues[place].isDeleted else { return nil }
        return place
    }

    /// Whether accounts may see the issue.
    func shows(_ issue: JiraIssue) -> Bool {
        settings.withoutBrowse?.contains(JiraSeeds.projects[issue.project].key) != true
    }

    /// Keeps a new issue under the next id and key, and gives it back with them.
    mutating func add(_ issue: JiraIssue) -> JiraIssue {
        var issue = issue
        issue.order = issues.count + 1
        issue.number = numbers[issue.project].count + 1
        numbers[issue.project].append(issues.count)
        issues.append(issue)
        return issue
    }

    /// Uses up a number without an issue.
    mutating func burn(project: Int) {
        numbers[project].append(-1)
    }
}
