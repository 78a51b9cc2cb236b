import ArgumentParser
import Foundation

/// `patchbay-bench`: measures the main path against the local emulator and prints what it saw. It judges nothing.
@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patchbay-bench",
        abstract: "Measures import, sync, memory, start-up and one step through the worker.",
        discussion:
            "Everything happens in a scratch folder and on loopback. docs/benchmarks.md says how to read the figures.")

    @Option(
        help: ArgumentHelp("Where the built programs and connectors are (default: beside this one).", valueName: "dir"))
    var bin: String?

    @Option(help: "How often each measurement is repeated.")
    var runs = 3

    @Option(help: "Tasks of one import and one sync (10000; with --base 4000).")
    var tasks: Int?

    @Option(help: "Tasks of the one large sync to Linear that shows whether memory grows; 0 leaves it out.")
    var largeTasks = 100_000

    @Option(
        help:
            """
            Turns of the comparison with others, and with a system that answers late (5; 0 leaves it out), or with \
            --base (7).
            """
    )
    var turns: Int?

    @Option(help: "Tasks for the peer that creates one a call.")
    var singles = 2_000

    @Option(help: "Milliseconds that the late system lets each request wait.")
    var latency = 50

    @Option(help: "How long a sync with the late system would take at best, in seconds.")
    var lateSeconds = 6

    @Option(help: "The systems to measure, separated by commas; empty leaves the syncs out.")
    var systems = "asana,jira,linear"

    @Option(help: "Tokens of the rotation of the data key; 0 leaves it out.")
    var rotationRows = 1_000_000

    @Option(help: "Rows that the usual way rotates beside it.")
    var fernetRows = 100_000

    @Flag(help: "Due dates in no order, which is the dearest case for the store.")
    var scattered = false

    @Option(
        help: ArgumentHelp("Only compares this build with another, whose release programs are here.", valueName: "dir"))
    var base: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "With --base: flags of each build's own bench, whose figures are compared too.", valueName: "flags"))
    var own = "--runs 1 --systems , --large-tasks 0 --turns 0 --rotation-rows 0"

    @Option(help: ArgumentHelp("The cores for it, as taskset takes them; empty is all.", valueName: "list"))
    var ownCores = "0"

    func validate() throws {
        guard runs >= 0, tasks ?? 1 >= 1, largeTasks >= 0, turns ?? 0 >= 0, singles >= 1, latency >= 1,
            lateSeconds >= 1,
            rotationRows >= 0, fernetRows >= 1
        else {
            throw ValidationError(
                "--runs, --turns, --large-tasks and --rotation-rows take numbers from 0, the others from 1.")
        }
    }

    func run() async throws {
        let programs = try Programs(folder: bin)
        defer { programs.remove() }
        print(MachineLine.text())
        let chosen = try systems.split(separator: ",").map { name in
            guard let system = EmulatedSystem(rawValue: String(name)) else {
                throw ValidationError("There is no system \(name).")
            }
            return system
        }
        if let base {
            try await compare(with: base, chosen, programs)
        } else {
            try await measure(chosen, programs)
        }
        print(MachineLine.load())
    }

    private func compare(with base: String, _ systems: [EmulatedSystem], _ programs: Programs) async throws {
        let (tasks, turns) = (tasks ?? 4_000, turns ?? Contrast.turnsLeast)
        print(
            "base: \(base); tasks \(tasks), turns \(turns); each figure is the median, with the least and the greatest "
                + "behind it\n"
        )
        let flags = own.split(separator: " ").map(String.init)
        let comparison = BaseComparison(
            ours: try programs.laidOut("ours", from: nil), base: try programs.laidOut("base", from: base),
            systems: systems,
            tasks: tasks, isScattered: scattered, turns: turns,
            own: flags.isEmpty ? nil : OwnBench(flags: flags, cores: ownCores))
        print(try await comparison.table())
    }

    private func measure(_ chosen: [EmulatedSystem], _ programs: Programs) async throws {
        let (tasks, turns) = (tasks ?? 10_000, turns ?? 5)
        let order = scattered ? ", scattered due dates" : ""
        print(
            "tasks \(tasks), runs \(runs)\(order); each figure is the median, with the least and the greatest behind "
                + "it\n"
        )
        let measuring = SyncMeasuring(programs: programs, isScattered: scattered)
        for system in chosen {
            var rounds: [SyncRound] = []
            for _ in 0..<runs { rounds.append(try await measuring.round(system, tasks: tasks)) }
            if runs > 0 { print(SyncRound.table(rounds, title: "\(system.rawValue), \(tasks) tasks")) }
        }
        if turns > 0 { try await compare(chosen, measuring, tasks: tasks, turns: turns) }
        if largeTasks > 0 {
            let large = try await measuring.round(.linear, tasks: largeTasks)
            print(SyncRound.table([large], title: "linear, \(largeTasks) tasks, once: does memory grow?"))
        }
        if runs > 0, rotationRows > 0 {
            print(
                try await RotationMeasuring(programs: programs, rows: rotationRows, peerRows: fernetRows).table(
                    rounds: runs))
        }
        if runs > 0 {
            print(try startUp(programs))
            print(try ListMeasuring(programs: programs).table(rounds: runs))
            print(try await StepMeasuring(programs: programs).table(rounds: runs))
            print(try MaskMeasuring(programs: programs).table(rounds: runs))
        }
    }

    private func compare(_ systems: [EmulatedSystem], _ measuring: SyncMeasuring, tasks: Int, turns: Int) async throws {
        let peers = PeerMeasuring(programs: measuring.programs)
        if peers.python == nil {
            print(
                "The Python clients are left out: PATCHBAY_PYTHON names no interpreter that has asana, jira and "
                    + "requests.\n"
            )
        }
        let comparison = Comparison(sync: measuring, peers: peers)
        for system in systems {
            var taken: [ComparedTurn] = []
            for _ in 0..<turns { taken.append(try await comparison.turn(system, tasks: tasks, singles: singles)) }
            let title = "\(system.rawValue), \(tasks) tasks, beside others, \(turns) turns; \(MachineLine.load())"
            print(Comparison.table(taken, title: title))
        }
        for system in systems {
            var taken: [LateTurn] = []
            for _ in 0..<turns {
                taken.append(try await comparison.lateTurn(system, seconds: lateSeconds, milliseconds: latency))
            }
            print(
                Comparison.table(
                    taken,
                    title: "\(system.rawValue), answers after \(latency) ms, \(turns) turns; \(MachineLine.load())"))
        }
    }

    private func startUp(_ programs: Programs) throws -> String {
        var times: [Double] = []
        for _ in 0..<20 {
            let child = try MeasuredChild.run(programs.path("patchbay"), ["--version"])
            times.append(child.seconds * 1_000)
        }
        return "patchbay --version (20 times)\n" + Figure("wall time", unit: "ms", times, digits: 1).line + "\n"
    }
}
