import ArgumentParser
import PatchbayConnectors
import PatchbayModel

struct ConnectorVerify: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Take a plugin's file through every check that loading it makes, and show each.",
        discussion:
            """
            The file may lie anywhere. It is loaded in a worker of its own, and only when all checks before that are \
            passed.
            """
    )
    static let words = "connector verify"

    @Argument(help: "The plugin's file.", completion: .file(extensions: ["so"])) var file: String
    @OptionGroup var flags: GlobalFlags

    private struct CheckView: Encodable, Sendable {
        let check: String
        let result: String
        let reason: String?
        let message: String?
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let verifier = PluginVerifier(
            worker: rooms.home.workerPath, home: rooms.home.directory, directories: rooms.pluginDirectories)
        let views = try await verifier.verify(file).map { check in
            switch check.result {
            case .passed(let detail): CheckView(check: check.name, result: "passed", reason: nil, message: detail)
            case .failed(let reason, let message):
                CheckView(check: check.name, result: "failed", reason: reason.rawValue, message: message)
            case .skipped: CheckView(check: check.name, result: "skipped", reason: nil, message: nil)
            }
        }
        var table = TextTable(["RESULT", "CHECK", "SEEN"], cellWidthMax: 400)
        for view in views {
            table.add([
                view.result, view.check,
                [view.message, view.reason.map { "[\($0)]" }].compactMap(\.self).joined(separator: " "),
            ])
        }
        var outcome = CommandOutcome()
        let failed = views.count { $0.result == "failed" }
        outcome.summary = [
            "passed": .integer(Int64(views.count { $0.result == "passed" })), "failed": .integer(Int64(failed)),
            "skipped": .integer(Int64(views.count { $0.result == "skipped" })),
        ]
        outcome.result = ["checks": views]
        outcome.text = table.text
        if failed > 0 { outcome.exit = .someFailed }
        return outcome
    }
}
