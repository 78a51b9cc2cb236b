import ArgumentParser
import PatchbayInput
import PatchbayKeys
import PatchbayModel
import PatchbayStore

struct KeyResetCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "For a lost root key: give up the tokens it sealed, make a new key, list the tokens to set anew.",
        discussion: "No task is lost, and none is sent twice. Refused while the key opens the store.")
    static let words = "key reset"

    @Flag(
        name: .customLong("give-up-tokens"),
        help: "Say that every token of this store is to be forgotten; nothing brings one back.")
    var giveUpTokens = false
    @OptionGroup var flags: GlobalFlags

    func validate() throws {
        guard giveUpTokens else {
            throw ValidationError(
                "key reset forgets every token of the store. If the key is lost for good, say --give-up-tokens; if a "
                    + "copy of it is somewhere, "
                    + "put that in its place instead.")
        }
    }

    private struct ToSet: Encodable {
        let integration: String
        let type: String
        let kind: String
        let isActive: Bool
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        let kinds = Dictionary(try await store.tokens().map { ($0.integrationID, $0.kind) }) { one, _ in one }
        let toSet = try await store.integrations().compactMap { integration in
            kinds[integration.id].map {
                ToSet(integration: integration.name, type: integration.type, kind: $0, isActive: integration.isActive)
            }
        }
        let source = try rooms.vaultAccess(store).source
        let names = toSet.map(\.integration).joined(separator: ", ")
        let reset = try await KeyReset(store: store, source: source).run { installed in
            EventRecord(
                at: .now, actor: Program.userName, action: "key_reset", subject: source.first.description,
                detail: "\(installed.rawValue); tokens given up: \(names.isEmpty ? "none" : names)")
        }
        var outcome = CommandOutcome()
        outcome.summary = [
            "key": .string(reset.installed.rawValue), "keySource": .string(source.first.description),
            "givenUp": .integer(Int64(toSet.count)),
        ]
        outcome.result = ["setAnew": toSet]
        var table = TextTable(["INTEGRATION", "TYPE", "SET ITS TOKEN WITH"])
        for entry in toSet {
            let kind = entry.kind == "api-key" ? "" : " --kind \(entry.kind)"
            table.add([entry.integration, entry.type, "patchbay token set \(entry.integration)\(kind)"])
        }
        outcome.text = "key  \(source.first) (\(reset.installed == .created ? "made" : "found and taken"))"
        if !toSet.isEmpty { outcome.text += "\n\n" + table.text }
        outcome.notes = [
            "the tokens are still valid at the vendors until they are revoked there",
            "keep a copy of the new key somewhere else; backups from before open with the old one only",
        ]
        return outcome
    }
}
