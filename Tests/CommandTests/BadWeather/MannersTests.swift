import Foundation
import Testing

/// How well a system's limit was kept, and used, by all integrations on one token.
private struct Manners: CustomStringConvertible {
    let requests: Int
    let refused: Int
    let whileWaiting: Int
    let writesAtOnce: Int
    /// Units sent, of those that the limit had room for between the first request and the last: a full bucket, and what
    /// refilled it.
    let used: Double
    let seconds: Double

    /// `units` is what was sent, as the vendor counts it; nil where each request counts one.
    init(_ bench: Bench, _ system: String, limit: Int, window: Double, units: Int? = nil) async throws {
        let counters = try await bench.emulator.counters(system)
        requests = try #require(counters["requests"].int)
        refused = try #require(counters["rejected"].int)
        whileWaiting = try #require(counters["whileWaiting"].int)
        writesAtOnce = try #require(counters["maxConcurrentWrites"].int)
        let times = try await bench.emulator.ask("GET", "/log?last=10000&system=\(system)")["requests"].items.map {
            try #require(
                try? Date($0["at"].text ?? "", strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        }
        seconds = (times.max() ?? .now).timeIntervalSince(times.min() ?? .now)
        used = Double(units ?? requests - refused) / (Double(limit) * (1 + seconds / window))
    }

    var description: String {
        "\(requests) requests in \(seconds) s, \(refused) refused, \(whileWaiting) while waiting, \(writesAtOnce) "
            + "writes at once, "
            + "\(Int(used * 100)) % of the limit"
    }
}

/// Three windows of each vendor's limit and more, from a budget of which nothing is known, by two integrations on one
/// token.
@Suite("Good manners", .timeLimit(.minutes(15)))
struct MannersTests {
    /// `make torture` runs the true windows; otherwise they are shortened, the host's with them.
    private static let isLong = ProcessInfo.processInfo.environment["PATCHBAY_MANNERS"] == "long"
    private static let window = isLong ? 60.0 : 6.0
    /// A box that is busy with other things may be too slow for the limit: then it is measured once more.
    private static let tries = 3

    private func bench(_ systems: [String], tasksOfEach: Int) async throws -> Bench {
        let bench = try await Bench([])
        try await bench.adopt(systems.flatMap { [bench.row($0, name: $0 + "-one"), bench.row($0, name: $0 + "-two")] })
        for name in systems.flatMap({ [$0 + "-one", $0 + "-two"] }) {
            try await bench.take(Bench.tasks(tasksOfEach, meeting: name), for: name)
        }
        return bench
    }

    private func expect(_ manners: Manners, _ system: String, refusedMax: Int = 1, writesMax: Int) {
        #expect(manners.whileWaiting == 0 && manners.refused <= refusedMax, "\(system): \(manners)")
        #expect(manners.writesAtOnce <= writesMax, "\(system): \(manners)")
    }

    /// A small plan is found out by one refusal. When a large one is reached, ten and five writes are under way, and
    /// both may be refused.
    @Test(
        "a limit that no answer tells, with fifteen writes at once, is learned from a refusal, kept and used",
        arguments: [(150, 1), (1_500, 2)])
    func untold(limit: Int, refusedMax: Int) async throws {
        let tasks = 4 * limit
        for number in 1...Self.tries {
            let bench = try await bench(["asana"], tasksOfEach: tasks / 2)
            try await bench.emulator.ask(
                "POST", "/limits",
                [
                    "system": "asana", "requests": .integer(limit), "windowSeconds": .integer(Int(Self.window)),
                    "concurrentWrites": 15,
                    "concurrentReads": 50,
                ])
            try await bench.emulator.ask("POST", "/latency", ["system": "asana", "workMilliseconds": 20])
            let run = try await bench.desk.run(
                ["sync", "--wait"], environment: Self.isLong ? [:] : ["PATCHBAY_DEBUG_WINDOW_DIVISOR": "10"],
                within: .seconds(400))
            #expect(run.status == 0 && run.summary["delivered"].int == tasks, run.told)
            let manners = try await Manners(bench, "asana", limit: limit, window: Self.window, units: tasks)
            print("manners, asana: \(manners)")
            expect(manners, "asana", refusedMax: refusedMax, writesMax: 15)
            if manners.used >= 0.9 { return }
            #expect(number < Self.tries, "\(manners)")
        }
    }

    @Test("a limit that every answer tells is kept and used, without a refusal", arguments: ["jira", "linear"])
    func told(_ system: String) async throws {
        // Jira's window is a second as it is; Linear's is an hour, and shortened with the host's.
        let (limit, window) = system == "jira" ? (2, 1.0) : (5, Self.window)
        let seam = system == "jira" ? [:] : ["PATCHBAY_DEBUG_WINDOW_DIVISOR": String(Int(3_600 / Self.window))]
        for number in 1...Self.tries {
            let bench = try await bench([system], tasksOfEach: 500)
            try await bench.emulator.ask(
                "POST", "/limits",
                ["system": .string(system), "requests": .integer(limit), "windowSeconds": .integer(Int(window))])
            let run = try await bench.desk.run(["sync", "--wait"], environment: seam, within: .seconds(400))
            #expect(run.status == 0 && run.summary["delivered"] == 1_000, run.told)
            let manners = try await Manners(bench, system, limit: limit, window: window)
            print("manners, \(system): \(manners)")
            expect(manners, system, writesMax: 10)
            if manners.used >= 0.9 { return }
            #expect(number < Self.tries, "\(manners)")
        }
    }
}
