import ArgumentParser
import PatchbayInput
import PatchbayKeys
import PatchbayModel
import PatchbayStore
import PatchbayVault

struct KeySlotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "slot",
        abstract: "Ways back to the root key when its source is lost: passphrases and offline key pairs.",
        subcommands: [KeySlotAdd.self, KeySlotList.self, KeySlotTest.self, KeySlotRemove.self, KeySlotKeygen.self])
}

struct KeySlotAdd: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Seal the root key for a passphrase, or for the holder of an offline private key."
    )
    static let words = "key slot add"

    @Argument(help: "A name for the slot.") var name: String
    @Flag(help: "For a passphrase, which is asked for twice on the terminal.") var passphrase = false
    @Option(
        name: .customLong("public-key"),
        help: ArgumentHelp("For the holder of its private key; `key slot keygen` makes both.", valueName: "file"))
    var publicKey: String?
    @OptionGroup var flags: GlobalFlags

    func validate() throws {
        guard passphrase != (publicKey != nil) else {
            throw ValidationError("Give either --passphrase or --public-key FILE.")
        }
        let isPlain = name.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || [45, 46, 95].contains($0)
        }
        guard isPlain, (1...Limits.slotNameCharactersMax).contains(name.count) else {
            throw ValidationError(
                "A slot's name has 1 to \(Limits.slotNameCharactersMax) letters, digits, dots, dashes and underscores.")
        }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        let owner: RecoverySlots.Owner = publicKey.map { .publicKey(path: $0) } ?? .passphrase
        rooms.use(try await RecoverySlots(store: store).add(name, for: owner, access: try rooms.vaultAccess(store)))
        try await rooms.record("slot_added", name, detail: publicKey == nil ? "passphrase" : "public-key")
        var outcome = CommandOutcome()
        outcome.summary = ["slot": .string(name), "kind": .string(publicKey == nil ? "passphrase" : "public-key")]
        outcome.text = "recovery slot \(name) holds the root key"
        outcome.notes = ["Test it now, and again from time to time: `patchbay key slot test \(name)`."]
        return outcome
    }
}

struct KeySlotList: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the recovery slots. Needs no key.")
    static let words = "key slot list"

    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let slots = try await rooms.store().recoverySlots()
        var outcome = CommandOutcome()
        outcome.summary = ["slots": .integer(Int64(slots.count))]
        outcome.result = ["slots": slots.map(SlotView.init)]
        outcome.text = slots.isEmpty ? "no recovery slot; make one with `patchbay key slot add`" : SlotView.table(slots)
        return outcome
    }
}

/// A recovery slot in JSON and in lists.
struct SlotView: Encodable {
    let name: String
    let kind: String
    let createdAt: String
    let testedAt: String?

    init(_ slot: RecoverySlot) {
        name = slot.name
        kind = slot.kind.rawValue
        createdAt = slot.createdAt.text
        testedAt = slot.testedAt?.text
    }

    static func table(_ slots: [RecoverySlot]) -> String {
        var table = TextTable(["RECOVERY SLOT", "KIND", "CREATED", "TESTED"])
        for slot in slots.map(SlotView.init) {
            table.add([slot.name, slot.kind, slot.createdAt, slot.testedAt ?? "never"])
        }
        return table.text
    }
}

struct KeySlotTest: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Open a recovery slot, and with what it holds every key of the store. Needs no other key.")
    static let words = "key slot test"

    @Argument(help: "The slot's name.") var name: String
    @Option(name: .customLong("private-key"), help: ArgumentHelp("The private key of its pair.", valueName: "file"))
    var privateKey: String?
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let vault = try await RecoverySlots(store: try await rooms.store()).test(name, privateKey: privateKey)
        rooms.use(vault)
        try await rooms.record("slot_tested", name)
        var outcome = CommandOutcome()
        outcome.summary = ["slot": .string(name), "rootKey": .string(vault.rootKeyID)]
        outcome.text = "recovery slot \(name) holds root key \(vault.rootKeyID), which opens every key of the store"
        return outcome
    }
}

struct KeySlotRemove: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Forget a recovery slot. Copies of the store from before still hold it.")
    static let words = "key slot remove"

    @Argument(help: "The slot's name.") var name: String
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        guard try await store.removeSlot(named: name) else {
            throw CommandError(
                .slotNotFound, "there is no recovery slot \(name); `patchbay key slot list` shows those there are")
        }
        try await rooms.record("slot_removed", name)
        var outcome = CommandOutcome()
        outcome.summary = ["removed": .string(name)]
        outcome.text = "removed recovery slot \(name)"
        outcome.notes = ["Who opened it before may have kept the root key; `patchbay key rewrap` makes that useless."]
        return outcome
    }
}

struct KeySlotKeygen: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Make an offline pair: DIR/recovery.key, to be kept away from here, and DIR/recovery.pub.")
    static let words = "key slot keygen"

    @Argument(help: ArgumentHelp("The folder to make them in.", valueName: "dir")) var folder: String
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let pair = try RecoveryPair.make(in: folder)
        var outcome = CommandOutcome()
        outcome.summary = [
            "id": .string(pair.id), "privateKey": .string(pair.privatePath), "publicKey": .string(pair.publicPath),
        ]
        outcome.text = "pair \(pair.id)\nprivate key  \(pair.privatePath)\npublic key   \(pair.publicPath)"
        outcome.notes = [
            "Take the private key off this machine. Then `patchbay key slot add NAME --public-key \(pair.publicPath)`, "
                + "here or elsewhere."
        ]
        return outcome
    }
}
