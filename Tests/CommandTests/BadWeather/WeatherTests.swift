import Foundation
import Logging
import PatchbayConnectors
import PatchbayModel
import PatchbayStore
import Testing

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// One fault at one system, with an integration, a token and tasks of its own.
private struct Cell: Sendable {
    enum Phase: String { case create, find }

    let row: WeatherRow
    let system: String
    let phase: Phase
    let number: Int

    var name: String { "\(phase.rawValue)-\(number)-\(system)" }
    var token: String { "token-of-\(name)" }
    var told: String { "\(row.name), \(system)" }

    /// The fault as the emulator takes it, for this cell's token alone.
    func fault(operation: String? = nil) -> JSON {
        row.fault.setting("system", .string(system)).setting("token", .string(token)).setting("times", 0)
            .setting("operation", operation.map { .string($0) } ?? .null)
    }

    static let all = [Phase.create, .find].flatMap { phase in
        WeatherTable.rows.enumerated().flatMap { number, row in
            row.systems.map { Cell(row: row, system: $0, phase: phase, number: number) }
        }
    }
}

@Suite("Every fault in every operation", .timeLimit(.minutes(12)))
struct WeatherTests {
    private static let tasksOfEach = 2
    private static let calm = 12

    @Test("whatever goes wrong, where it goes wrong, at whichever system: state, code and words are those of the table")
    func matrix() async throws {
        let bench = try await Bench()
        let begun = ContinuousClock.now
        try await open(bench)
        let host = try await WeatherHost(bench.desk)
        try await bench.emulator.ask(
            "POST", "/faults",
            .array(
                Cell.all.map { $0.phase == .create ? $0.fault(operation: "create") : Self.lost($0) }))
        let first = try await bench.desk.run("sync")
        try await expectCreates(first, bench)
        try await bench.emulator.ask("DELETE", "/faults")
        try await bench.emulator.ask("POST", "/faults", .array(Cell.all.map { $0.fault() }))
        let asked = try await expectCalls(bench.desk)
        try await bench.emulator.ask("DELETE", "/faults")
        try await bench.emulator.ask(
            "POST", "/faults", .array(Cell.all.filter { $0.phase == .find }.map { $0.fault() }))
        try await untilLookUpsAreDue(host)
        try await expectLookUps(try await bench.desk.run("sync"), host)
        try await expectFairWeather(bench)
        try await host.close()
        print("weather: \(Cell.all.count + asked) cells (fault, operation, system) in \(ContinuousClock.now - begun)")
    }

    @Test("an answer that comes too late is a lost one; a look-up is asked again")
    func late() async throws {
        let bench = try await Bench()
        let seam = ["PATCHBAY_DEBUG_LEASE_SECONDS": "10"]
        for system in Bench.systems {
            try await bench.desk.must("integration", "set", system, "--patience", "0")
            // Else the first sync would ask, and meet the weather that is meant for the look-up.
            try await bench.desk.must("integration", "check", system)
            for operation in ["create", "search"] {
                try await bench.emulator.fault([
                    "system": .string(system), "operation": .string(operation), "kind": "delay",
                    "delayMilliseconds": 3_500,
                ])
            }
        }
        let tasks = Bench.tasks(3)
        try await bench.take(tasks, for: "asana,jira,linear")
        let run = try await bench.desk.run(["sync"], environment: seam)
        #expect(run.status == 1 && run.summary["unknown"] == 9, run.told)
        #expect(run.result["tasks"].items.allSatisfy { $0["error"]["code"] == "outcome_unknown" }, run.told)
        // What the late answers told of was done meanwhile.
        let second = try await bench.desk.run(["sync"], environment: seam)
        #expect(second.status == 0 && second.summary["delivered"] == 9, second.told)
        for system in Bench.systems { try await bench.expectOnce(tasks, in: system) }
    }

    /// The task is made and the answer lost, so that there is something to look up.
    private static func lost(_ cell: Cell) -> JSON {
        [
            "kind": "drop-after", "system": .string(cell.system), "token": .string(cell.token), "operation": "create",
            "times": 0,
        ]
    }

    private func open(_ bench: Bench) async throws {
        try await bench.emulator.ask(
            "POST", "/tokens", .array(Cell.all.map { ["system": .string($0.system), "token": .string($0.token)] }))
        try await bench.adopt(
            Cell.all.map { bench.row($0.system, name: $0.name).setting("accessToken", .string($0.token)) })
        // Short, so that what a look-up misses is soon sent again; long enough that none comes within the first sync.
        let host = try await WeatherHost(bench.desk)
        for integration in try await host.store.integrations() {
            var changed = integration
            changed.patience = .seconds(2)
            try await host.store.update(changed)
        }
        try await host.close()
        var tasks: [JSON] = []
        for cell in Cell.all {
            tasks += Bench.tasks(Self.tasksOfEach, meeting: cell.name).map {
                $0.setting("integration", .string(cell.name))
            }
        }
        for system in Bench.systems {
            tasks += Bench.tasks(Self.calm, meeting: system).map { $0.setting("integration", .string(system)) }
        }
        try await bench.take(tasks)
    }

