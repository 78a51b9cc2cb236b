import Foundation

/// One turn of all sides, one after the other, so that what disturbs the machine disturbs each of them.
struct ComparedTurn: Sendable {
    let ours: Side
    /// The same again, for the noise.
    let again: Side
    let single: Side?
    let batch: Side?
    let loop: Side
    /// The loop with one body after the other.
    let plainLoop: Side
}

/// One sync and one bare loop against a system that answers late.
struct LateTurn: Sendable {
    let ours: Side
    let loop: Side
    /// Tasks a second with every place taken all the time.
    let ideal: Double
}

/// The same work by Patchbay and by others, in turns; every ratio is made within a turn.
struct Comparison: Sendable {
    let sync: SyncMeasuring
    let peers: PeerMeasuring

    /// `singles` is how many tasks the peer gets that creates one a call: each costs it the same, and it would take
    /// long.
    func turn(_ system: EmulatedSystem, tasks: Int, singles: Int) async throws -> ComparedTurn {
        let ours = try await sync.round(system, tasks: tasks).side
        let single = try await peers.script(system, .single, tasks: singles)
        let again = try await sync.round(system, tasks: tasks).side
        let batch = try await peers.script(system, .batch, tasks: tasks)
        let loop = try await peers.loop(system, tasks: tasks).side
        let plainLoop = try await peers.loop(system, tasks: tasks, inTurn: true).side
        return ComparedTurn(ours: ours, again: again, single: single, batch: batch, loop: loop, plainLoop: plainLoop)
    }

    func lateTurn(_ system: EmulatedSystem, seconds: Int, milliseconds: Int) async throws -> LateTurn {
        // The first loop only tells how many tasks may be under way, and needs a whole batch for that.
        let places = try await peers.loop(system, tasks: 50).tasksConcurrent
        let ideal = Double(places) * 1_000 / Double(milliseconds)
        let tasks = Int(ideal) * seconds
        let ours = try await sync.round(system, tasks: tasks, latency: milliseconds).side
        let loop = try await peers.loop(system, tasks: tasks, latency: milliseconds).side
        return LateTurn(ours: ours, loop: loop, ideal: ideal)
    }

    static func table(_ turns: [ComparedTurn], title: String) -> String {
        func costs(_ name: String, _ sides: [Side]) -> [String] {
            guard !sides.isEmpty else { return [] }
            return [
                Figure(name + ", CPU a task", unit: "µs", sides.map(\.microsecondsEach), digits: 1).line,
                Figure("… start left out", unit: "µs", sides.map(\.workingMicrosecondsEach), digits: 1).line,
                Figure(name, unit: "tasks/s", sides.map(\.tasksPerSecond)).line,
            ]
        }
        func ratio(_ name: String, _ value: (ComparedTurn) -> Double?) -> [String] {
            let values = turns.compactMap(value)
            return values.isEmpty ? [] : [Figure(name, unit: "×", values, digits: 2).line]
        }
        let lines =
            costs("patchbay", turns.flatMap { [$0.ours, $0.again] })
            + costs("one create a call", turns.compactMap(\.single))
            + costs("batch calls", turns.compactMap(\.batch)) + costs("bare libcurl", turns.map(\.loop))
            + costs("libcurl in turn", turns.map(\.plainLoop))
            + ratio("per CPU s: patchbay / itself") {
                $0.ours.tasksPerProcessorSecond / $0.again.tasksPerProcessorSecond
            }
            + ratio("per CPU s: patchbay / one a call") { turn in
                turn.single.map { turn.ours.tasksPerProcessorSecond / $0.tasksPerProcessorSecond }
            }
            + ratio("per CPU s: patchbay / batch calls") { turn in
                turn.batch.map { turn.ours.tasksPerProcessorSecond / $0.tasksPerProcessorSecond }
            }
            + ratio("… start left out, / one a call") { turn in
                turn.single.map { turn.ours.tasksPerWorkingSecond / $0.tasksPerWorkingSecond }
            }
            + ratio("… start left out, / batch calls") { turn in
                turn.batch.map { turn.ours.tasksPerWorkingSecond / $0.tasksPerWorkingSecond }
            }
            + ratio("per second: patchbay / itself") { $0.ours.tasksPerSecond / $0.again.tasksPerSecond }
            + ratio("per second: patchbay / one a call") { turn in
                turn.single.map { turn.ours.tasksPerSecond / $0.tasksPerSecond }
            }
            + ratio("per second: patchbay / batch calls") { turn in
                turn.batch.map { turn.ours.tasksPerSecond / $0.tasksPerSecond }
            }
            + ratio("per second: / libcurl in turn") { $0.ours.tasksPerSecond / $0.plainLoop.tasksPerSecond }
            + ratio("… start left out, / libcurl in turn") {
                $0.ours.tasksPerSecondAfterStart / $0.plainLoop.tasksPerSecondAfterStart
            }
            + ratio("per second: patchbay / libcurl") { $0.ours.tasksPerSecond / $0.loop.tasksPerSecond }
        return title + "\n" + lines.joined(separator: "\n") + "\n"
    }

    static func table(_ turns: [LateTurn], title: String) -> String {
        let lines = [
            Figure("all places taken all the time", unit: "tasks/s", turns.map(\.ideal)).line,
            Figure("patchbay", unit: "tasks/s", turns.map(\.ours.tasksPerSecond)).line,
            Figure("patchbay, share", unit: "%", turns.map { 100 * $0.ours.tasksPerSecond / $0.ideal }, digits: 1).line,
            Figure("patchbay, CPU a task", unit: "µs", turns.map(\.ours.microsecondsEach), digits: 1).line,
            Figure("bare libcurl, share", unit: "%", turns.map { 100 * $0.loop.tasksPerSecond / $0.ideal }, digits: 1)
                .line,
        ]
        return title + "\n" + lines.joined(separator: "\n") + "\n"
    }
}
