import ArgumentParser
import PatchbayInput
import PatchbayKeys
import PatchbayModel
import PatchbayStore

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "See and rotate the keys that seal the tokens. No command prints a key.",
        subcommands: [
            KeyList.self, KeyStatus.self, KeyRotate.self, KeyRewrap.self, KeyDestroy.self, KeySlotCommand.self,
            KeyRecover.self,
            KeyResetCommand.self,
        ])
}

struct KeyList: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the data keys and their states.")
    static let words = "key list"

    @OptionGroup var flags: GlobalFlags

    private struct View: Encodable {
        let number: Int64
        let state: String
        let createdAt: String
    }
    private struct KeyListView: Encodable {
        let keys: [View]
        let recoverySlots: [SlotView]
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let keys = try await rooms.store().dataKeys()
        var table = TextTable(["KEY", "STATE", "CREATED"])
        for key in keys { table.add(["\(key.number)", key.state.rawValue, key.createdAt.text]) }
        var outcome = CommandOutcome()
        outcome.summary = ["keys": .integer(Int64(keys.count))]
        let slots = try await rooms.store().recoverySlots()
        outcome.result = KeyListView(
            keys: keys.map { View(number: $0.number, state: $0.state.rawValue, createdAt: $0.createdAt.text) },
            recoverySlots: slots.map(SlotView.init))
        outcome.text = keys.isEmpty ? "no key yet; run `patchbay init`" : table.text
        if !slots.isEmpty { outcome.text += "\n\n" + SlotView.table(slots) }
        return outcome
    }
}

struct KeyStatus: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract:
            "Show the root key's id, the primary data key, recovery slots, and how far a rotation is. Needs no key.")
    static let words = "key status"

    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        guard let root = try await store.rootKey() else {
            throw CommandError(.keyMissing, "the store has no key yet; run `patchbay init`")
        }
        let primary = try await store.dataKeys().first { $0.state == .primary }?.number ?? 0
        let counts = try await store.rowCounts(notUnder: primary)
        var outcome = CommandOutcome()
        outcome.summary = [
            "rootKey": .string(root.keyID), "primaryKey": .integer(primary), "tokens": .integer(Int64(counts.all)),
            "notUnderPrimary": .integer(Int64(counts.others)),
        ]
        var lines = [
            "root key     \(root.keyID), looked for in \(rooms.home.keySource)", "primary key  \(primary)",
            "tokens       \(counts.all), \(counts.others) of them under another key",
        ]
        if let rotation = try await store.rotation() {
            let state =
                rotation.scrubbedAt != nil ? "done" : rotation.retiredAt != nil ? "to be scrubbed" : "not finished"
            lines.append(
                "rotation     to key \(rotation.key) by \(rotation.owner), begun \(rotation.startedAt.text), \(state)")
            outcome.result = RotationView(
                rotation, state: state, faults: try await store.rotationFaults(key: rotation.key).count)
            if rotation.scrubbedAt == nil { outcome.notes.append("`patchbay key rotate` goes on with it") }
        }
        let slots = try await store.recoverySlots()
        outcome.summary["recoverySlots"] = .integer(Int64(slots.count))
        outcome.summary["untestedSlots"] = .integer(Int64(slots.count { $0.testedAt == nil }))
        lines += slots.map {
            "recovery     \($0.name) (\($0.kind.rawValue)), "
                + "\($0.testedAt.map { "tested \($0.text)" } ?? "never tested")"
        }
        if slots.isEmpty { lines.append("recovery     no slot: a lost key file loses every token") }
        if let staged = try await store.stagedRoot() {
            outcome.summary["stagedRootKey"] = .string(staged.root.keyID)
            lines.append("root change  to key \(staged.root.keyID), not finished")
            outcome.notes.append("`patchbay key rewrap`, as it was called before, ends the change of the root key")
        }
        outcome.text = lines.joined(separator: "\n")
        return outcome
    }
}

/// A rotation in JSON.
struct RotationView: Encodable {
    let key: Int64
    let from: Int64
    let state: String
    let owner: String
    let startedAt: String
    let promotedAt: String?
    let retiredAt: String?
    let provedRows: Int?
    let scrubbedAt: String?
    let faults: Int

    init(_ rotation: RotationRecord, state: String, faults: Int) {
        key = rotation.key
        from = rotation.from
        self.state = state
        owner = rotation.owner
        startedAt = rotation.startedAt.text
        promotedAt = rotation.promotedAt?.text
        retiredAt = rotation.retiredAt?.text
        provedRows = rotation.provedRows
        scrubbedAt = rotation.scrubbedAt?.text
        self.faults = faults
    }
}

struct KeyDestroy: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "destroy",
        abstract: "Forget a retired data key for good. Backups made before its rotation no longer open.")
    static let words = "key destroy"

    @Argument(help: "The data key's number, as `key list` shows it.") var number: Int64
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        try await rooms.bringInRescued()
        let waiting = rooms.rescue.files(under: number)
        guard waiting.isEmpty else {
            throw CommandError(
                .keyInUse,
                "\(waiting.count) refreshed tokens that could not be stored may open with data key \(number) only: "
                    + "\(waiting.prefix(Limits.pluginsNamedInErrorMax).joined(separator: ", ")); a sync brings in "
                    + "those that are whole; if the "
                    + "others are of no use any more, remove the files, then run this again")
        }
        try await rooms.store().destroyKey(number)
        try await rooms.record("key_destroyed", "\(number)")
        var outcome = CommandOutcome()
        outcome.summary = ["destroyed": .integer(number)]
        outcome.text = "destroyed data key \(number); copies of the store from before still hold it, wrapped"
        return outcome
    }
}
