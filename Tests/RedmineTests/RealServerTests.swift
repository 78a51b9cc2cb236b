import PatchbayConnectors
import PatchbayModel
import Synchronization
import TestSupport
import Testing

/// One Redmine serves all of it, because it takes a while to start.
@Suite("The Redmine connector, with a real Redmine", .serialized, .timeLimit(.minutes(12)))
struct RealServerTests {
    @Test(
        "tasks appear there, are found again after lost answers, and are changed",
        .enabled(if: RedmineServer.program != nil, "PATCHBAY_REDMINE names no program that starts a Redmine"))
    func everything() async throws {
        let server = try await RedmineServer.shared.value
        try await deliver(server)
        try await lose(server)
        try await change(server)
        try await discover(server)
    }

    /// Set up by the command as a person would, then synced; the server is asked what it has.
    private func deliver(_ server: RedmineServer) async throws {
        let desk = try await desk(server.url, server)
        let recordings = desk.scratch("recordings")
        let check = try await desk.must("integration", "check", "chores", "--record", recordings)
        #expect(check.out.contains("Alice Demo"), check.told)
        let task: JSON = [
            "id": "a", "title": "Fix the \"door\"", "description": "**Now**\n- soon", "dueDate": "2020-01-02",
            "assignee": "alice@example.test",
            "priority": "high",
        ]
        try await desk.must("task", "import", "-", "--integration", "chores", input: task.line)
        let sync = try await desk.must("sync", "--record", recordings)
        #expect(sync.summary["delivered"] == 1, sync.told)
        let replay = try await desk.must("connector", "replay", Built.plugins + "/redmine.so", recordings)
        #expect(replay.summary["same"] == 2 && replay.summary["skipped"] == 0, replay.told)
        try await desk.must(
            "connector", "test", Built.plugins + "/redmine.so", "--recordings", recordings, "--rounds", "200")
        let issues = try await server.issues()
        let issue = try #require(issues.first)
        #expect(
            issues.count == 1 && issue["subject"] == "Fix the \"door\"" && issue["tracker"]["name"] == "Feature",
            "\(issue.line)")
        #expect(
            issue["priority"]["name"] == "High" && issue["due_date"] == "2020-01-02"
                && issue["assigned_to"]["name"] == "Alice Demo")
        #expect(issue["description"].text?.hasPrefix("**Now**\r\n- soon\r\n\r\npatchbay:") == true, "\(issue.line)")
        let shown = try await desk.must("task", "show", "a").result["deliveries"][0]
        #expect(shown["externalId"].text == issue["id"].int.map(String.init), "\(shown.line)")
        #expect(shown["url"].text == server.url + "/issues/\(shown["externalId"].text ?? "")")
    }

    /// Some answers are lost after the issue was made, some requests before it was.
    private func lose(_ server: RedmineServer) async throws {
        let seen = Mutex<Set<String>>([])
        let proxy = try CuttingProxy(to: server.port) { request in
            guard request.hasPrefix("POST ") else { return .passed }
            let after = ["Lost 2", "Lost 4"].first { request.contains($0) }
            let before = ["Lost 3"].first { request.contains($0) }
            guard let title = after ?? before, seen.withLock({ $0.insert(title).inserted }) else { return .passed }
            return after == nil ? .lostBefore : .lostAfter
        }
        defer { proxy.stop() }
        let desk = try await desk(proxy.url, server)
        // Without it a look-up that finds nothing would have to be a minute late to count.
        try await desk.must("integration", "set", "chores", "--patience", "0")
        let tasks: [JSON] = (1...5).map { ["id": .string("t\($0)"), "title": .string("Lost \($0)")] }
        try await desk.must(
            "task", "import", "-", "--integration", "chores", input: tasks.map(\.line).joined(separator: "\n"))
        var last = try await desk.run("sync", "--wait")
        for _ in 0..<6 where last.status != 0 { last = try await desk.run("sync", "--wait", "--integration", "chores") }
        #expect(last.status == 0 && proxy.losses == 3, last.told)
        let titles = try await server.issues().compactMap { $0["subject"].text }.filter { $0.hasPrefix("Lost") }
        #expect(titles.sorted() == (1...5).map { "Lost \($0)" })
        // One answer was lost after the issue was made, so it was looked up; one before, so it was sent again.
        let lostAfter = try await attempts(desk, "t2")
        let lostBefore = try await attempts(desk, "t3")
        #expect(
            lostAfter == ["create", "find"] && lostBefore == ["create", "find", "create"], "\(lostAfter) \(lostBefore)")
    }

    /// What `explain` says was tried.
    private func attempts(_ desk: Workbench, _ task: String) async throws -> [String] {
        let explained = try await desk.must("explain", task)
        #expect(explained.result["deliveries"][0]["delivery"]["state"] == "delivered", explained.told)
        return explained.result["deliveries"][0]["attempts"].items.compactMap { $0["operation"].text }
    }

    /// An update and a look at what it did, with the connector's own calls.
    private func change(_ server: RedmineServer) async throws {
        let conversing = try Conversing()
        let session = try await conversing.session(host: server.url, Self.settings(server))
        let now = Timestamp.now
        let made = try await session.perform(
            Conversing.operation(.create, TrackedTask(id: "c", title: "Before"), now: now), at: server.url,
            key: server.key)
        let id = try #require(made.outcomes.first?.externalID)
        let due = DueDate(text: "2020-02-03", date: "2020-02-03", time: nil)
        let task = TrackedTask(
            id: "c", title: "After", description: "d\n\ne", dueDate: due, priority: .urgent, status: .done)
        let changes: TaskChanges = [.title, .description, .due, .priority, .status]
        let updated = try await session.perform(
            Conversing.operation(.update, task, externalID: id, changes: changes, now: now), at: server.url,
            key: server.key)
        #expect(
            updated.outcomes.first?.kind == .updated && updated.outcomes.first?.warnings.map(\.code) == ["start_moved"])
        let issue = try await server.ask("/issues/\(id).json")["issue"]
        #expect(
            issue["subject"] == "After" && issue["due_date"] == "2020-02-03" && issue["status"]["name"] == "Closed",
            "\(issue.line)")
        let fetched = try await session.perform(
            Conversing.operation(.fetch, task, externalID: id, now: now), at: server.url, key: server.key)
        let remote = try #require(fetched.outcomes.first?.remote)
        #expect(remote.title == "After" && remote.description == "d\n\ne" && remote.dueDate == "2020-02-03")
        #expect(
            remote.priority == .urgent && remote.status == .done && remote.modifiedAt.milliseconds > 1_700_000_000_000)
        // The marker is still there: the issue is found although it is closed.
        let found = try await session.perform(
            Conversing.operation(.find, task, now: now), at: server.url, key: server.key)
        #expect(found.outcomes.first?.kind == .found && found.outcomes.first?.externalID == id)
        await conversing.catalog.shutdown()
    }

    private func discover(_ server: RedmineServer) async throws {
        let listed = try await desk(server.url, server).must("integration", "discover", "chores")
        let found = listed.result["discovered"].items.map {
            "\($0["setting"].text ?? "") \($0["id"].text ?? "") \($0["name"].text ?? "")"
        }
        let wanted = [
            "projectId demo Demo", "trackerId 2 Feature", "priorityMapping 3 High",
            "assigneeMapping \(server.userID) Alice Demo",
        ]
        for line in wanted { #expect(found.contains(line), listed.told) }
        let conversing = try Conversing()
        let gone = try await conversing.session(
            host: server.url, ["projectId": .text("gone"), "trackerId": .integer(77)])
        let check = try await gone.perform(Conversing.operation(.check), at: server.url, key: server.key)
        #expect(check.account?.problems.map(\.code) == ["project_not_found"])
        await conversing.catalog.shutdown()
    }

    private static func settings(_ server: RedmineServer) -> [String: SettingValue] {
        [
            "trackerId": .integer(2), "priorityMapping": .map(["high": "3", "urgent": "4"]),
            "assigneeMapping": .map(["alice@example.test": server.userID]),
        ]
    }

    /// A home with one integration, ready to be used.
    func desk(_ host: String, _ server: RedmineServer) async throws -> Workbench {
        let desk = try Workbench()
        try await desk.must("init")
        let settings: JSON = [
            "host": .string(host), "projectId": "demo", "trackerId": 2, "priorityMapping": ["high": "3"],
            "assigneeMapping": ["alice@example.test": .string(server.userID)],
        ]
        let file = try desk.scratch.write("settings.json", settings.line)
        try await desk.must("integration", "add", "chores", "--type", "redmine", "--settings", file)
        try await desk.must("token", "set", "chores", input: server.key)
        return desk
    }
}