    private func expectCreates(_ run: Run, _ bench: Bench) async throws {
        #expect(run.status == 1)
        let rows = Dictionary(grouping: run.result["tasks"].items) { $0["integration"].text ?? "" }
        let stops = Self.stops(run)
        for cell in Cell.all {
            let mine = rows[cell.name] ?? []
            let wanted = cell.phase == .create ? cell.row.create : "unknown outcome_unknown"
            let found = Set(mine.map { "\($0["state"].text ?? "") \($0["error"]["code"].text ?? "")" })
            #expect(found == [wanted] && mine.count == Self.tasksOfEach, "create: \(cell.told): \(mine.map(\.line))")
            guard cell.phase == .create else { continue }
            #expect(stops[cell.name] ?? "-" == cell.row.createStops, "create: \(cell.told)")
            expectWords(mine.map { $0["error"]["message"].text ?? "" }, cell, "create")
        }
        for system in Bench.systems {
            #expect(
                rows[system]?.filter { $0["state"] == "delivered" }.count == Self.calm,
                "the others are delivered: \(system)")
            #expect(
                try await bench.emulator.counters(system)["whileWaiting"] == 0, "\(system) was asked before its time")
        }
    }

    /// A host of its own for each operation: one that was told to wait asks nothing more.
    private func expectCalls(_ desk: Workbench) async throws -> Int {
        let cells = Cell.all.filter { $0.phase == .create }
        let operations: [OperationNumber] = [.check, .discover, .fetch, .update]
        for operation in operations {
            let host = try await WeatherHost(desk)
            let integrations = Dictionary(
                uniqueKeysWithValues: try await host.store.integrations().map { ($0.name, $0) })
            try await withThrowingTaskGroup(of: Void.self) { group in
                for cell in cells {
                    let integration = try #require(integrations[cell.name])
                    group.addTask {
                        let (end, words) = try await host.ask(operation, integration)
                        #expect(
                            end == (operation == .update ? cell.row.update : cell.row.read),
                            "\(operation): \(cell.told): \(words)")
                        if end != "(notFound)" { self.expectWords([words], cell, "\(operation)") }
                    }
                }
                try await group.waitForAll()
            }
            try await host.close()
        }
        return cells.count * operations.count
    }

    private func untilLookUpsAreDue(_ host: WeatherHost) async throws {
        let ids = Set(try await host.store.integrations().filter { $0.name.hasPrefix("find") }.map(\.id))
        _ = try await Wait.until("what is unknown is due for a look-up") {
            let counts = try await host.store.counts(now: .now).filter { ids.contains($0.integrationID) }
            return counts.allSatisfy { $0.due == Self.tasksOfEach } ? true : nil
        }
    }

    private func expectLookUps(_ run: Run, _ host: WeatherHost) async throws {
        let rows = Dictionary(grouping: run.result["tasks"].items) { $0["integration"].text ?? "" }
        let stops = Self.stops(run)
        for cell in Cell.all where cell.phase == .find {
            let mine = rows[cell.name] ?? []
            let found = Set(mine.map { "\($0["state"].text ?? "") \($0["error"]["code"].text ?? "")" })
            #expect(
                found == ["unknown outcome_unknown"] && mine.count == Self.tasksOfEach,
                "find: \(cell.told): \(mine.map(\.line))")
            #expect(stops[cell.name] ?? "-" == cell.row.lookUpStops, "find: \(cell.told)")
            expectWords(mine.map { $0["error"]["message"].text ?? "" }, cell, "find")
        }
    }

    /// When all faults are gone, every task of every cell comes to be in its system exactly once.
    private func expectFairWeather(_ bench: Bench) async throws {
        try await bench.emulator.ask("DELETE", "/faults")
        try await bench.desk.must("retry", "--all")
        let last = try await bench.syncToTheEnd()
        #expect(last.status == 0, last.told)
        for system in Bench.systems {
            let mine = Cell.all.filter { $0.system == system }
            let wanted = mine.count * Self.tasksOfEach + Self.calm
            let titles = try await bench.emulator.tasks(system).compactMap { $0["title"].text }
            #expect(titles.count == wanted && Set(titles).count == wanted, "\(system): \(titles.count) of \(wanted)")
        }
    }

    private func expectWords(_ messages: [String], _ cell: Cell, _ operation: String) {
        guard let words = cell.row.words else { return }
        #expect(
            messages.allSatisfy { $0.contains(words) },
            "\(operation): \(cell.told): the vendor's words are missing in \(messages)")
        #expect(!messages.contains { $0.contains(cell.token) }, "\(operation): \(cell.told): the token is shown")
    }

    /// The code that stopped each integration.
    private static func stops(_ run: Run) -> [String: String] {
        let told = run.result["integrations"].items.compactMap { entry in
            entry["error"]["code"].text.map { (entry["integration"].text ?? "", $0) }
        }
        return Dictionary(uniqueKeysWithValues: told)
    }
}
