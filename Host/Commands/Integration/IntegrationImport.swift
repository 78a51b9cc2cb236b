import ArgumentParser
import PatchbayInput
import PatchbayModel
import PatchbaySetup

struct IntegrationImport: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take integrations from an application that kept them itself, tokens included.",
        discussion: """
            One JSON object a line: {"name", "type", "settings", "isActive", "accessToken"}. The token is sealed at \
            once. \
            Remove the file afterwards: it holds tokens in the open.
            """)
    static let words = "integration import"

    @Argument(help: "A file, or - for standard input.") var file: String
    @OptionGroup var flags: GlobalFlags

    private struct RowView: Encodable {
        let name: String
        let type: String
        let added: Bool
        let tokenSet: Bool
        let missingSettings: [String]
        /// Deliveries taken over from removed integrations of the same target.
        let adopted: Int64
    }
    private struct ResultView: Encodable {
        let integrations: [RowView]
        let errors: [LineErrorView]
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let importer = IntegrationImporter(
            setup: try await rooms.integrationSetup(), tokens: try await rooms.tokenSetup())
        let report = try await importer.run(path: file)
        for row in report.rows {
            try await rooms.record("integration_imported", row.name, detail: row.tokenSet ? "token set" : nil)
        }
        var table = TextTable(["NAME", "TYPE", "DONE", "TOKEN", "MISSING"])
        for row in report.rows {
            table.add([
                row.name, row.type, row.added ? "added" : "changed", row.tokenSet ? "set" : "-",
                row.missing.isEmpty ? "-" : row.missing.joined(separator: ", "),
            ])
        }
        var outcome = CommandOutcome()
        outcome.exit = report.errors.isEmpty ? .done : .inputWrong
        outcome.summary = [
            "imported": .integer(Int64(report.rows.count)), "refused": .integer(Int64(report.errors.count)),
        ]
        outcome.result = ResultView(
            integrations: report.rows.map {
                RowView(
                    name: $0.name, type: $0.type, added: $0.added, tokenSet: $0.tokenSet, missingSettings: $0.missing,
                    adopted: AdoptionWords.sum($0.adopted))
            },
            errors: report.errors.map(LineErrorView.init))
        outcome.text = report.rows.isEmpty ? "nothing imported" : table.text
        outcome.notes = report.errors.map { "\(Printable.text($0.message)) [\($0.code)]" }
        outcome.notes += report.rows.compactMap { row in AdoptionWords.note(row.adopted).map { "\(row.name) \($0)" } }
        if !report.unknownFields.isEmpty {
            outcome.notes.append(
                "ignored fields: \(Printable.names(report.unknownFields))")
        }
        if report.rows.contains(where: \.tokenSet) {
            outcome.notes.append("the input holds tokens in the open: remove it")
        }
        return outcome
    }
}

/// A refused line as JSON output shows it.
struct LineErrorView: Encodable, Sendable {
    let line: Int?
    let field: String?
    let code: String
    let message: String

    init(_ error: InputError) {
        line = error.line
        field = error.field
        code = error.code.rawValue
        message = error.message
    }
}
