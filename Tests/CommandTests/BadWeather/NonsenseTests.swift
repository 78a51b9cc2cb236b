import Foundation
import Testing

/// Answers to what a create has to ask first (create screens, tags, labels, states) that say nothing: a fault of the
/// moment.
@Suite("Nonsense for an answer to what is asked first", .timeLimit(.minutes(5)))
struct NonsenseTests {
    private struct Nonsense: Sendable {
        let status: Int
        let body: String
        let text: String

        init(_ status: Int, _ text: String, as body: String = "json") {
            self.status = status
            self.body = body
            self.text = text
        }
    }

    private static func nonsense(_ system: String) -> [Nonsense] {
        var all = [200, 400, 404, 500].flatMap {
            [Nonsense($0, "{}"), Nonsense($0, "a page", as: "html"), Nonsense($0, "", as: "empty")]
        }
        all += [
            "null", "[]", "\"text\"", "0", "{\"data\":null}", "{\"data\":{}}", "{\"data\":{\"nodes\":[]}}",
            "{\"data\":[{}]}", "{\"da",
        ]
        .map { Nonsense(200, $0) }
        switch system {
        case "asana":
            all += [
                Nonsense(400, "{\"errors\":[]}"), Nonsense(403, "{\"errors\":[{}]}"),
                Nonsense(404, "{\"errors\":[{\"message\":\"\"}]}"),
            ]
            all += [Nonsense(200, "{\"data\":[],\"errors\":[{\"message\":\"no\"}]}")]
        case "jira":
            all += [
                Nonsense(404, "{\"errorMessages\":[],\"errors\":{}}"), Nonsense(400, "{\"message\":\"\"}"),
                Nonsense(413, "{}"),
            ]
            all += ["issueTypes", "createMetaIssueType", "fields"].flatMap {
                [Nonsense(200, "{\"\($0)\":[]}"), Nonsense(200, "{\"\($0)\":{}}"), Nonsense(200, "{\"\($0)\":[{}]}")]
            }
        default:
            all += ["null", "{}", "[]", "{\"nodes\":null}", "{\"nodes\":{}}", "{\"nodes\":[{}]}"].map {
                Nonsense(200, "{\"data\":{\"issueLabels\":\($0),\"workflowStates\":\($0)}}")
            }
            all += [
                Nonsense(400, "{\"errors\":[{\"message\":\"\"}]}"), Nonsense(413, "", as: "html"),
                Nonsense(200, "{\"errors\":[]}"),
            ]
        }
        return all
    }

    @Test(
        "however often it is asked, nothing is refused for it, and all is delivered after it", arguments: Bench.systems)
    func asked(_ system: String) async throws {
        let all = Self.nonsense(system)
        let bench = try await Bench([])
        let names = all.indices.map { "n\($0)" }
        try await bench.emulator.ask(
            "POST", "/tokens", .array(names.map { ["system": .string(system), "token": .string("token-\($0)")] }))
        try await bench.adopt(names.map { bench.row(system, name: $0).setting("accessToken", .string("token-\($0)")) })
        for name in names {
            try await bench.take(Bench.tasks(2, meeting: name).map(Self.demanding), for: name)
        }
        try await bench.emulator.ask(
            "POST", "/faults",
            .array(
                zip(names, all).map { name, nonsense in
                    [
                        "id": .string(name), "system": .string(system), "token": .string("token-\(name)"),
                        "operation": "discover",
                        "kind": "status", "status": .integer(nonsense.status), "body": .string(nonsense.body),
                        "text": .string(nonsense.text), "times": 0,
                    ]
                }))
        for _ in 0..<2 {
            let run = try await bench.desk.run("sync")
            #expect(
                run.summary["refused"] == 0 && run.summary["unknown"] == 0 && run.summary["delivered"] == 0, run.told)
        }
        let states = try await bench.states()
        let faults = try await bench.emulator.ask("GET", "/faults")["faults"].items
        for (name, nonsense) in zip(names, all) {
            #expect(states[name] == ["waiting": 2], "\(system): \(nonsense)")
            let applied = faults.first { $0["id"].text == name }?["applied"].int ?? 0
            #expect(applied > 0, "\(system): \(nonsense)")
        }
        try await bench.emulator.ask("DELETE", "/faults")
        try await bench.syncToTheEnd()
        let tasks = try await bench.emulator.tasks(system)
        #expect(
            tasks.count == 2 * all.count && tasks.allSatisfy { $0["labels"].items.contains("follow-up") },
            "\(tasks.count)")
    }

    /// A task that cannot be sent before something was asked.
    private static func demanding(_ task: JSON) -> JSON {
        task.setting("labels", ["follow-up"]).setting("status", "done").setting("priority", "high")
    }
}
