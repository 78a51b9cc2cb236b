import ArgumentParser
import PatchbayInput
import PatchbayModel
import PatchbayStoreSQLite

struct MigrateCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring an older store up to this version. A store that is up to date is left as it is.")
    static let words = "migrate"

    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let path = rooms.home.databasePath
        let before = try await SQLiteStore.schemaVersion(ofFileAt: path)
        let store = try await SQLiteStore.open(path: path, mode: .migrate)
        try await store.close()
        let after = SQLiteStore.schemaVersion
        var outcome = CommandOutcome()
        outcome.summary = ["store": .string(path), "from": .integer(Int64(before)), "to": .integer(Int64(after))]
        outcome.text = before == after ? "\(path) is up to date (schema \(after))" : "\(path) brought from schema \(before) to \(after)"
        return outcome
    }
}
