import PatchbayInput
import PatchbayModel
import PatchbayVault

/// Takes the rows of an application that kept its integrations itself: settings and token in one step.
package struct IntegrationImporter: Sendable {
    /// What became of one row.
    package struct Row: Sendable {
        package let name: String
        package let type: String
        package let added: Bool
        package let tokenSet: Bool
        package let missing: [String]
        /// Deliveries taken over from removed integrations of the same target.
        package let adopted: [DeliveryState: Int]
    }

    package struct Report: Sendable {
        package var rows: [Row] = []
        package var errors: [InputError] = []
        package var unknownFields: Set<String> = []
    }

    private let setup: IntegrationSetup
    private let tokens: TokenSetup

    package init(setup: IntegrationSetup, tokens: TokenSetup) {
        self.setup = setup
        self.tokens = tokens
    }

    /// Reads all of `path` (`-` = standard input). Tokens are not asked at the vendor: a move must work offline.
    package func run(path: String) async throws -> Report {
        let reader = try LineReader(path: path)
        var report = Report()
        while let line = try reader.next({ IntegrationLine($0) }) {
            do {
                try await take(line, &report)
            } catch let error as InputError {
                report.errors.append(error)
            } catch let error as any PatchbayFailure {
                report.errors.append(InputError(error.code, line: line.number, error.message, context: error.context))
            }
            guard report.errors.count < Limits.reportRowsMax else { break }
        }
        return report
    }

    private func take(_ line: IntegrationLine, _ report: inout Report) async throws {
        if let error = line.error { throw error }
        let input = try IntegrationInput(line.value, line: line.number)
        report.unknownFields.formUnion(
            input.unknownFields.prefix(max(0, Limits.unknownFieldsMax - report.unknownFields.count)))
        let (outcome, added) = try await setup.adopt(input)
        if line.hasToken {
            _ = try await line.withToken { token in
                try await tokens.set(
                    token, integration: outcome.integration, kind: nil,
                    TokenSetup.Manner(checks: false, mayChangeAccount: true))
            }
        }
        report.rows.append(
            Row(
                name: outcome.integration.name, type: outcome.integration.type, added: added, tokenSet: line.hasToken,
                missing: outcome.missing, adopted: outcome.adopted))
    }
}
