import ArgumentParser
import PatchbayInput
import PatchbayModel
import PatchbayStore

struct IntegrationEnable: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable", abstract: "Let syncs serve an integration again.")
    static let words = "integration enable"

    @Argument(help: "Its name.") var name: String
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome { try await IntegrationActivity.set(true, name, rooms) }
}

struct IntegrationDisable: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Leave an integration alone; its deliveries wait.")
    static let words = "integration disable"

    @Argument(help: "Its name.") var name: String
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        try await IntegrationActivity.set(false, name, rooms)
    }
}

private enum IntegrationActivity {
    static func set(_ isActive: Bool, _ name: String, _ rooms: Rooms) async throws -> CommandOutcome {
        var integration = try await rooms.integration(named: name)
        let word = isActive ? "enabled" : "disabled"
        var outcome = CommandOutcome()
        outcome.text = integration.isActive == isActive ? "\(name) is \(word) already" : "\(word) \(name)"
        if integration.isActive != isActive {
            integration.isActive = isActive
            try await rooms.store().update(integration)
            try await rooms.record("integration_\(word)", name)
        }
        outcome.result = IntegrationView(
            integration, token: try await rooms.store().token(integrationID: integration.id))
        return outcome
    }
}
