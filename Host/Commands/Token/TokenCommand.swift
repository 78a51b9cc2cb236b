import ArgumentParser
import Foundation
import PatchbayInput
import PatchbayModel
import PatchbaySetup
import PatchbayStore
import PatchbayVault

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Set, see and remove the tokens of integrations. No command prints a token.",
        subcommands: [TokenSet.self, TokenRotate.self, TokenRefresh.self, TokenStatus.self, TokenRemove.self])
}

struct TokenRemove: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove an integration's token from the store.")
    static let words = "token remove"

    @Argument(help: "The integration's name.") var name: String
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let integration = try await rooms.integration(named: name)
        guard try await rooms.store().removeToken(integrationID: integration.id) else {
            throw CommandError(
                .tokenMissing, "integration \(name) has no token",
                context: ErrorContext(system: integration.type, integration: name))
        }
        try await rooms.record("token_removed", name)
        var outcome = CommandOutcome()
        outcome.summary = ["removed": .string(name)]
        outcome.text = "removed the token of \(name); it is still valid at the vendor until you revoke it there"
        return outcome
    }
}
