import ArgumentParser
import Foundation
import PatchbayInput
import PatchbayModel
import PatchbayStore
import PatchbayStoreSQLite
import PatchbaySync

struct BackupCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the store to a new file, beside whatever is running. The root key is never in it.")
    static let words = "backup"

    @Argument(help: ArgumentHelp("The file to make; nothing is ever replaced.", valueName: "file")) var file: String
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let path = BackupWords.absolute(file)
        let store = try await rooms.sqliteStore()
        let drain = DrainSignal()
        let (manifest, _) = try await SignalDrain.run(drain) {
            try await store.backup(to: path, madeBy: Program.version, isStopped: { drain.isRaised })
        }
        var outcome = CommandOutcome()
        outcome.summary = BackupWords.summary(manifest).merging(["file": .string(path)]) { $1 }
        outcome.result = BackupView(manifest)
        outcome.text = "\(path)\n" + BackupWords.text(manifest)
        if let key = manifest.keyID {
            outcome.notes.append(
                "it holds tokens sealed under root key \(key), which is not in it: keep a copy of the key somewhere "
                    + "else"
            )
        }
        do {
            try await rooms.record("backup_made", path, detail: "schema \(manifest.schema), \(manifest.tasks) tasks")
        } catch {
            outcome.notes.append(
                "the backup is made; the audit trail could not take a line of it: \(ErrorObject(error).message)")
        }
        return outcome
    }
}

/// A backup's manifest in JSON.
struct BackupView: Encodable {
    let madeAt: String
    let madeBy: String
    let storeId: String
    let schema: Int
    let keyId: String?
    let dataKeys: [Int64]
    let integrations: Int
    let tokens: Int
    let tasks: Int
    let deliveries: [String: Int]

    init(_ manifest: BackupManifest) {
        madeAt = manifest.madeAt.text
        madeBy = manifest.madeBy
        storeId = manifest.storeID
        schema = manifest.schema
        keyId = manifest.keyID
        dataKeys = manifest.dataKeys
        integrations = manifest.integrations
        tokens = manifest.tokens
        tasks = manifest.tasks
        deliveries = manifest.deliveries
    }
}

/// A backup in words.
enum BackupWords {
    static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: (path as NSString).expandingTildeInPath).standardizedFileURL.path
    }

    static func summary(_ manifest: BackupManifest) -> [String: JSONValue] {
        [
            "madeAt": .string(manifest.madeAt.text), "schema": .integer(Int64(manifest.schema)),
            "tasks": .integer(Int64(manifest.tasks)), "tokens": .integer(Int64(manifest.tokens)),
            "integrations": .integer(Int64(manifest.integrations)), "unsettled": .integer(Int64(manifest.unsettled)),
            "keyId": manifest.keyID.map { .string($0) } ?? .null,
        ]
    }

    static func text(_ manifest: BackupManifest) -> String {
        let states = manifest.deliveries.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(
            separator: ", ")
        return """
            made at      \(manifest.madeAt.text) by patchbay \(manifest.madeBy), schema \(manifest.schema)
            store        \(manifest.storeID)
            root key     \(manifest.keyID ?? "none") opens it
            holds        \(manifest.integrations) integrations, \(manifest.tokens) tokens, \(manifest.tasks) tasks
            deliveries   \(states.isEmpty ? "none" : states)
            """
    }
}
