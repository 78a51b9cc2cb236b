import Foundation
import Testing

/// A proxy before the system takes no request beyond a size: HTTP 413, and nothing was done.
@Suite("Requests that are too large", .timeLimit(.minutes(10)))
struct TooLargeTests {
    private static let bytesMax = 200_000
    private static let count = 500
    /// Descriptions of which a whole batch is larger than the proxy takes.
    private static let usual = ["asana": 25_000, "jira": 5_000, "linear": 5_000]

    /// Longer in a request than here: Linear and Asana write a quotation mark in two bytes, Jira makes a paragraph of
    /// every letter.
    private static func hugeDescription(_ system: String) -> String {
        system == "jira" ? String(repeating: "a\n\n", count: 5_000) : String(repeating: "\"", count: 130_000)
    }

    @Test(
        "of a batch that is refused for its size all is delivered but the one task that is too large alone",
        arguments: Bench.systems)
    func halved(_ system: String) async throws {
        let bench = try await Bench([system])
        let usual = String(repeating: "x", count: try #require(Self.usual[system]))
        var tasks = Bench.tasks(Self.count).map { $0.setting("description", .string(usual)) }
        tasks[222] = tasks[222].setting("description", .string(Self.hugeDescription(system)))
        try await bench.take(tasks, for: system)
        try await bench.emulator.fault([
            "id": "proxy", "system": .string(system), "operation": "create", "kind": "too-large",
            "bytes": .integer(Self.bytesMax),
        ])
        let run = try await bench.desk.run(["sync"], within: .seconds(120))
        #expect(run.status == 1 && run.summary["delivered"] == 499 && run.summary["refused"] == 1, run.told)
        #expect(run.summary["unknown"] == 0 && run.summary["waiting"] == 0, run.told)
        #expect(try await bench.emulator.count(system) == Self.count - 1)
        let refused = try #require(run.result["tasks"].items.first { $0["state"] == "refused" })
        #expect(refused["taskId"] == "m-223" && refused["error"]["code"] == "task_too_large", run.told)
        let words = try #require(refused["error"]["message"].text)
        let log = try await bench.emulator.ask("GET", "/log?last=10000&system=\(system)")["requests"].items
        let refusals = log.filter { $0["status"] == 413 }.compactMap { $0["bodyBytes"].int }
        #expect(refusals.contains { $0 > 250_000 && words.contains("has \($0) bytes") }, "\(words), \(refusals)")
        #expect(words.contains("`patchbay retry m-223`"), "\(words)")
        // What size goes through is learned, not asked of every batch anew.
        print("too large, \(system): \(refusals.count) refusals of \(log.count) requests")
        #expect(refusals.count <= 40, "\(system): \(refusals)")
    }

    @Test("the one that was refused is sent once the limit is raised", arguments: Bench.systems)
    func raised(_ system: String) async throws {
        let bench = try await Bench([system])
        let words = String(repeating: "as long as that ", count: 1_200)
        let tasks: [JSON] = (1...3).map { number in
            ["id": .string("m-\(number)"), "title": .string("Task \(number)"), "description": .string(words)]
        }
        try await bench.take(tasks, for: system)
        try await bench.emulator.fault([
            "system": .string(system), "operation": "create", "kind": "too-large", "bytes": 10, "body": "empty",
        ])
        let run = try await bench.desk.run("sync")
        #expect(run.status == 1 && run.summary["refused"] == 3, run.told)
        #expect(run.result["tasks"].items.allSatisfy { $0["error"]["code"] == "task_too_large" }, run.told)
        try await bench.emulator.ask("DELETE", "/faults")
        try await bench.desk.must("retry", "--all")
        try await bench.syncToTheEnd()
        try await bench.expectOnce(tasks, in: system)
    }

    @Test("a look-up that is refused for its size is made in halves, and what size goes through is learned")
    func lookUps() async throws {
        let bench = try await Bench(["linear"])
        let tasks = Bench.tasks(90)
        try await bench.take(tasks, for: "linear")
        try await bench.emulator.fault(["system": "linear", "operation": "create", "kind": "drop-after", "times": 0])
        _ = try await bench.desk.run("sync")
        #expect(try await bench.states("linear") == ["unknown": 90])
        try await bench.emulator.ask("DELETE", "/faults")
        // A look-up of twenty has about that size.
        try await bench.emulator.fault(["system": "linear", "operation": "issues", "kind": "too-large", "bytes": 1_100])
        let run = try await bench.desk.run("sync", "--wait", "--integration", "linear")
        #expect(run.status == 0 && run.summary["delivered"] == 90, run.told)
        try await bench.expectOnce(tasks, in: "linear")
        let log = try await bench.emulator.ask("GET", "/log?last=1000&system=linear")["requests"].items
        let lookUps = log.filter { $0["operation"] == "issues" }
        let refused = lookUps.count { $0["status"] == 413 }
        print("too large, look-ups: \(refused) refusals of \(lookUps.count)")
        #expect(refused >= 1 && refused <= 4, "\(lookUps)")
    }
}
