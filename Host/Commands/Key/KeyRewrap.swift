import ArgumentParser
import PatchbayInput
import PatchbayKeys
import PatchbayModel
import PatchbayVault

struct KeyRewrap: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "rewrap",
        abstract: "Put a new root key in the place of the present one. Tokens and data keys stay as they are.",
        discussion: """
            By itself it makes a new key file, which takes the name of the present one; that is kept beside it, with \
            its id in its name. \
            Killed at any moment, the store opens with the one or the other, and a second run goes on or starts anew.
            """)
    static let words = "key rewrap"

    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            """
            Where the new root key is: file:PATH (made when it is not there), credential:NAME, fd:N, cmd:/PATH or \
            prompt.
            """,
            valueName: "source"))
    var to: String?
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        guard rooms.home.otherKeySource == nil else {
            throw CommandError(
                .keySourcesDisagree,
                "--key and PATCHBAY_KEY both name a source, and only one of them can get the new key; name one")
        }
        let target = try target(rooms)
        let vault = try await rooms.vault()
        let report = try await RootRotation(store: store, vault: vault, target: target, actor: Program.userName).run()
        return outcome(report, rooms)
    }

    private func target(_ rooms: Rooms) throws -> RootRotation.Target {
        if let to { return .source(try rooms.keySource(to)) }
        guard case .file(let path) = try rooms.keySource(rooms.home.keySource) else {
            throw CommandError(
                .keyMissing,
                "the root key comes from \(rooms.home.keySource), where none can be made; name where the new one is "
                    + "with --to SOURCE"
            )
        }
        return .successor(of: path)
    }

    private func outcome(_ report: RootReport, _ rooms: Rooms) -> CommandOutcome {
        var outcome = CommandOutcome()
        outcome.summary = [
            "rootKey": .string(report.newID), "from": .string(report.oldID), "keySource": .string(report.place),
            "slots": .integer(Int64(report.slots.count)), "foreignSlots": .integer(Int64(report.foreignSlots.count)),
            "scrubbed": .boolean(report.isScrubbed),
        ]
        outcome.result = ["sealedAnew": report.slots, "foreign": report.foreignSlots]
        var lines = [
            "root key \(report.newID), in \(report.place), is the store's",
            "root key \(report.oldID) no longer opens it",
        ]
        if let oldPlace = report.oldPlace {
            outcome.summary["oldKeyFile"] = .string(oldPlace)
            lines.append("its file is now \(oldPlace)")
        }
        lines += report.slots.map { "recovery slot \($0) is sealed anew, and not tested yet" }
        outcome.text = lines.joined(separator: "\n")
        outcome.notes = report.foreignSlots.map {
            "the recovery slot \($0) bears no mark of the root: somebody without the key wrote or changed it. It was "
                + "removed; find out who"
        }
        if to != nil {
            outcome.notes.append(
                "from now on start patchbay with --key \(report.place), or PATCHBAY_KEY=\(report.place)")
        }
        if let problem = report.problem {
            outcome.summary["renamePending"] = .string(problem)
            outcome.notes.append(
                "\(problem) Until it has its name, the key is found where it is, and each start tries again.")
        }
        if !report.isScrubbed {
            outcome.notes.append(
                "a reader keeps the wraps under the old key in the write-ahead log; they go when it ends")
        }
        outcome.notes.append(
            "If the old key may be known to others, run `patchbay key rotate` too: with it and a copy of the store the "
                + "data keys are theirs."
        )
        outcome.notes.append(
            "Keep a copy of the new key apart from the store. Copies of the store from before open with the old key "
                + "only: keep it as long as "
                + "you keep them, then destroy it.")
        return outcome
    }
}
