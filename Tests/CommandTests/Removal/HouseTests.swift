import Foundation
import Testing

/// Everything in a house stays what it is when the integrations change under it. It takes minutes:
/// `PATCHBAY_HOUSE=long` has 2,000 tasks, `PATCHBAY_HOUSE=short` thirty, and `PATCHBAY_HOUSE_SEED` others than usual.
/// `TombstoneTests` have what it is made of.
@Suite("A house turned over", .timeLimit(.minutes(60)))
struct HouseTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let isLong = environment["PATCHBAY_HOUSE"] == "long"
    private static let seed = environment["PATCHBAY_HOUSE_SEED"].flatMap { UInt64($0) } ?? 20_261_130

    /// What is done to the three integrations.
    enum Turn: String, CaseIterable, CustomTestStringConvertible {
        case again = "removed and added, twice before anything is sent"
        case renamed = "renamed"
        case restored = "removed and added, then restored to in between and to before"
        case short = "renamed, removed and added, then restored to in between"

        var names: [String] { self == .renamed || self == .short ? HouseTests.others : HouseTests.same }

        var testDescription: String { rawValue }
    }

    private static let same = Bench.systems
    private static let others = Bench.systems.map { $0 + "-2" }

    @Test(
        "the systems hold what they held, and what was still to be made once",
        .enabled(if: environment["PATCHBAY_HOUSE"] != nil),
        arguments: isLong ? [Turn.again, .renamed, .restored] : [.short])
    func turn(_ turn: Turn) async throws {
        let seed = Self.seed + UInt64(Turn.allCases.firstIndex(of: turn) ?? 0)
        let house = try await TurnedHouse(tasks: Self.isLong ? 2_000 : 30, seed: seed)
        switch turn {
        case .again:
            try await house.remove(Self.same)
            try await house.add(Self.others)
            try await house.remove(Self.others)
            try await house.add(Self.same)
        case .renamed: try await house.rename(Self.same, Self.others)
        case .restored: try await restore(house, Self.same, seed)
        case .short:
            try await house.rename(Self.same, Self.others)
            try await restore(house, Self.others, seed)
        }
        try await house.bindAnew(turn.names)
        try await house.expectOnce(turn.names, "seed \(seed), after a sync")
        guard Self.isLong else { return }
        // And once more: nothing is left of which anything could be made.
        try await house.remove(turn.names)
        try await house.add(Self.same)
        try await house.bindAnew(Self.same)
        try await house.expectOnce(Self.same, "seed \(seed), at last")
    }

    private func restore(_ house: TurnedHouse, _ names: [String], _ seed: UInt64) async throws {
        let (before, between) = (house.desk.scratch("before"), house.desk.scratch("between"))
        try await house.desk.must("backup", before)
        try await house.remove(names)
        try await house.desk.must("backup", between)
        try await house.add(names)
        try await house.bindAnew(names)
        try await house.expectOnce(names, "seed \(seed), before it is restored")
        try await house.desk.must("restore", between)
        try await house.add(names)
        guard Self.isLong else { return }
        try await house.bindAnew(names)
        try await house.expectOnce(names, "seed \(seed), restored to in between")
        try await house.desk.must("restore", before)
    }
}
