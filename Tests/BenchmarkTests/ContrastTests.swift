import Testing

@testable import patchbay_bench

@Suite struct ContrastTests {
    private let cost = Quantity(name: "sync", unit: "ms")
    private let rate = Quantity(name: "sync", unit: "tasks/s")
    private let steady = [100.0, 101, 99, 100, 100, 102, 98]

    private func scaled(_ factor: Double) -> [Double] { steady.map { $0 * factor } }

    @Test("a base beside itself is the same, however far its halves lie apart", arguments: [1, 1.01, 1.2, 0.7])
    func itself(factor: Double) {
        let again = scaled(factor)
        #expect(Contrast(quantity: cost, ours: again, base: steady, again: again).verdict == .same)
    }

    @Test(
        "a difference counts when it is more than the A/A pair's and three percent",
        arguments: [(1.025, "same"), (1.04, "worse"), (0.96, "better")])
    func margin(factor: Double, verdict: String) {
        #expect(
            Contrast(quantity: cost, ours: scaled(factor), base: steady, again: steady).verdict?.rawValue == verdict)
    }

    @Test("more of a rate is better") func rates() {
        #expect(Contrast(quantity: rate, ours: scaled(1.1), base: steady, again: steady).verdict == .better)
        #expect(Contrast(quantity: rate, ours: scaled(0.9), base: steady, again: steady).verdict == .worse)
    }

    @Test("a difference hides in the noise of the A/A pair, and shows where there is none") func noise() {
        let noisy = zip(steady, [1.06, 0.94, 1.06, 0.94, 1.06, 0.94, 1]).map { $0 * $1 }
        #expect(Contrast(quantity: cost, ours: scaled(1.08), base: steady, again: noisy).verdict == .same)
        #expect(Contrast(quantity: cost, ours: scaled(1.08), base: steady, again: steady).verdict == .worse)
    }

    @Test("a machine that slows down from turn to turn is no noise") func drift() {
        let slower = (1...7).map { 100.0 * Double($0) }
        let contrast = Contrast(
            quantity: cost, ours: slower.map { $0 * 1.05 }, base: slower, again: slower.map { $0 * 1.01 })
        #expect(contrast.verdict == .worse)
    }

    @Test("six turns say nothing") func fewTurns() {
        let six = Array(steady.prefix(6))
        #expect(Contrast(quantity: cost, ours: six.map { $0 * 2 }, base: six, again: six).verdict == nil)
    }
}

@Suite struct OwnBenchTests {
    @Test("a figure is read back as it was written, named after its title without the load") func figures() throws {
        let output = """
            Some processor, 2 cores, load 1.0 0.9 0.8

            one step through the worker (5000 times); load 0.1
            \(Figure("asana, first step of check", unit: "µs", [57.1, 55, 60], digits: 1).line)
            \(Figure("delivered", unit: "", [4, 3, 5]).line)
            \(Figure("… of them late", unit: "", [1]).line)
            \(Figure("nothing", unit: "ms", []).line)
            """
        let readings = OwnBench.parse(output)
        let title = "one step through the worker (5000 times)"
        #expect(readings[Quantity(name: "\(title): asana, first step of check", unit: "µs", digits: 1)] == 57.1)
        #expect(readings[Quantity(name: "\(title): delivered", unit: "", digits: 0)] == 4)
        #expect(readings[Quantity(name: "\(title): delivered … of them late", unit: "", digits: 0)] == 1)
        #expect(readings.quantities.count == 3)
    }

    @Test("what only one build has is named and not compared") func onlyOne() {
        var (ours, base) = (Readings(), Readings())
        let both = Quantity(name: "both have it", unit: "ms")
        ours.add(both, 1)
        base.add(both, 1)
        ours.add(Quantity(name: "the new one", unit: "ms"), 1)
        let table = BaseComparison.table([BaseComparison.Turn(ours: ours, base: base, again: base)])
        #expect(table.contains("both have it, ms"))
        #expect(table.contains("Only one build has: the new one."))
    }
}
