import ArgumentParser
import Foundation
import PatchbayInput
import PatchbayKeys
import PatchbayModel
import PatchbayStore
import PatchbayStoreSQLite
import PatchbayVault

struct RestoreCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Put a backup in the place of the store, which is kept aside.",
        discussion:
            """
            What may have been sent after the backup is looked up before anything is sent. --check only tells whether \
            it could be done.
            """
    )
    static let words = "restore"

    @Argument(help: ArgumentHelp("The file that `patchbay backup` made.", valueName: "file")) var file: String
    @Flag(help: "Check the backup and whether the key opens it, and change nothing.") var check = false
    @Flag(
        name: .customLong("without-key"),
        help: "Restore though its key is not at hand: tasks are kept, tokens are to be set anew.")
    var withoutKey = false
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let path = BackupWords.absolute(file)
        if check { return try await look(path, rooms) }
        try HomeFolders(rooms.home).make()
        let restore = try await StoreRestore.begin(path, store: rooms.home.databasePath)
        let key: BackupKey
        do {
            key = BackupKey(restore.backup, rooms)
            if let problem = key.problem, !withoutKey { throw key.refusal(problem) }
        } catch {
            restore.abandon()
            throw error
        }
        let manifest = restore.backup.manifest
        let event = EventRecord(
            at: .now, actor: Program.userName, action: "store_restored", subject: path,
            detail: "made at \(manifest.madeAt.text)" + (key.problem == nil ? "" : ", without its key"))
        let report = try await restore.finish(event: event, chain: AuditChain(vault: key.vault), now: .now)
        return outcome(path, manifest, report, key, rooms)
    }

    private func look(_ path: String, _ rooms: Rooms) async throws -> CommandOutcome {
        let backup = try await StoreRestore.look(at: path)
        let key = BackupKey(backup, rooms)
        var outcome = CommandOutcome()
        outcome.summary = BackupWords.summary(backup.manifest)
        outcome.summary["keyOpens"] = .boolean(key.problem == nil)
        outcome.result = BackupView(backup.manifest)
        outcome.text = "\(path) is sound\n" + BackupWords.text(backup.manifest)
        guard let problem = key.problem else {
            outcome.text += "\nkey          \(rooms.home.keySource) opens it"
            return outcome
        }
        let object = ErrorObject(problem)
        outcome.summary["keyProblem"] = .string(object.code)
        outcome.text += "\nkey          \(rooms.home.keySource) does not open it: \(object.message) [\(object.code)]"
        if !withoutKey { outcome.exit = ExitStatus(for: ErrorCode(rawValue: object.code)) }
        return outcome
    }

    private func outcome(
        _ path: String, _ manifest: BackupManifest, _ report: StoreRestore.Report, _ key: BackupKey, _ rooms: Rooms
    ) -> CommandOutcome {
        var outcome = CommandOutcome()
        outcome.summary = BackupWords.summary(manifest)
        outcome.summary["toBeLookedUp"] = .integer(Int64(report.unsettled))
        outcome.summary["keyOpens"] = .boolean(key.problem == nil)
        outcome.summary["store"] = .string(rooms.home.databasePath)
        outcome.summary["before"] = report.aside.map { .string($0) } ?? .null
        outcome.result = BackupView(manifest)
        outcome.text =
            "restored     \(rooms.home.databasePath) from \(path)\nbefore       "
            + "\(report.aside ?? "there was no store")\n"
            + BackupWords.text(manifest)
        let when = manifest.madeAt.text
        if report.unsettled > 0 {
            outcome.notes.append(
                "\(report.unsettled) deliveries may have been sent after \(when): each is looked up before anything is "
                    + "sent for it; "
                    + "`patchbay sync --wait` settles them, `patchbay resolve` what no look-up can")
        }
        outcome.notes.append(
            "tasks that were imported or bound after \(when) are not in this store; imported again as they are, they "
                + "could be made twice. "
                + "Bring those that exist with their `externalId`"
                + (report.aside.map { "; if it can be read, `patchbay task list --store sqlite:\($0)` knows them" }
                    ?? ""))
        if manifest.refreshableTokens > 0 {
            outcome.notes.append(
                "OAuth tokens that were refreshed after \(when) are spent in this copy: an integration that says "
                    + "token_needs_reauth needs a "
                    + "new grant and `patchbay token set NAME --kind oauth`")
        }
        if key.problem != nil {
            outcome.notes.append(
                "no token opens without root key \(manifest.keyID ?? "-"); bring it back, or give them up: `patchbay "
                    + "key reset --give-up-tokens`"
            )
        }
        return outcome
    }
}

/// Whether the key that is named opens a backup: its check value, and every data key.
private struct BackupKey {
    let vault: Vault?
    let problem: (any Error)?
    private let keyID: String

    init(_ backup: SoundBackup, _ rooms: Rooms) {
        keyID = backup.root?.keyID ?? "-"
        guard let root = backup.root else {
            (vault, problem) = (nil, nil)
            return
        }
        do {
            let source = RootSource(
                try rooms.keySource(rooms.home.keySource), and: try rooms.home.otherKeySource.map(rooms.keySource),
                storeID: backup.manifest.storeID)
            vault = try source.open(
                VaultKeyring(storeID: backup.manifest.storeID, root: root, dataKeys: backup.dataKeys))
            problem = nil
        } catch {
            (vault, problem) = (nil, error)
        }
    }

    func refusal(_ problem: any Error) -> CommandError {
        let object = ErrorObject(problem)
        return CommandError(
            ErrorCode(rawValue: object.code),
            "the backup needs root key \(keyID), and it does not open: \(object.message) Name its key with --key; or "
                + "restore with --without-key: "
                + "tasks are kept, tokens are to be set anew. Nothing was changed")
    }
}
