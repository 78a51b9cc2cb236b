import ArgumentParser
import Foundation
import PatchbayInput
import PatchbayModel
import PatchbayStore
import PatchbayStoreSQLite
import PatchbaySync
import PatchbayVault

struct MigrateCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring an older store up to this version, after a backup. One that is up to date is left as it is.",
        discussion: """
            No other patchbay command may use the store meanwhile. The backup lies beside the store and is the way \
            back to the version \
            before: `patchbay restore FILE`, with the program of that version. It may be stopped or killed at any \
            moment: the store is the \
            old one or the new one, and whole.
            """)
    static let words = "migrate"

    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let path = rooms.home.databasePath
        let (drain, chain) = (DrainSignal(), chain(rooms))
        let (report, _) = try await SignalDrain.run(drain) {
            try await StoreMigration.run(
                store: path, madeBy: Program.version, actor: Program.userName, isStopped: { drain.isRaised },
                chain: chain)
        }
        let after = SQLiteStore.schemaVersion
        var outcome = CommandOutcome()
        outcome.summary = [
            "store": .string(path), "from": .integer(Int64(report?.from ?? after)), "to": .integer(Int64(after)),
        ]
        outcome.text = "\(path) is up to date (schema \(after))"
        guard let report else { return outcome }
        let seconds = Double(report.duration.components.seconds) + Double(report.duration.components.attoseconds) / 1e18
        outcome.summary.merge([
            "backup": .string(report.backup), "backupReused": .boolean(report.isOlderBackup),
            "tasks": .integer(Int64(report.tasks)),
            "deliveries": .integer(Int64(report.deliveries)), "seconds": .number((seconds * 1_000).rounded() / 1_000),
        ]) { $1 }
        let reused = report.isOlderBackup ? " (of a try before this one; the store had not changed since)" : ""
        outcome.text = """
            \(path) brought from schema \(report.from) to \(after)
            carried      \(report.tasks) tasks, \(report.deliveries) deliveries in \(String(format: "%.1f", seconds)) s
            backup       \(report.backup)\(reused)
            """
        let wayBack = ["patchbay restore \(report.backup)", "patchbay sync --wait"]
        outcome.result = JSONValue.object(["wayBack": .array(wayBack.map { .string($0) })])
        outcome.notes = [
            "To go back to the version before, now or later:",
            "  1. stop all that runs patchbay here, and install that version again",
            "  2. with its program, and the same --home, --store and --key as now: `\(wayBack[0])`",
            "  3. `\(wayBack[1])`: what was not settled in the backup is looked up before anything is sent; what was "
                + "imported since is missing",
            "Remove the backup when you no longer need it.",
        ]
        return outcome
    }

    /// Seals the trail's line where the key is at hand without asking anybody.
    private func chain(_ rooms: Rooms) -> @Sendable (SoundBackup) -> any EventSealing {
        let other = rooms.home.otherKeySource
        guard rooms.home.keySource.hasPrefix("file:"), let first = try? rooms.keySource(rooms.home.keySource),
            other?.hasPrefix("file:") ?? true
        else { return { _ in AuditChain(vault: nil) } }
        let second = other.flatMap { try? rooms.keySource($0) }
        return { backup in
            guard let root = backup.root else { return AuditChain(vault: nil) }
            let keyring = VaultKeyring(storeID: backup.manifest.storeID, root: root, dataKeys: backup.dataKeys)
            return AuditChain(vault: try? RootSource(first, and: second, storeID: keyring.storeID).open(keyring))
        }
    }
}
