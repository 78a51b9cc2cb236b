import Foundation
import Synchronization
import TestSupport
import Testing

extension RealServerTests {
    /// A project of its own, with somebody in it who is locked later.
    private struct Place {
        let desk: Workbench
        let proxy: CuttingProxy
        let posts: @Sendable () -> Int
        let goneID: Int

        init(_ server: RedmineServer, _ name: String) async throws {
            let count = Counter()
            posts = { count.value }
            proxy = try CuttingProxy(to: server.port) { request in
                if request.hasPrefix("POST ") { count.add() }
                return .passed
            }
            let role = try #require(
                try await server.sql("select id from roles where name = 'Manager'").first?.first?.int)
            let project: JSON = [
                "name": .string(name), "identifier": .string(name), "enabled_module_names": ["issue_tracking"],
            ]
            try await server.order("POST", "/projects.json", ["project": project])
            let user = try await server.order(
                "POST", "/users.json",
                [
                    "user": [
                        "login": .string(name), "firstname": "Gone", "lastname": .string(name),
                        "mail": .string(name + "@example.test"),
                        "password": "at least eight",
                    ]
                ])
            goneID = try #require(user["user"]["id"].int)
            for id in [goneID, Int(server.userID) ?? 0] {
                try await server.order(
                    "POST", "/projects/\(name)/memberships.json",
                    ["membership": ["user_id": .integer(id), "role_ids": [.integer(role)]]])
            }
            desk = try Workbench()
            try await desk.must("init")
            let people =
                "assigneeMapping={\"gone@example.test\": \"\(goneID)\", \"alice@example.test\": \"\(server.userID)\"}"
            try await desk.must(
                "integration", "add", "chores", "--type", "redmine", "--set", "host=" + proxy.url, "--set",
                "projectId=" + name, "--set",
                people)
            try await desk.must("token", "set", "chores", input: server.key)
        }

        func add(_ ids: String..., assignee: String? = nil) async throws {
            let tasks: [JSON] = ids.map {
                let task: JSON = ["id": .string($0), "title": .string("Task " + $0)]
                return assignee.map { task.setting("assignee", .string($0)) } ?? task
            }
            try await desk.must(
                "task", "import", "-", "--integration", "chores", input: tasks.map(\.line).joined(separator: "\n"))
        }

        /// Syncs, and gives what stopped it.
        func stopped() async throws -> String {
            let sync = try await desk.run("sync")
            #expect(sync.status != 0 && sync.summary["delivered"] == 0, sync.told)
            return sync.told.rawValue
        }
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add() { count.withLock { $0 += 1 } }
    }

    @Test(
        """
        a closed project and a REST interface that is off are told by their own words, sent nothing to, and gone on \
        with when they are open
        """,
        .enabled(if: RedmineServer.program != nil, "PATCHBAY_REDMINE names no program that starts a Redmine"))
    func closing() async throws {
        let server = try await RedmineServer.shared.value
        let place = try await Place(server, "shut")
        defer { place.proxy.stop() }
        try await place.add("first")
        try await place.desk.must("sync")
        let before = place.posts()
        try await place.add("a", "b")
        try await server.order("PUT", "/projects/shut/close.json")
        for _ in 1...3 {
            let told = try await place.stopped()
            #expect(told.contains("is closed and takes no issues") && told.contains("Reopen it"), "\(told)")
        }
        let check = try await place.desk.run("integration", "check", "chores")
        #expect(check.result["problems"][0]["code"] == "project_closed", check.told)
        try await server.order("PUT", "/projects/shut/reopen.json")
        let setting =
            "update settings set value = '%', updated_on = strftime('%Y-%m-%d %H:%M:%f', 'now') where name = "
            + "'rest_api_enabled'"
        try await server.sql(setting.replacingOccurrences(of: "'%'", with: "'0'"))
        for _ in 1...3 {
            let told = try await place.stopped()
            #expect(
                told.contains("REST interface is turned off") && told.contains("Administration, Settings, API"),
                "\(told)")
        }
        let off = try await place.desk.run("integration", "check", "chores")
        #expect(off.code == "token_forbidden" && off.message.contains("REST interface is turned off"), off.told)
        try await server.sql(setting.replacingOccurrences(of: "'%'", with: "'1'"))
        #expect(place.posts() == before, "it was sent to \(place.posts() - before) times")
        let sync = try await place.desk.must("sync")
        #expect(sync.summary["delivered"] == 2, sync.told)
    }

    @Test(
        "an assignee who was locked costs the assignee, and no task",
        .enabled(if: RedmineServer.program != nil, "PATCHBAY_REDMINE names no program that starts a Redmine"))
    func locked() async throws {
        let server = try await RedmineServer.shared.value
        let place = try await Place(server, "locked")
        defer { place.proxy.stop() }
        try await place.add("a", assignee: "gone@example.test")
        try await place.desk.must("sync")
        #expect(try await place.desk.must("task", "show", "a").result["deliveries"][0]["warnings"].items.isEmpty)
        try await server.sql("update users set status = 3 where id = \(place.goneID)")
        let before = place.posts()
        try await place.add("b", "c", "d", "e", assignee: "gone@example.test")
        try await place.add("f", assignee: "alice@example.test")
        let sync = try await place.desk.must("sync")
        #expect(sync.summary["delivered"] == 5, sync.told)
        // Each that was under way before one of them came back taken went twice.
        #expect(place.posts() - before <= 5 + 4)
        let warning = try await place.desk.must("task", "show", "b").result["deliveries"][0]["warnings"][0]
        #expect(
            warning["code"] == "assignee_refused" && warning["text"].text?.contains("gone@example.test") == true,
            "\(warning.line)")
        let issues = try await server.ask("/projects/locked/issues.json?limit=100")["issues"].items
        #expect(Set(issues.compactMap { $0["subject"].text }).count == 6 && issues.count == 6)
        #expect(issues.filter { $0["assigned_to"]["id"].int == place.goneID }.count == 1)
        #expect(issues.filter { $0["assigned_to"]["id"].int == Int(server.userID) }.count == 1)
    }
}
