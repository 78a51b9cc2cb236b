import Foundation

/// This build beside another, the base, in turns. In each turn the base is measured twice, and this build and the
/// base's second time change places from turn to turn: what disturbs the machine, and what comes first or last, falls
/// on both alike.
struct BaseComparison {
    let ours: Programs
    let base: Programs
    let systems: [EmulatedSystem]
    let tasks: Int
    let isScattered: Bool
    let turns: Int
    /// Nil leaves out what the builds' own benches say.
    let own: OwnBench?

    struct Turn {
        let ours: Readings
        let base: Readings
        let again: Readings
    }

    /// A turn for warming up, which does not count, and all the others; a line of standard error for each.
    func table() async throws -> String {
        var taken: [Turn] = []
        for number in 0...turns {
            let turn = try await turn(isReversed: number.isMultiple(of: 2))
            if number > 0 { taken.append(turn) }
            let name = number == 0 ? "warm-up" : "turn \(number) of \(turns)"
            try FileHandle.standardError.write(contentsOf: Data("\(name) done; \(MachineLine.load())\n".utf8))
        }
        return Self.table(taken)
    }

    /// Quantities that one side has and the other has not are named and not compared.
    static func table(_ turns: [Turn]) -> String {
        var all = Readings()
        for turn in turns { for side in [turn.ours, turn.base, turn.again] { all.add(side) } }
        var (contrasts, remarks): ([Contrast], [String]) = ([], all.remarks)
        for quantity in all.quantities {
            let complete = turns.compactMap { turn in
                turn.ours[quantity].flatMap { ours in
                    turn.base[quantity].flatMap { base in
                        turn.again[quantity].map { again in (ours: ours, base: base, again: again) }
                    }
                }
            }
            if complete.isEmpty {
                remarks.append("Only one build has: \(quantity.name).")
            } else {
                contrasts.append(
                    Contrast(
                        quantity: quantity, ours: complete.map(\.ours), base: complete.map(\.base),
                        again: complete.map(\.again)))
            }
        }
        return Contrast.table(contrasts) + remarks.map { $0 + "\n" }.joined()
    }

    private func turn(isReversed: Bool) async throws -> Turn {
        let sides = isReversed ? [base, base, ours] : [ours, base, base]
        var taken = [Readings(), Readings(), Readings()]
        var common = taken
        for system in systems {
            for (place, programs) in sides.enumerated() {
                var round = BuildRound(system, tasks: tasks, isScattered: isScattered)
                // Once a turn: the counts hardly move, and hang on the connector only by the size of its file.
                let counting =
                    system == systems.last
                    ? InstructionCount(suspend: ours.tool("libPatchbayBenchSuspend.so"), folder: ours.scratch) : nil
                try await Stage.run(programs) { try await round.measure($0, counting: counting) }
                taken[place].add(round.ours)
                common[place].add(round.common)
            }
        }
        for (place, programs) in sides.enumerated() {
            taken[place].add(common[place])
            if let own { taken[place].add(try own.readings(programs)) }
        }
        return isReversed
            ? Turn(ours: taken[2], base: taken[1], again: taken[0])
            : Turn(ours: taken[0], base: taken[1], again: taken[2])
    }
}
