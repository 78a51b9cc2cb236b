import Foundation
import Testing

/// A moved file is foreign text, and the home that takes it may hold something already.
@Suite("What a home does not take from another", .timeLimit(.minutes(12)))
struct RefusedMoveTests {
    private static let ids = (1...9).map { "0a1b2c3d-0003-4000-8000-00000000000\($0)" }

    private static func line(_ id: String, _ deliveries: [JSON]) -> JSON {
        ["id": .string(id), "title": .string("Title of \(id)"), "deliveries": .array(deliveries)]
    }

    private static func delivered(_ integration: String, _ number: Int, as externalID: String) -> JSON {
        [
            "integration": .string(integration), "state": "delivered", "deliveryId": .string(ids[number]),
            "externalId": .string(externalID),
            "type": "jira",
        ]
    }

    @Test(
        "a line names what is wrong with it, and the others are kept; with --strict none is", arguments: [false, true])
    func lines(_ strict: Bool) async throws {
        let bench = try await Bench(["jira", "asana"])
        try await bench.take([Self.line("first", [Self.delivered("jira", 0, as: "10001")])])
        let lines: [JSON] = [
            Self.line("second", [Self.delivered("jira", 0, as: "10002")]),
            Self.line("third", [Self.delivered("trello", 1, as: "10003")]),
            Self.line("fourth", [Self.delivered("asana", 2, as: "10004")]),
            Self.line("fifth", [Self.delivered("jira", 3, as: "10005")]),
            Self.line("sixth", [Self.delivered("jira", 3, as: "10006")]),
            Self.line("seventh", [["integration": "jira", "state": "unknown"]]),
        ]
        let run = try await bench.desk.run(
            ["task", "import", "-"] + (strict ? ["--strict"] : []), input: lines.map(\.line).joined(separator: "\n"))
        #expect(run.status == 2 && run.summary["added"].int == (strict ? 0 : 1), run.told)
        // With --strict what a line says is read before the store is asked.
        let errors = run.result["errors"].items.sorted { ($0["line"].int ?? 0) < ($1["line"].int ?? 0) }
        #expect(errors.map { $0["line"].int } == (strict ? [2, 3, 6] : [1, 2, 3, 5, 6]), run.told)
        func words(_ line: Int) -> String { errors.first { $0["line"].int == line }?["message"].text ?? "" }
        if !strict {
            #expect(words(1).contains("task first's") && words(5).contains("task fifth's"), run.told)
        }
        #expect(
            words(2).contains("field deliveries[0].integration") && words(2).contains("no integration is named trello"),
            run.told)
        #expect(
            words(3).contains("field deliveries[0].type") && words(3).contains("asana is of type asana here"), run.told)
        #expect(words(6).contains("field deliveries[0].deliveryId") && words(6).contains("is required"), run.told)
    }

    @Test("with --strict a delivery id that is another task's keeps everything out") func strict() async throws {
        let bench = try await Bench(["jira"])
        try await bench.take([Self.line("first", [Self.delivered("jira", 0, as: "10001")])])
        for (place, number) in [("second", 0), ("third", 1)] {
            let lines = [
                Self.line("fine", [Self.delivered("jira", 1, as: "10009")]),
                Self.line(place, [Self.delivered("jira", number, as: "10002")]),
            ]
            let run = try await bench.desk.run(
                ["task", "import", "-", "--strict"], input: lines.map(\.line).joined(separator: "\n"))
            #expect(run.status == 2 && run.summary["added"] == 0 && run.result["errors"][0]["line"] == 2, run.told)
            #expect(try await bench.desk.must("task", "list").summary["count"] == 1)
        }
    }

    @Test("what is delivered here stays, what the file knows to be there is not sent again") func conflicting()
        async throws
    {
        let bench = try await Bench(["jira"])
        try await bench.take(
            [["id": "here", "title": "Title of here"], ["id": "there", "title": "Title of there"]], for: "jira")
        try await bench.desk.must("sync", "--integration", "jira", "--task", "here")
        let before = try await bench.delivery("here", "jira")
        let taken = try await bench.take([
            Self.line("here", [Self.delivered("jira", 4, as: "77777")]),
            Self.line("there", [Self.delivered("jira", 5, as: "88888")]),
        ])
        #expect(taken.result["keptOtherwise"][0]["taskId"] == "here", taken.told)
        #expect(try await bench.delivery("here", "jira") == before)
        let adopted = try await bench.delivery("there", "jira")
        #expect(adopted["state"] == "delivered" && adopted["externalId"] == "88888", "\(adopted.line)")
        try await bench.desk.must("sync")
        #expect(try await bench.emulator.count("jira") == 1)
    }

    @Test("what the old home sent after all is looked up, not sent again") func sentAfterAll() async throws {
        let lost = try await LostBench("linear", patience: 60)
        let old = lost.bench
        try await old.take(Bench.tasks(3), for: "linear")
        let early = try await old.desk.must("task", "export").out
        let new = try await NewHouse(beside: old, systems: ["linear"])
        try await new.desk.must("task", "import", "-", input: early)
        // Against all advice the old home syncs, and loses the answer.
        try await old.emulator.fault(["kind": "drop-after", "system": "linear", "operation": "create", "times": 1])
        _ = try await old.desk.run("sync", "--integration", "linear")
        let late = try await old.desk.must("task", "export").out
        #expect(Inventory(JSON.lines(late)).states["unknown"] == 3, "\(late)")
        try await new.desk.must("task", "import", "-", input: late)
        #expect(try await new.states("linear") == ["unknown": 3])
        try await new.settle(["linear"])
        #expect(try await new.states("linear") == ["delivered": 3])
        #expect(try await lost.titles().count == 3)
    }

    @Test("an attempt elsewhere is not looked up with a token that must not go there, and nothing is sent")
    func otherPlace() async throws {
        let lost = try await LostBench("jira")
        try await lost.deliverOne()
        try await lost.lose(made: 2)
        let file = try await lost.bench.desk.must("task", "export").out
        let other = try await Bench(["jira"])
        try await other.desk.must("task", "import", "-", input: file)
        _ = try await other.desk.run("sync", "--integration", "jira")
        #expect(try await other.states("jira") == ["delivered": 1, "unknown": 2])
        #expect(try await other.emulator.count("jira") == 0)
        let told = try await other.desk.run("failures").result["failures"].items.compactMap {
            $0["error"]["message"].text
        }
        #expect(told.allSatisfy { $0.contains("was sent to") && $0.contains("resolve") } && told.count == 2, "\(told)")
    }
}
