import ArgumentParser
import PatchbayInput
import PatchbayKeys
import PatchbayModel
import PatchbayVault

struct KeyRecover: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Write a new key file with the root key out of a recovery slot, when the key is lost.",
        discussion:
            "The file is made where the key is looked for, or at --to file:PATH. It is never written over another.")
    static let words = "key recover"

    @Argument(help: "The slot's name.") var name: String
    @Option(name: .customLong("private-key"), help: ArgumentHelp("The private key of its pair.", valueName: "file"))
    var privateKey: String?
    @Option(name: .customLong("to"), help: ArgumentHelp("Where the key file is to be.", valueName: "file:path")) var to:
        String?
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        guard case .file(let path) = try KeySource(parsing: to ?? rooms.home.keySource) else {
            throw CommandError(.keyInvalid, "a recovered key is written to a file; name it with --to file:PATH")
        }
        let vault = try await RecoverySlots(store: store).recover(name, privateKey: privateKey, to: path)
        rooms.use(vault)
        try await rooms.record("key_recovered", vault.rootKeyID, detail: "from slot \(name)")
        var outcome = CommandOutcome()
        outcome.summary = [
            "slot": .string(name), "rootKey": .string(vault.rootKeyID), "keySource": .string("file:\(path)"),
        ]
        outcome.text = "root key \(vault.rootKeyID) is at \(path) and opens every key of the store"
        if to != nil { outcome.notes.append("start patchbay with --key file:\(path), or PATCHBAY_KEY=file:\(path)") }
        outcome.notes.append("If others may have the lost key, run `patchbay key rewrap` now.")
        return outcome
    }
}
