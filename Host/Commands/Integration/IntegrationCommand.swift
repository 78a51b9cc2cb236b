import ArgumentParser
import PatchbayInput
import PatchbayModel
import PatchbaySetup
import PatchbayStore

struct IntegrationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "integration", abstract: "Add, change, check, rename and remove integrations.",
        subcommands: [
            IntegrationAdd.self, IntegrationImport.self, IntegrationList.self, IntegrationShow.self,
            IntegrationSet.self,
            IntegrationEnable.self, IntegrationDisable.self, IntegrationRename.self, IntegrationRemove.self,
            IntegrationCheck.self, IntegrationDiscover.self,
        ])

    /// What `add`, `set` and `import` say of an integration that cannot be used yet.
    static func notes(missing: [String], name: String, tokenSet: Bool) -> [String] {
        var notes: [String] = []
        if !missing.isEmpty {
            let words = missing.map { "\($0)=VALUE" }.joined(separator: " ")
            notes.append(
                "still missing: \(missing.joined(separator: ", ")); set with `patchbay integration set \(name) "
                    + "\(words)`"
            )
        }
        if !tokenSet { notes.append("no token yet; set it with `patchbay token set \(name)`") }
        return notes
    }
}

struct IntegrationList: PatchbayCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the integrations.")
    static let words = "integration list"

    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        let tokens = Dictionary(uniqueKeysWithValues: try await store.tokens().map { ($0.integrationID, $0) })
        let all = try await store.integrations()
        var table = TextTable(["NAME", "TYPE", "ACTIVE", "TOKEN", "SETTINGS"])
        for integration in all {
            let settings = integration.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }.joined(
                separator: " ")
            table.add([
                integration.name, integration.type, integration.isActive ? "yes" : "no",
                tokens[integration.id]?.fingerprint ?? "not set",
                settings,
            ])
        }
        var outcome = CommandOutcome()
        outcome.summary = ["count": .integer(Int64(all.count))]
        outcome.result = ["integrations": all.map { IntegrationView($0, token: tokens[$0.id]) }]
        outcome.text =
            all.isEmpty ? "no integration yet; add one with `patchbay integration add NAME --type TYPE`" : table.text
        return outcome
    }
}

struct IntegrationShow: PatchbayCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one integration.")
    static let words = "integration show"

    @Argument(help: "Its name.") var name: String
    @OptionGroup var flags: GlobalFlags

    private static func words(_ token: SealedToken) -> String {
        "\(token.kind), fingerprint \(token.fingerprint), for \(token.origins.joined(separator: ", "))"
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let integration = try await rooms.integration(named: name)
        let token = try await rooms.store().token(integrationID: integration.id)
        var lines = [
            "name      \(integration.name)", "type      \(integration.type)",
            "active    \(integration.isActive ? "yes" : "no")",
            "token     \(token.map(Self.words) ?? "not set")",
        ]
        if let base = integration.baseURL { lines.append("base URL  \(base)") }
        if let patience = integration.patience { lines.append("patience  \(patience.components.seconds) s") }
        for (key, value) in integration.settings.sorted(by: { $0.key < $1.key }) {
            lines.append("setting   \(key) = \(Printable.text(value.text))")
        }
        var outcome = CommandOutcome()
        outcome.result = IntegrationView(integration, token: token)
        outcome.text = lines.joined(separator: "\n")
        return outcome
    }
}
