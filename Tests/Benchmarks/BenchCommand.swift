import ArgumentParser
import Foundation

/// `patchbay-bench`: measures the main path against the local emulator and prints what it saw. It judges nothing.
@main
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patchbay-bench",
        abstract: "Measures import, sync, memory, start-up and one step through the worker.",
        discussion: "Everything happens in a scratch folder and on loopback. docs/benchmarks.md says how to read the figures.")

    @Option(help: ArgumentHelp("Where the built programs and connectors are (default: beside this one).", valueName: "dir"))
    var bin: String?

    @Option(help: "How often each measurement is repeated.")
    var runs = 3

    @Option(help: "Tasks of one import and one sync.")
    var tasks = 10_000

    @Option(help: "Tasks of the one large sync to Linear that shows whether memory grows; 0 leaves it out.")
    var largeTasks = 100_000

    @Option(help: "The systems to measure, separated by commas; empty leaves the syncs out.")
    var systems = "asana,jira,linear"

    @Flag(help: "Due dates in no order, which is the dearest case for the store.")
    var scattered = false

    func validate() throws {
        guard runs >= 1, tasks >= 1, largeTasks >= 0 else { throw ValidationError("--runs and --tasks take numbers from 1.") }
    }

    func run() async throws {
        let programs = try Programs(folder: bin)
        defer { programs.remove() }
        print(MachineLine.text())
        let order = scattered ? ", scattered due dates" : ""
        print("tasks \(tasks), runs \(runs)\(order); each figure is the median, with the least and the greatest behind it\n")
        let chosen = try systems.split(separator: ",").map { name in
            guard let system = EmulatedSystem(rawValue: String(name)) else { throw ValidationError("There is no system \(name).") }
            return system
        }
        let measuring = SyncMeasuring(programs: programs, isScattered: scattered)
        for system in chosen {
            var rounds: [SyncRound] = []
            for _ in 0..<runs { rounds.append(try await measuring.round(system, tasks: tasks)) }
            print(SyncRound.table(rounds, title: "\(system.rawValue), \(tasks) tasks"))
        }
        if largeTasks > 0 {
            let large = try await measuring.round(.linear, tasks: largeTasks)
            print(SyncRound.table([large], title: "linear, \(largeTasks) tasks, once: does memory grow?"))
        }
        print(try startUp(programs))
        print(try await StepMeasuring(programs: programs).table(rounds: runs))
        print(MachineLine.load())
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
