import TestSupport

/// The commands there are, as the program itself tells them.
enum CommandTree {
    /// The words of each command that does something: `task list`.
    static func leaves(_ desk: Workbench) async throws -> [String] {
        let help = try JSON(parsing: try await desk.run(["--experimental-dump-help"], raw: true).out)
        return leaves(help["command"], []).filter { $0 != "help" }
    }

    private static func leaves(_ command: JSON, _ above: [String]) -> [String] {
        let below = command["subcommands"].items.filter { $0["commandName"] != "help" }
        guard !below.isEmpty else { return [above.joined(separator: " ")] }
        return below.flatMap { leaves($0, above + [$0["commandName"].text ?? ""]) }
    }
}
