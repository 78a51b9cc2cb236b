import Foundation
import TestSupport
import Testing

/// Ways in which a Redmine may be set up, or change after answers were lost, so that a look-up does not show what was
/// made.
enum SetUp: String, CaseIterable, Sendable {
    case descriptionOff, descriptionReadOnly, mayNotSee, keyReplaced, userLocked, guestsMayAdd, restOff, projectClosed,
        projectArchived,
        issueMoved, twoServers

    /// The line by which an issue could be found again is not kept.
    var losesDescriptions: Bool { [.descriptionOff, .descriptionReadOnly].contains(self) }
    /// No look-up shows what was made.
    var hides: Bool { losesDescriptions || [.mayNotSee, .projectArchived, .issueMoved].contains(self) }
    /// What stands between us and the issues, until somebody mends it.
    var locksOut: Bool { [.keyReplaced, .userLocked, .guestsMayAdd, .restOff].contains(self) }
}

/// A project, a tracker, a role and a user of its own for one set-up.
struct SetUpPlace: Sendable {
    let setUp: SetUp
    let server: RedmineServer
    /// The project's identifier, and what each of its tasks' titles begins with.
    let name: String
    let trackerID: Int
    let roleID: Int
    let userID: Int
    let projectID: Int
    /// The user's, before anybody replaces it.
    let key: String

    init(_ setUp: SetUp, _ server: RedmineServer) async throws {
        self.setUp = setUp
        self.server = server
        let name = setUp.rawValue.lowercased()
        self.name = name
        let trackers = try await server.sql(
            """
            insert into trackers (name, position, fields_bits, default_status_id) values ('\(name)', 9, \
            \(setUp == .descriptionOff ? 256 : 0), 1)
            select max(id) from trackers
            """)
        trackerID = try #require(trackers.first?.first?.int)
        let permissions = (setUp == .mayNotSee ? [] : ["view_issues"]) + ["add_issues", "edit_issues"]
        let yaml = "'---' || char(10)" + permissions.map { " || '- :\($0)' || char(10)" }.joined()
        let roles = try await server.sql(
            """
            insert into roles (name, position, permissions, issues_visibility) values ('\(name)', 9, \(yaml), 'all')
            select max(id) from roles
            """)
        roleID = try #require(roles.first?.first?.int)
        let user = try await server.order(
            "POST", "/users.json",
            [
                "user": [
                    "login": .string(name), "firstname": "Bot", "lastname": .string(name),
                    "mail": .string(name + "@example.test"),
                    "password": "at least eight",
                ]
            ])
        userID = try #require(user["user"]["id"].int)
        key = try #require(user["user"]["api_key"].text)
        projectID = try await Self.project(server, name, trackerID, isPublic: true)
        try await server.order(
            "POST", "/projects/\(name)/memberships.json",
            ["membership": ["user_id": .integer(userID), "role_ids": [.integer(roleID)]]])
        guard setUp == .descriptionReadOnly else { return }
        try await server.sql(
            """
            insert into workflows (tracker_id, old_status_id, role_id, type, field_name, rule) \
            values (\(trackerID), 1, \(roleID), 'WorkflowPermission', 'description', 'readonly')
            """)
    }

    private static func project(_ server: RedmineServer, _ name: String, _ tracker: Int, isPublic: Bool) async throws
        -> Int
    {
        let project: JSON = [
            "name": .string(name), "identifier": .string(name), "is_public": .boolean(isPublic),
            "tracker_ids": [.integer(tracker)],
            "enabled_module_names": ["issue_tracking"],
        ]
        return try #require(try await server.order("POST", "/projects.json", ["project": project])["project"]["id"].int)
    }

    /// What happens after answers were lost.
    func turn() async throws {
        switch setUp {
        case .descriptionOff, .descriptionReadOnly, .mayNotSee, .twoServers: break
        case .keyReplaced:
            try await hideFromGuests()
            try await replaceKey(String(repeating: "a", count: 40))
        case .guestsMayAdd:
            try await hideFromGuests()
            try await replaceKey(String(repeating: "b", count: 40))
            try await server.sql(
                "update roles set permissions = permissions || '- :add_issues' || char(10) where builtin = 2")
        case .userLocked:
            try await hideFromGuests()
            try await server.sql("update users set status = 3 where id = \(userID)")
        case .restOff: try await setREST("0")
        case .projectClosed: try await server.order("PUT", "/projects/\(name)/close.json")
        case .projectArchived: try await server.order("PUT", "/projects/\(name)/archive.json")
        case .issueMoved:
            let hidden = try await Self.project(server, name + "-hidden", trackerID, isPublic: false)
            try await server.sql("update issues set project_id = \(hidden) where subject like '\(name) after%'")
        }
    }

    /// Takes back what `turn` did. The key stays replaced: `newKey` is the one that counts.
    func mend() async throws {
        switch setUp {
        case .descriptionOff, .descriptionReadOnly, .mayNotSee, .twoServers: break
        case .keyReplaced: try await showToGuests()
        case .guestsMayAdd:
            try await showToGuests()
            try await server.sql(
                "update roles set permissions = replace(permissions, '- :add_issues' || char(10), '') where builtin = 2"
            )
        case .userLocked:
            try await showToGuests()
            try await server.sql("update users set status = 1 where id = \(userID)")
        case .restOff: try await setREST("1")
        case .projectClosed: try await server.order("PUT", "/projects/\(name)/reopen.json")
        case .projectArchived: try await server.order("PUT", "/projects/\(name)/unarchive.json")
        case .issueMoved:
            try await server.sql("update issues set project_id = \(projectID) where subject like '\(name) after%'")
        }
    }

    /// The key that is right after `turn`, where that replaced it.
    var newKey: String? {
        switch setUp {
        case .keyReplaced: String(repeating: "a", count: 40)
        case .guestsMayAdd: String(repeating: "b", count: 40)
        default: nil
        }
    }

    /// What there is more than once, as the server's own database has it.
    func doubled() async throws -> [String] {
        try await server.sql(
            "select subject from issues where subject like '\(name) %' group by subject having count(*) > 1"
        )
        .compactMap { $0.first?.text }
    }

    /// A colleague makes the issues private: members go on to see them.
    private func hideFromGuests() async throws {
        try await server.sql("update issues set is_private = 1 where subject like '\(name) after%'")
    }

    private func showToGuests() async throws {
        try await server.sql("update issues set is_private = 0 where subject like '\(name) after%'")
    }

    private func replaceKey(_ key: String) async throws {
        try await server.sql("update tokens set value = '\(key)' where action = 'api' and user_id = \(userID)")
    }

    private func setREST(_ value: String) async throws {
        try await server.sql(
            "update settings set value = '\(value)', updated_on = strftime('%Y-%m-%d %H:%M:%f', 'now') where name = "
                + "'rest_api_enabled'"
        )
    }
}
