import ArgumentParser
import CPatchbaySystem
import Foundation
import PatchbayModel

/// A command of ours: decodes its arguments, calls one method of a room, says what came of it.
protocol PatchbayCommand: AsyncParsableCommand {
    /// As the JSON envelope names it: `task list`.
    static var words: String { get }
    var flags: GlobalFlags { get }
    func perform(_ rooms: Rooms) async throws -> CommandOutcome
}

extension PatchbayCommand {
    mutating func run() async throws {
        let console = Console(format: flags.output, isQuiet: flags.quiet)
        let exit: ExitStatus
        do {
            let rooms = try Rooms(flags: flags)
            do {
                let outcome = try await perform(rooms)
                await rooms.close()
                // Who closed the terminal reads no more, and the status tells what stopped it.
                do { try console.show(outcome, of: Self.words) } catch {
                    guard outcome.exit.isOfSignal else { throw error }
                }
                exit = outcome.exit
            } catch {
                await rooms.close()
                throw error
            }
        } catch let error as ValidationError {
            throw error
        } catch {
            let object = ErrorObject(error)
            let signal = object.code == ErrorCode.cancelled.rawValue ? SignalDrain.received : nil
            do { try console.show(object, of: Self.words) } catch let unwritten {
                guard signal != nil else { throw unwritten }
            }
            exit = signal ?? ExitStatus(for: ErrorCode(rawValue: object.code))
        }
        if exit != .done { throw ExitCode(exit.rawValue) }
    }
}

/// The whole command line.
package struct Patchbay: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "patchbay",
        abstract:
            """
            Makes the tasks of a meeting exist, exactly once, in Asana, Jira, Linear, Redmine and whatever has a \
            connector.
            """,
        version: "patchbay \(Program.version)",
        subcommands: [
            InitCommand.self, MigrateCommand.self, DoctorCommand.self, StatusCommand.self, MetricsCommand.self,
            EventsCommand.self,
            BackupCommand.self, RestoreCommand.self,
            ConnectorCommand.self, IntegrationCommand.self, TokenCommand.self, KeyCommand.self, TaskCommand.self,
            SyncCommand.self,
            RunCommand.self, FailuresCommand.self,
            RetryCommand.self, ResolveCommand.self, ExplainCommand.self,
        ])

    package init() {}

    /// Parses, runs and ends the process with the status that tells what happened.
    package static func start(_ arguments: [String]) async {
        InheritedDescriptors.note()
        // Before anything secret is in memory. What cannot be had is shown by the doctor, and is no reason to fail.
        _ = patchbay_harden_process()
        let arguments = GlobalFlags.movedBehindCommand(arguments)
        do {
            try checkName(arguments)
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(error, arguments)
        }
    }

    /// A command that does not exist is named before its flags are found to be unknown.
    private static func checkName(_ arguments: [String]) throws {
        guard let word = arguments.first, !word.hasPrefix("-"), word != "help" else { return }
        guard !configuration.subcommands.contains(where: { $0.configuration.commandName == word }) else { return }
        throw ValidationError("There is no command \(word); `patchbay --help` lists them.")
    }

    /// Usage errors get the same envelope as all others.
    private static func end(_ error: any Error, _ arguments: [String]) -> Never {
        // The command has said what it had to say, and this is only how it ends.
        if let ended = error as? ExitCode { Foundation.exit(ended.rawValue) }
        if let failure = error as? any PatchbayFailure {
            Console(format: .text, isQuiet: true).err(
                "patchbay: \(Printable.text(failure.message)) [\(failure.code)]\n")
            Foundation.exit(ExitStatus(for: failure.code).rawValue)
        }
        let code = exitCode(for: error)
        if code == .validationFailure, wantsJSON(arguments) {
            let words = commandWords(arguments).joined(separator: " ")
            let object = ErrorObject(code: .usage, message: withoutTokens(message(for: error), arguments))
            try? Console(format: .json, isQuiet: true).show(object, of: words)
            Foundation.exit(code.rawValue)
        }
        if code == .validationFailure {
            Console(format: .text, isQuiet: true).err(withoutTokens(fullMessage(for: error), arguments) + "\n")
            Foundation.exit(code.rawValue)
        }
        exit(withError: error)
    }

    /// A token that was given as an argument by mistake is not printed again: it may go to a log, where an argument
    /// does not.
    private static func withoutTokens(_ message: String, _ arguments: [String]) -> String {
        guard arguments.first == "token" else { return message }
        let words = commandWords(arguments)
        return arguments.filter { !words.contains($0) && !$0.isEmpty }.reduce(message) { message, argument in
            message.replacingOccurrences(
                of: "Unexpected argument '\(argument)'",
                with: "An argument too many, which is not shown; a token comes from standard input, --file or --fd")
        }
    }

    /// The words that name a command, as far as there is one of that name; else the word that was meant as one.
    private static func commandWords(_ arguments: [String]) -> [String] {
        var words: [String] = []
        var commands = configuration.subcommands
        for argument in arguments {
            guard let command = commands.first(where: { $0.configuration.commandName == argument }) else { break }
            words.append(argument)
            commands = command.configuration.subcommands
        }
        return words.isEmpty ? Array(arguments.prefix(1)) : words
    }

    private static func wantsJSON(_ arguments: [String]) -> Bool {
        arguments.contains("--output=json")
            || zip(arguments, arguments.dropFirst()).contains { $0 == "--output" && $1 == "json" }
    }
}
