import ArgumentParser
import PatchbayInput
import PatchbayModel
import PatchbaySetup
import PatchbayStore

struct TokenStatus: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show which tokens are set, and when they end.")
    static let words = "token status"

    @Option(
        help: ArgumentHelp(
            "Exit 1 when a token has ended or ends within this time, such as 30d or 12h.", valueName: "time"))
    var within: String = "30d"
    @OptionGroup var flags: GlobalFlags

    func validate() throws {
        guard TimeSpan.parse(within) != nil else {
            throw ValidationError("--within takes a number with d, h, m or s, such as 30d.")
        }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        let tokens = Dictionary(uniqueKeysWithValues: try await store.tokens().map { ($0.integrationID, $0) })
        let integrations = try await store.integrations()
        let deadline = Timestamp.now.advanced(by: TimeSpan.parse(within) ?? .zero)
        let previous = Dictionary(
            uniqueKeysWithValues: try await store.previousTokens(integrationID: nil, now: .now).map {
                ($0.token.integrationID, $0.until)
            })
        let ending = integrations.filter { tokens[$0.id]?.outlook.end.map { $0 <= deadline } ?? false }
        var table = TextTable([
            "INTEGRATION", "TYPE", "KIND", "FINGERPRINT", "SET", "LAST USED", "ACCESS ENDS", "PERSON NEEDED BY",
            "OVERLAP",
        ])
        for integration in integrations {
            let token = tokens[integration.id]
            table.add([
                integration.name, integration.type, token?.kind ?? "-", token?.fingerprint ?? "not set",
                token?.setAt.text ?? "-",
                token?.lastUsedAt?.text ?? "-", token == nil ? "-" : token?.expiresAt?.text ?? "not told",
                token?.outlook.words ?? "-",
                previous[integration.id]?.text ?? "-",
            ])
        }
        var outcome = CommandOutcome()
        outcome.exit = ending.isEmpty ? .done : .someFailed
        outcome.summary = ["set": .integer(Int64(tokens.count)), "ending": .integer(Int64(ending.count))]
        outcome.result = ["tokens": integrations.map { TokenView($0, tokens[$0.id], previousUntil: previous[$0.id]) }]
        outcome.text = integrations.isEmpty ? "no integration yet" : table.text
        outcome.notes = ending.compactMap { integration in
            tokens[integration.id].map { $0.outlook.warning(integration.name, now: .now) }
        }
        return outcome
    }
}

/// A length of time as the command line writes it.
enum TimeSpan {
    /// Nil unless it is a whole number, at most five digits, and d, h, m or s.
    static func parse(_ text: String) -> Duration? {
        guard let unit = text.last, let number = Int64(text.dropLast()), (0...99_999).contains(number) else {
            return nil
        }
        switch unit {
        case "d": return .seconds(number * 86_400)
        case "h": return .seconds(number * 3_600)
        case "m": return .seconds(number * 60)
        case "s": return .seconds(number)
        default: return nil
        }
    }
}
