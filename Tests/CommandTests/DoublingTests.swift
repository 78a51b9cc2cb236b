import Foundation
import Testing

/// Connectors that promise too much of their creates (Fixtures/desk.c), and a system that loses answers.
@Suite("A connector that says too much of its creates", .timeLimit(.minutes(12)))
struct DoublingTests {
    /// What is wrong with it, and the interface that it was built with.
    struct Variant: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let flags: [String]
    }

    static let variants = [
        Variant(testDescription: "1.0, a POST that makes a task is marked as reading", flags: ["-DPATCHBAY_DRAFT=0"]),
        Variant(testDescription: "1.1, a POST that makes a task is marked as reading", flags: ["-DPATCHBAY_DRAFT=1"]),
        Variant(
            testDescription: "1.0, what is repeatable with a one-time token is marked as repeatable",
            flags: ["-DPATCHBAY_DRAFT=0", "-DTOKEN", "-DEFFECT=PATCHBAY_EFFECT_REPEATABLE"]),
        Variant(
            testDescription: "1.1, what is repeatable with a one-time token is marked as repeatable",
            flags: ["-DPATCHBAY_DRAFT=1", "-DTOKEN", "-DEFFECT=PATCHBAY_EFFECT_REPEATABLE"]),
        Variant(
            testDescription: "1.1, what is repeatable with a one-time token is marked as such",
            flags: ["-DPATCHBAY_DRAFT=1", "-DTOKEN", "-DEFFECT=PATCHBAY_EFFECT_REPEATABLE_IN_CALL"]),
    ]

    /// For the plugins folder; lives as long as the test.
    private let place: ScratchFolder

    init() throws { place = try ScratchFolder() }

    /// More than the weather needs: after three failed calls in a row a sync begins with a question and may end with
    /// it.
    private static let syncs = 8
    /// Requests of one task that meet the weather: more than the host repeats in one call.
    private static let strikes = 4

    @Test("makes no task twice, whatever becomes of the answers", arguments: variants)
    func once(_ variant: Variant) async throws {
        let desk = try TicketDesk()
        defer { desk.stop() }
        let bench = try await bench(variant, desk)
        // What was delivered before is what a look-up is held against.
        try await bench.must("task", "import", "-", "--integration", "desk", input: #"{"id":"first","title":"First"}"#)
        let isFirstThere = try await settles(bench)
        #expect(isFirstThere && desk.tickets == 1, "\(desk.tickets) tickets for the first task")

        // Each of the others has a fate of its own.
        let fates = TicketDesk.Fate.allCases
        let lines = fates.map { #"{"id":"\#($0)","title":"It is \#($0)"}"# }
        try await bench.must("task", "import", "-", "--integration", "desk", input: lines.joined(separator: "\n"))
        desk.weather { marker, posts in posts < Self.strikes ? fates[marker % fates.count] : .fine }
        for _ in 0..<Self.syncs { _ = try await bench.run("sync", "--integration", "desk") }
        let told =
            "\(desk.tickets) tickets for \(fates.count + 1) tasks, \(desk.posts) POSTs: "
            + "\(desk.numbers.values.sorted { $0[0] < $1[0] })"
        #expect(desk.doubled == 0, "in \(Self.syncs) syncs \(told)")

        desk.weather { _, _ in .fine }
        let isSettled = try await settles(bench)
        #expect(isSettled && desk.doubled == 0 && desk.tickets == fates.count + 1, "at last: \(desk.numbers)")
        #expect(desk.strikes.isSuperset(of: fates), "not all of the weather came about: \(desk.strikes)")
    }

    /// Syncs until all is delivered; false when that does not come about.
    private func settles(_ bench: Workbench) async throws -> Bool {
        do {
            return try await Wait.until("all is delivered", within: .seconds(20)) {
                _ = try await bench.run("sync", "--integration", "desk")
                let states = try await bench.must("status").result["integrations"][0]["states"]
                return states.members.keys.allSatisfy { $0 == "delivered" } ? true : nil
            }
        } catch is Wait.Late {
            return false
        }
    }

    /// A home with the connector, and an integration that is at the desk.
    private func bench(_ variant: Variant, _ desk: TicketDesk) async throws -> Workbench {
        let folder = try place.folder("plugins.d")
        let words = variant.flags + ["-Wall", "-Wextra", "-Werror"]
        try await Plugins.compile(
            "Tests/CommandTests/Fixtures/desk.c", into: folder, as: "desk.so", place, flags: words)
        let bench = try Workbench(plugins: folder)
        try await bench.must("init")
        try await bench.must("integration", "add", "desk", "--type", "desk", "--base-url", desk.url, "--patience", "1")
        try await bench.must("token", "set", "desk", input: "a-token-for-the-desk")
        return bench
    }
}
