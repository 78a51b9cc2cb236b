import Foundation
import Testing

/// Clocks that differ and jump, while all answers of creates are lost. `PATCHBAY_CLOCKS=long` tries every row with 500
/// tasks.
@Suite("Clocks", .timeLimit(.minutes(30)))
struct ClockTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let system: String
        /// How far the vendor's clock is ahead of ours.
        let ahead: Int
        let tellsDate: Bool
        /// By how much our clock jumps in the middle.
        let jump: Int

        var testDescription: String { "\(system), \(ahead) s, \(tellsDate ? "Date" : "no Date"), jump \(jump) s" }
    }

    static let isLong = ProcessInfo.processInfo.environment["PATCHBAY_CLOCKS"] == "long"
    static let rows: [Row] = {
        let short = ["asana", "jira"].flatMap { system in
            // Ahead of the vendor by more than any allowance, with and without its clock: where a host by its own clock
            // doubles.
            [true, false].map { Row(system: system, ahead: -3_600, tellsDate: $0, jump: 86_400) }
        }
        if !isLong { return short }
        let differences: [Int] = [1, -1, 121, -121, 3_600, -3_600, 86_400, -86_400]
        let pairs = ["asana", "jira", "linear"].flatMap { system in differences.map { (system, $0) } }
        let jumps = [0, 86_400, -86_400]
        return pairs.enumerated().flatMap { place, pair in
            [true, false].map {
                Row(system: pair.0, ahead: pair.1, tellsDate: $0, jump: jumps[(place + ($0 ? 1 : 0)) % 3])
            }
        }
    }()

    @Test(
        "however clocks stand and jump, nothing is made twice, and where the vendor tells its own, nothing is lost",
        arguments: rows)
    func wrong(_ row: Row) async throws {
        let lost = try await LostBench(
            row.system, vendorClock: ["clockSeconds": .integer(row.ahead), "date": .boolean(row.tellsDate)])
        try await lost.deliverOne()
        let (made, notMade) = Self.isLong ? (300, 200) : (8, 4)
        try await lost.lose(made: made, notMade: notMade)
        try lost.setClock(ahead: row.jump)
        for _ in 0..<4 { try await lost.sync() }
        try await lost.expectNoDoubles("after the jump")
        try lost.setClock(ahead: 0)
        try await lost.settle()
        try await lost.expectNoDoubles("at the end")
        let states = try await lost.bench.states(row.system)
        if row.tellsDate || row.system == "linear" {
            #expect(states == ["delivered": made + notMade + 1], "\(row): \(states)")
        } else {
            // Nobody can tell where the window of a look-up has to open: what was made is found, the rest is a
            // person's.
            let told = try await lost.words(of: "m-1")
            #expect(states == ["delivered": made + 1, "unknown": notMade], "TOLD \(row): \(told)")
        }
    }

    @Test(
        "a wall clock that jumps ahead does not end patience: a create that lands late is found",
        arguments: ["asana", "jira"])
    func lateLanding(_ system: String) async throws {
        // An exchange is given up after three seconds.
        let lost = try await LostBench(system, patience: 60, environment: ["PATCHBAY_DEBUG_LEASE_SECONDS": "10"])
        try await lost.deliverOne()
        try await lost.bench.take([["id": "late", "title": "The late one"]], for: system)
        try await lost.bench.emulator.fault([
            "kind": "delay", "system": .string(system), "operation": "create", "when": "before",
            "delayMilliseconds": 8_000,
        ])
        try await lost.sync()
        #expect(try await lost.bench.delivery("late", system)["state"] == "unknown")
        try lost.setClock(ahead: 7_200)
        for _ in 0..<3 { try await lost.sync() }
        try await Wait.until("the late create has landed") {
            try await lost.titles().contains("The late one") ? true : nil
        }
        try await lost.sync()
        try await lost.expectNoDoubles("after it landed")
    }

    @Test(
        "a vendor's clock that was ahead and is set right hides nothing behind the window",
        arguments: ["asana", "jira"])
    func setRight(_ system: String) async throws {
        let lost = try await LostBench(system, patience: 0, vendorClock: ["clockSeconds": 300])
        // The witness was made by the wrong clock, and lies inside of the window that the lost task lies before.
        try await lost.deliverOne()
        try await lost.setVendorClock([:])
        try await lost.lose(made: 1)
        // Our wall clock goes on by more than any pause between look-ups each time, so that one is due.
        for look in 1...4 {
            try lost.setClock(ahead: look * 1_200)
            try await lost.sync()
        }
        try await lost.expectNoDoubles("after the clock was set right")
        #expect(try await lost.bench.states(system) == ["delivered": 2], "from the third look on the window is wide")
    }

    @Test("how far the clocks are apart is told by status and doctor") func told() async throws {
        let lost = try await LostBench("jira", vendorClock: ["clockSeconds": -600])
        let status = try await lost.bench.desk.must("status")
        let skew = try #require(status.result["integrations"][0]["clockSkewMs"].int)
        #expect((599_000...603_000).contains(skew), status.told)
        let doctor = try await lost.bench.desk.run("doctor")
        #expect(
            doctor.result["checks"].items.contains {
                $0["code"] == "clock_skewed" && $0["message"].text?.contains("s ahead of") == true
            },
            doctor.told)
    }
}
