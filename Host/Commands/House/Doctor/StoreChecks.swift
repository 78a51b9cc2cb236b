import Foundation
import PatchbayModel
import PatchbayStore

/// The store.
enum StoreChecks {
    /// Also gives the store if it could be opened.
    static func run(_ rooms: Rooms) async -> ([Finding], (any Store)?) {
        do {
            let store = try await rooms.store()
            let problems = try await store.problems()
            guard problems.isEmpty else {
                return (problems.map { .broken("store", .storeDamaged, $0) }, store)
            }
            return ([.ok("store", rooms.home.databasePath)] + leftBehind(rooms.home.databasePath), store)
        } catch {
            return ([.broken("store", error)], nil)
        }
    }

    /// What a restore left that died; the store itself is whole.
    private static func leftBehind(_ path: String) -> [Finding] {
        let files = FileManager.default
        let names = (try? files.attributesOfItem(atPath: path)[.referenceCount] as? NSNumber)?.intValue ?? 1
        guard names > 1 || files.fileExists(atPath: path + ".restoring") else { return [] }
        return [
            .advice(
                "restore", .backupInvalid,
                "a restore did not finish; the store is whole and was not changed by it. Run `patchbay restore FILE` "
                    + "again, which also removes what "
                    + "the one before left (\(path).restoring, or a second name of the store)")
        ]
    }
}
