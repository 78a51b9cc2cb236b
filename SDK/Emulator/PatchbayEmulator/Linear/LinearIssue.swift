import Foundation

/// An issue as the Linear emulator holds it. Places point into the seeds and the labels.
struct LinearIssue: Sendable, Codable {
    let id: UUID
    var order = 0
    var team: Int
    var number = 0
    var title: String
    var description: String?
    var priority = 0
    var state: Int
    var assignee: Int?
    var creator = 0
    var labels: [Int] = []
    var dueDate: String?
    var parent: UUID?
    var estimate: Double?
    var createdAt: Date
    var updatedAt: Date
    var completedAt: Date?
    var archivedAt: Date?
    var isTrashed = false

    var idText: String { id.uuidString.lowercased() }
    var identifier: String { "\(LinearSeeds.teams[team].key)-\(number)" }

    /// Where the issue is shown: here, since the vendor knows nothing of it.
    func url(_ origin: String) -> String { "\(origin)/\(LinearSeeds.organizationKey)/issue/\(identifier)" }
}

/// What can be changed in the emulated workspace.
struct LinearSettings: Sendable, Codable {
    /// The HTTP status of a refused token: 401, and seen as 200 and 400.
    var authenticationStatus = 401
    /// The HTTP status of a repeated id: 200 by some reports, 400 by others.
    var conflictStatus = 200
    /// The HTTP status when a limit is hit.
    var limitStatus = 400
}

/// Everything the Linear emulator holds.
struct LinearState: Sendable, Codable {
    /// Where the system is served.
    var origin = ""
    var issues: [LinearIssue] = []
    var places: [UUID: Int] = [:]
    /// For each team, the place of each number's issue.
    var numbers: [[Int]] = LinearSeeds.teams.map { _ in [] }
    var labels = LinearSeeds.labels
    var deleted = 0
    var settings = LinearSettings()
    var syncId = 1
    /// Places of users who were suspended; nil is nobody.
    var left: Set<Int>?

    /// The place of an issue, by UUID or identifier; also of one in the trash.
    func place(_ name: String) -> Int? {
        if let id = UUID(uuidString: name) { return places[id] }
        guard let dash = name.lastIndex(of: "-"), let number = Int(name[name.index(after: dash)...]),
            let team = LinearSeeds.teams.firstIndex(where: { $0.key == name[..<dash].uppercased() }),
            numbers[team].indices.contains(number - 1)
        else { return nil }
        return numbers[team][number - 1]
    }

    /// Keeps a new issue under the next number of its team. Answers its place.
    mutating func add(_ issue: LinearIssue) -> Int {
        var issue = issue
        let place = issues.count
        issue.order = place + 1
        issue.number = numbers[issue.team].count + 1
        numbers[issue.team].append(place)
        places[issue.id] = place
        issues.append(issue)
        syncId += 1
        return place
    }
}
