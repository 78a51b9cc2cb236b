import Foundation
import Testing

@Suite("Workflow actions", .timeLimit(.minutes(12)))
struct ActionTests {
    @Test("an action takes the tasks of its meeting, and tells of each where it is")
    func meeting() async throws {
        let bench = try await Bench(["asana"])
        try await bench.desk.must("task", "import", Built.root + "/Examples/meeting.jsonl")
        try await bench.take(Bench.tasks(1, meeting: "other"))
        let run = try await bench.desk.must("run", Built.root + "/Examples/create-tasks.json")
        #expect(run.summary["delivered"] == 5, run.told)
        #expect(run.result["integration"] == "asana" && run.result["tasks"].items.count == 5)
        for task in run.result["tasks"].items {
            #expect(
                task["state"] == "delivered" && task["externalId"].text != nil && task["url"].text != nil,
                "\(task.line)")
        }
        let again = try await bench.desk.must("run", Built.root + "/Examples/create-tasks.json")
        #expect(again.summary["delivered"] == 0 && again.result["tasks"] == run.result["tasks"], again.told)
        #expect(try await bench.emulator.count("asana") == 5)
    }

    @Test("an action brings its tasks along, all or none, and a second run makes no second one")
    func inline() async throws {
        let bench = try await Bench(["jira"])
        func action(_ tasks: [JSON]) -> String {
            JSON.object([
                "type": "create_tasks", "config": ["externalSystem": "jira", "meetingId": "m", "tasks": .array(tasks)],
            ]).line
        }
        let bad = try await bench.desk.run("run", "-", input: action([["title": "Good"], ["title": "  "]]))
        #expect(bad.status == 2 && bad.code == "task_invalid", bad.told)
        #expect(try await bench.desk.must("task", "list").summary["count"] == 0)
        let run = try await bench.desk.must(
            "run", "-", input: action([["title": "One"], ["title": "Two"], ["title": "One"]]))
        #expect(run.result["tasks"].items.map { $0["title"].text } == ["One", "Two", "One"], run.told)
        #expect(run.result["tasks"].items.allSatisfy { $0["externalId"].text != nil })
        try await bench.desk.must("run", "-", input: action([["title": "One"], ["title": "Two"], ["title": "One"]]))
        #expect(try await bench.emulator.count("jira") == 3)
    }

    @Test("an action whose task is refused ends with 1 and says which, and why")
    func refused() async throws {
        let bench = try await Bench(["asana"])
        try await bench.emulator.fault(["system": "asana", "operation": "create", "kind": "status", "status": 403])
        let action: JSON = [
            "type": "create_tasks", "config": ["externalSystem": "asana", "tasks": [["id": "a", "title": "One"]]],
        ]
        let run = try await bench.desk.run("run", "-", input: action.line)
        #expect(run.status == 1 && run.envelope["ok"] == false && run.error.isNull, run.told)
        #expect(
            run.result["tasks"][0]["taskId"] == "a" && run.result["tasks"][0]["error"]["code"] == "token_forbidden",
            run.told)
    }

    @Test("an action that cannot be meant is refused before anything is sent")
    func malformed() async throws {
        let bench = try await Bench(["asana"])
        let cases: [(JSON, String)] = [
            (["type": "delete_tasks", "config": [:]], "input_invalid"), (["type": "create_tasks"], "input_invalid"),
            (["type": "create_tasks", "config": ["meetingId": "m"]], "input_invalid"),
            (["type": "create_tasks", "config": ["externalSystem": "asana"]], "input_invalid"),
            (
                ["type": "create_tasks", "config": ["externalSystem": "trello", "meetingId": "m"]],
                "integration_not_found"
            ),
        ]
        for (action, code) in cases {
            let run = try await bench.desk.run("run", "-", input: action.line)
            #expect(run.status == 2 && run.code == code, run.told)
        }
        #expect(try await bench.desk.run("run", "-", input: "{").code == "input_invalid")
        #expect(try await bench.desk.run("run", bench.desk.scratch("nothing")).code == "input_unreadable")
        #expect(try await bench.emulator.requests() == 0)
    }
}
