import ArgumentParser
import Foundation
import PatchbayInput
import PatchbayKeys
import PatchbayModel
import PatchbayStore
import PatchbayStoreSQLite
import PatchbayVault

struct InitCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make the home: store, root key and plugins folder. A second run changes nothing.")
    static let words = "init"

    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let home = rooms.home
        try HomeFolders(home).make()
        let source = try rooms.keySource(home.keySource)
        let store = try await SQLiteStore.open(path: home.databasePath, mode: .create)
        let key: VaultAccess.Installed
        do {
            let installed = try await rooms.vaultAccess(store).install()
            key = installed.outcome
            if key != .present {
                try await store.append(
                    EventRecord(
                        at: .now, actor: Program.userName, action: "key_installed", subject: source.description,
                        detail: key.rawValue),
                    chain: AuditChain(vault: installed.vault))
            }
        } catch {
            try? await store.close()
            throw error
        }
        try await store.close()
        var outcome = CommandOutcome()
        outcome.summary = [
            "home": .string(home.directory), "store": .string(home.databasePath), "key": .string(key.rawValue),
            "keySource": .string(source.description),
        ]
        let words =
            switch key {
            case .created: "made"
            case .adopted: "found and taken"
            case .present: "unchanged"
            }
        outcome.text = "home   \(home.directory)\nstore  \(home.databasePath)\nkey    \(source) (\(words))"
        if key == .created, home.keySource.hasPrefix("file:") {
            outcome.notes = [
                "Keep a copy of the key file apart from the store: without it every token must be set anew, though no "
                    + "task is lost."
            ]
        }
        return outcome
    }
}

/// The folders of a home.
struct HomeFolders {
    private let home: Home

    init(_ home: Home) { self.home = home }

    /// Makes what is missing, for the owner alone. Throws `home_unusable`.
    func make() throws(CommandError) {
        var folders = [
            home.directory, home.directory + "/plugins.d",
            URL(fileURLWithPath: home.databasePath).deletingLastPathComponent().path,
        ]
        if home.keySource.hasPrefix("file:") {
            folders.append(
                URL(fileURLWithPath: String(home.keySource.dropFirst("file:".count))).deletingLastPathComponent().path)
        }
        for folder in folders {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                throw CommandError(
                    .homeUnusable,
                    "cannot make the folder \(folder): \(error.localizedDescription); choose another with --home")
            }
        }
    }
}
