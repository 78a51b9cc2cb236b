import ArgumentParser
import Logging

enum OutputFormat: String, ExpressibleByArgument, CaseIterable { case text, json }
enum LogFormat: String, ExpressibleByArgument, CaseIterable { case text, json }

/// The flags that every command takes, before or after its name.
struct GlobalFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Folder of store and plugins (else PATCHBAY_HOME, else the XDG data directory).", valueName: "dir"))
    var home: String?

    @Option(
        help: ArgumentHelp(
            "Folder of connectors instead of the shipped and the home's (else PATCHBAY_PLUGINS).", valueName: "dir"))
    var plugins: String?

    @Option(
        help: ArgumentHelp(
            "Where the root key is: file:PATH, credential:NAME, fd:N, cmd:/PATH or prompt (else PATCHBAY_KEY).",
            valueName: "source"))
    var key: String?

    @Option(
        help: ArgumentHelp("The store, such as sqlite:PATH (default: patchbay.sqlite in the home).", valueName: "url"))
    var store: String?

    @Option(help: "How results are printed.")
    var output: OutputFormat = .text

    @Option(
        name: .customLong("log-level"),
        help: "Least important messages to log: trace, debug, info, notice, warning, error, critical.")
    var logLevel: Logger.Level = .warning

    @Option(name: .customLong("log-format"), help: "How log lines are written.")
    var logFormat: LogFormat = .text

    @Flag(help: "No progress and no remarks on standard error.")
    var quiet = false

    @Flag(name: .customLong("no-color"), help: "No colour (NO_COLOR is honoured too).")
    var noColor = false

    /// Moves these flags behind the command's name when they stand before it: `patchbay --home DIR status`.
    static func movedBehindCommand(_ arguments: [String]) -> [String] {
        let taking = ["--home", "--plugins", "--key", "--store", "--output", "--log-level", "--log-format"]
        let plain = ["--quiet", "--no-color"]
        var moved: [String] = []
        var index = arguments.startIndex
        while index < arguments.endIndex {
            let argument = arguments[index]
            if taking.contains(argument), index + 1 < arguments.endIndex {
                moved += arguments[index...(index + 1)]
                index += 2
            } else if plain.contains(argument) || taking.contains(where: { argument.hasPrefix($0 + "=") }) {
                moved.append(argument)
                index += 1
            } else {
                break
            }
        }
        let rest = Array(arguments[index...])
        // Behind the command's words and before a `--`, after which everything is a value.
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return rest.isEmpty ? moved : Array(rest[..<end]) + moved + Array(rest[end...])
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
