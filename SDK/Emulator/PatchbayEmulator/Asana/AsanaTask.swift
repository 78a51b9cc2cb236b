import Foundation

/// A task as the Asana emulator holds it.
struct AsanaTask: Sendable, Codable {
    let number: Int
    var name = ""
    var notes = ""
    var htmlNotes: String?
    var dueOn: String?
    var dueAt: String?
    var assignee: String?
    var projects: [String] = []
    var tags: [String] = []
    var parent: String?
    var completed = false
    var completedAt: Date?
    var externalGid: String?
    var externalData: String?
    /// Custom field gid to what was sent, as JSON text.
    var customFields: [String: String] = [:]
    var createdAt: Date
    var createdBy: String
    var modifiedAt: Date
    var isDeleted = false

    var gid: String { String(AsanaSeeds.firstTask + number) }

    /// Where the task is shown: here, since the vendor knows nothing of it.
    func url(_ origin: String) -> String { "\(origin)/1/\(AsanaSeeds.workspace)/task/\(gid)" }
}

/// Everything the Asana emulator holds.
struct AsanaState: Sendable, Codable {
    /// Where the system is served.
    var origin = ""
    var tasks: [AsanaTask] = []
    /// The tasks of each project, by place in `tasks`.
    var byProject: [String: [Int]] = [:]
    var byExternalGid: [String: Int] = [:]
    var tags: [AsanaSeeds.Tag] = AsanaSeeds.tags
    var deleted = 0
    /// Whether the workspace's plan lacks the search; nil is no.
    var withoutSearch: Bool?
    /// Gids of users who left the workspace; nil is nobody.
    var left: Set<String>?

    /// Whoever is still in the workspace.
    var users: [AsanaSeeds.User] { AsanaSeeds.users.filter { left?.contains($0.gid) != true } }

    /// The place of a task that exists, by gid.
    func place(_ gid: String) -> Int? {
        guard let number = Int(gid) else { return nil }
        let place = number - AsanaSeeds.firstTask - 1
        guard tasks.indices.contains(place), !tasks[place].isDeleted else { return nil }
        return place
    }

    func tag(_ gid: String) -> AsanaSeeds.Tag? {
        tags.first { $0.gid == gid }
    }

    static func project(_ gid: String) -> AsanaSeeds.Project? {
        AsanaSeeds.projects.first { $0.gid == gid }
    }

    mutating func add(_ task: AsanaTask) {
        let place = tasks.count
        tasks.append(task)
        for project in task.projects { byProject[project, default: []].append(place) }
        if let external = task.externalGid { byExternalGid[external] = place }
    }

    mutating func delete(_ place: Int) {
        tasks[place].isDeleted = true
        if let external = tasks[place].externalGid { byExternalGid[external] = nil }
        deleted += 1
    }
}
