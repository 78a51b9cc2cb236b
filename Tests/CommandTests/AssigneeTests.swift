import Foundation
import Testing

/// Somebody whom the mapping names is not there any more.
@Suite("Assignees whom the system does not take", .timeLimit(.minutes(12)))
struct AssigneeTests {
    private static let left = "bob@example.com"
    private static let here = "alice@example.com"

    /// Tasks of which every seventh is for who left; the others are for somebody who is there.
    private static func tasks(_ count: Int) -> [JSON] {
        Bench.tasks(count).enumerated().map { place, task in
            task.setting("assignee", .string(place % 7 == 3 ? left : here))
        }
    }

    /// Requests that it takes to make 60 tasks: the batches, what has to be asked first, and as often again what was
    /// refused at first.
    private static let requestsMax = ["asana": 6 + 6, "jira": 2 + 2 + 2, "linear": 2 + 1]

    @Test(
        "they left: each task is made in the one sync, theirs without an assignee and with a warning",
        arguments: Bench.systems)
    func deactivated(_ system: String) async throws {
        let bench = try await Bench([system])
        try await bench.emulator.ask(
            "POST", "/people", ["system": .string(system), "email": .string(Self.left), "active": false])
        // Whose token it is, is asked once in the life of an integration.
        _ = try await bench.desk.run("integration", "check", system)
        try await bench.take(Self.tasks(60), for: system)
        try await bench.emulator.ask("DELETE", "/counters")
        let sync = try await bench.desk.must("sync")
        #expect(sync.summary["delivered"] == 60, sync.told)
        let requests = try await bench.emulator.counters(system)["requests"].int ?? 0
        #expect(requests <= Self.requestsMax[system] ?? 0, "\(system): \(requests) requests")
        try await expectMade(60, bench, system)
        let warning = try await bench.delivery("m-4", system)["warnings"][0]
        #expect(warning["code"] == "assignee_refused" && warning["field"] == "assignee", "\(warning.line)")
        #expect(
            warning["text"].text?.contains(Self.left) == true
                && warning["text"].text?.contains("assigneeMapping") == true)
        #expect(try await bench.delivery("m-1", system)["warnings"].items.isEmpty)
    }

    /// Each is there once; who is there has theirs, and who left has none.
    private func expectMade(_ count: Int, _ bench: Bench, _ system: String) async throws {
        let made = try await bench.emulator.tasks(system)
        #expect(
            Set(made.compactMap { $0["title"].text }).count == count && made.count == count, "\(system): \(made.count)")
        #expect(made.filter { $0["assignee"].text == Self.here }.count == count - (count + 3) / 7, "\(system)")
        #expect(made.filter { $0["assignee"].text == Self.left }.isEmpty)
    }

    @Test("the mapping names an id of nobody: the same", arguments: Bench.systems, [true, false])
    func unknownID(_ system: String, looksLikeOne: Bool) async throws {
        let bench = try await Bench([])
        let real = Bench.people[system]?[Self.left]?.text ?? ""
        let nobody = looksLikeOne ? String(real.dropLast(2)) + "99" : "bob"
        let row = bench.row(system)
        let people = row["settings"]["assigneeMapping"].setting(Self.left, .string(nobody))
        try await bench.adopt([row.setting("settings", row["settings"].setting("assigneeMapping", people))])
        try await bench.take(Self.tasks(30), for: system)
        let sync = try await bench.desk.must("sync")
        #expect(sync.summary["delivered"] == 30, sync.told)
        try await expectMade(30, bench, system)
        let warning = try await bench.delivery("m-4", system)["warnings"][0]
        #expect(
            warning["code"] == "assignee_refused" && warning["text"].text?.contains(nobody) == true, "\(warning.line)")
    }

    /// What may come in place of Linear's list of users.
    static let nonsense: [JSON] = [
        ["status": 200, "body": "json", "text": "{}"],
        ["status": 200, "body": "json", "text": #"{"data":{"users":null}}"#],
        ["status": 200, "body": "json", "text": #"{"data":{"users":{"nodes":[],"pageInfo":{"hasNextPage":false}}}}"#],
        ["status": 200, "body": "json", "text": #"{"data":{"users":{"nodes":[{"id":7}]}}}"#],
        ["status": 200, "body": "html"],
        ["status": 400, "body": "vendor"], ["status": 403, "body": "vendor"],
        ["status": 503, "body": "text", "text": "busy"],
    ]

    @Test(
        "no answer to the question who is there keeps a task back, or an assignee who is there off it",
        arguments: nonsense.indices)
    func askedInVain(_ place: Int) async throws {
        let bench = try await Bench(["linear"])
        let fault: JSON = ["kind": "status", "system": "linear", "operation": "users", "times": 0]
        try await bench.emulator.fault(.object(fault.members.merging(Self.nonsense[place].members) { $1 }))
        try await bench.take(Self.tasks(8), for: "linear")
        let sync = try await bench.desk.must("sync")
        #expect(sync.summary["delivered"] == 8, sync.told)
        #expect(try await bench.emulator.tasks("linear").filter { $0["assignee"].text == Self.left }.count == 1)
        // Where it helps to know and cannot be known, the batches are halved until it shows.
        try await bench.emulator.ask(
            "POST", "/people", ["system": "linear", "email": .string(Self.left), "active": false])
        try await bench.take(
            Bench.tasks(50, meeting: "n").map {
                $0.setting("assignee", .string($0["id"] == "n-20" ? Self.left : Self.here))
            })
        try await bench.emulator.ask("DELETE", "/counters")
        let second = try await bench.desk.run("sync", "--integration", "linear", "--meeting", "n")
        #expect(second.summary["delivered"] == 50, second.told)
        let batches = try await bench.emulator.counters("linear")["byOperation"]["issueBatchCreate"].int ?? 0
        #expect(batches <= 14, "\(batches) batches")
        #expect(try await bench.delivery("n-20", "linear")["warnings"][0]["code"] == "assignee_refused")
    }

    @Test("what a task lacks besides is still refused, with the system's words", arguments: ["asana", "jira"])
    func otherReasons(_ system: String) async throws {
        let bench = try await Bench([system])
        try await bench.emulator.ask(
            "POST", "/people", ["system": .string(system), "email": .string(Self.left), "active": false])
        let words = #"{"errors":{"summary":"no"},"errorMessages":[]}"#
        let inner = system == "asana" ? #"{"errors":[{"message":"name: no"}]}"# : words
        let text =
            system == "asana"
            ? #"{"data":[{"status_code":400,"headers":{},"body":\#(inner)}]}"#
            : #"{"issues":[],"errors":[{"status":400,"failedElementNumber":0,"elementErrors":\#(inner)}]}"#
        // The first is refused for its assignee; when it comes again, for something else.
        try await bench.emulator.fault([
            "kind": "status", "status": system == "asana" ? 200 : 400, "system": .string(system), "operation": "create",
            "skip": 1,
            "body": "json", "text": .string(text),
        ])
        try await bench.take([Bench.tasks(1)[0].setting("assignee", .string(Self.left))], for: system)
        let sync = try await bench.desk.run("sync")
        #expect(sync.summary["refused"] == 1, sync.told)
        #expect(try await bench.emulator.count(system) == 0)
    }
}
