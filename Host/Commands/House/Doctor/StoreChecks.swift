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
            return ([.ok("store", rooms.home.databasePath)], store)
        } catch {
            return ([.broken("store", error)], nil)
        }
    }
}
