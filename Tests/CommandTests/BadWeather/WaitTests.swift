import Foundation
import Testing

/// What a vendor asks to wait holds for every host and every integration with the token: no request before its time.
@Suite("Waits", .timeLimit(.minutes(10)))
struct WaitTests {
    /// How a system tells a wait, and what its clock does.
    struct Telling: Sendable, CustomTestStringConvertible {
        let system: String
        let asDate: Bool
        /// The system's clock; ours is right.
        let clock: JSON

        var testDescription: String { "\(system), \(asDate ? "as a time" : "in seconds"), \(clock.line)" }
    }

    static let tellings =
        Bench.systems.map { Telling(system: $0, asDate: false, clock: [:]) } + [
            Telling(system: "asana", asDate: true, clock: [:]),
            Telling(system: "asana", asDate: true, clock: ["clockSeconds": 7_200]),
            Telling(system: "jira", asDate: true, clock: ["clockSeconds": -7_200]),
            Telling(system: "linear", asDate: true, clock: ["date": false]),
        ]

    @Test(
        "a wait told in seconds, or as a time by a clock that is wrong, is waited out and no longer",
        arguments: tellings)
    func told(_ telling: Telling) async throws {
        let bench = try await Bench([telling.system])
        try await bench.emulator.ask("POST", "/clock", telling.clock.setting("system", .string(telling.system)))
        try await bench.take(Bench.tasks(5), for: telling.system)
        try await bench.emulator.fault([
            "system": .string(telling.system), "operation": "create", "kind": "status", "status": 429, "retryAfter": 2,
            "retryAfterDate": .boolean(telling.asDate),
        ])
        let begun = ContinuousClock.now
        try await bench.syncToTheEnd()
        try await bench.expectOnce(Bench.tasks(5), in: telling.system)
        let counters = try await bench.emulator.counters(telling.system)
        #expect(
            counters["whileWaiting"] == 0 && counters["rejected"] == 0, "\(telling.testDescription): \(counters.line)")
        #expect(ContinuousClock.now - begun < .seconds(60), "\(telling.testDescription)")
    }

    @Test(
        "two hosts, and two integrations on one token, send nothing before the time that one of them was told",
        arguments: [("asana", false), ("jira", true), ("linear", false)])
    func together(_ system: String, _ asDate: Bool) async throws {
        let bench = try await Bench([])
        let names = ["one", "two"]
        try await bench.adopt(names.map { bench.row(system, name: $0) })
        let count = system == "asana" ? 60 : 600
        for name in names { try await bench.take(Bench.tasks(count, meeting: name), for: name) }
        try await bench.emulator.ask("POST", "/latency", ["system": .string(system), "workMilliseconds": 20])
        // One after the other, each when the one before is over.
        for skip in [3, 8, 14] {
            try await bench.emulator.fault([
                "system": .string(system), "operation": "create", "kind": "status", "status": 429, "retryAfter": 2,
                "skip": .integer(skip),
                "retryAfterDate": .boolean(asDate),
            ])
        }
        let desk = bench.desk
        async let first = desk.run(["sync", "--wait", "--integration", "one"])
        async let second = desk.run(["sync", "--wait", "--integration", "two"])
        for run in try await [first, second] { #expect(run.status == 0, run.told) }
        #expect(try await bench.emulator.count(system) == 2 * count)
        let counters = try await bench.emulator.counters(system)
        print("waits, \(system): \(counters.line)")
        #expect(counters["whileWaiting"] == 0, "\(counters.line)")
    }

    @Test("a system in trouble that says for how long is left alone for as long", arguments: Bench.systems)
    func fault(_ system: String) async throws {
        let bench = try await Bench([system])
        try await bench.desk.must("integration", "set", system, "--patience", "0")
        try await bench.take(Bench.tasks(5), for: system)
        try await bench.emulator.fault([
            "system": .string(system), "operation": "create", "kind": "status", "status": 503, "retryAfter": 3,
            "retryAfterDate": true,
        ])
        try await bench.syncToTheEnd()
        #expect(try await bench.emulator.counters(system)["whileWaiting"] == 0)
    }

    @Test(
        "a wait of more than a day is kept as a day, told with both times, and then asked about once",
        arguments: Bench.systems)
    func longer(_ system: String) async throws {
        let bench = try await Bench([])
        try await bench.adopt(["one", "two"].map { bench.row(system, name: $0) })
        for name in ["one", "two"] { try await bench.take(Bench.tasks(120, meeting: name), for: name) }
        try await bench.emulator.fault([
            "system": .string(system), "kind": "status", "status": 429, "retryAfter": 864_000, "times": 0,
        ])
        let clock = bench.desk.scratch("clock")
        let desk = bench.desk
        func requests() async throws -> Int? { try await bench.emulator.counters(system)["requests"].int }
        func sync(_ days: Double) async throws -> Run {
            try String(Int(days * 86_400_000)).write(toFile: clock, atomically: true, encoding: .utf8)
            return try await desk.run(["sync"], environment: ["PATCHBAY_DEBUG_CLOCK_FILE": clock])
        }
        let run = try await sync(0)
        #expect(run.summary["delivered"] == 0 && run.summary["refused"] == 0, run.told)
        let left = try #require(run.result["left"].items.first)
        let until = try #require(left["pausedUntil"].text)
        let asked = try #require(left["askedUntil"].text, run.told)
        let seen = try await requests()
        let status = try await desk.run(["status", "--home", desk.home, "--plugins", desk.plugins], raw: true)
        for time in [until, asked] { #expect((status.out + status.err).contains(time), status.told) }
        #expect((status.out + status.err).contains("more than a day"), status.told)
        #expect(until.prefix(10) < asked.prefix(10))
        _ = try await sync(0.9)
        #expect(try await requests() == seen, "asked before the day was over")
        // Two hosts at once, and each integration with the token: one request in all.
        try String(Int(1.01 * 86_400_000)).write(toFile: clock, atomically: true, encoding: .utf8)
        async let first = desk.run(["sync"], environment: ["PATCHBAY_DEBUG_CLOCK_FILE": clock])
        async let second = desk.run(["sync"], environment: ["PATCHBAY_DEBUG_CLOCK_FILE": clock])
        _ = try await [first, second]
        #expect(try await requests() == seen.map { $0 + 1 })
        _ = try await sync(1.9)
        #expect(try await requests() == seen.map { $0 + 1 }, "asked before the second day was over")
        try await bench.emulator.ask("DELETE", "/faults")
        for _ in 0..<3 { _ = try await sync(2.1) }
        #expect(try await bench.emulator.count(system) == 240)
    }
}
