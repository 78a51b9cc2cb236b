import ArgumentParser
import Foundation
import PatchbayEmulator

/// `patchbay-emulator`: serves until a signal, or until standard input closes if that was asked for.
@main
struct EmulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patchbay-emulator",
        abstract: "A local Asana, Jira Cloud and Linear to try against.",
        discussion: """
            Opens four ports on 127.0.0.1, prints their addresses as one line of JSON, and serves until it is stopped. \
            Nothing leaves the machine. What goes wrong, and when, is set through the control port: GET / on it lists \
            how.
            """)

    @Option(help: "The port of Asana; 0 takes any that is free.")
    var asanaPort = 0

    @Option(help: "The port of Jira.")
    var jiraPort = 0

    @Option(help: "The port of Linear.")
    var linearPort = 0

    @Option(help: "The control port.")
    var controlPort = 0

    @Option(help: "Where chance in faults begins.")
    var seed: UInt64 = 1

    @Option(help: "A file that keeps tasks over a restart: read at the start, written at the end.")
    var stateFile: String?

    @Flag(help: "Stop when standard input closes.")
    var untilStdinCloses = false

    func run() async throws {
        var settings = EmulatorSettings()
        settings.asanaPort = asanaPort
        settings.jiraPort = jiraPort
        settings.linearPort = linearPort
        settings.controlPort = controlPort
        settings.seed = seed
        settings.stateFile = stateFile
        let emulator = Emulator(settings)
        let stops = StopSignals(untilStdinCloses: untilStdinCloses)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await emulator.run { addresses in
                    FileHandle.standardOutput.write(Data((addresses.readyLine + "\n").utf8))
                }
            }
            group.addTask { await stops.wait() }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
        try emulator.save()
    }
}
