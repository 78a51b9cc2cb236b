import Foundation
import PatchbayModel
import PatchbayStore

/// That a process uses a store, as others can see it: a lock on an empty file beside it.
///
/// SQLite's own locks are on the file itself, and a restore puts another file in its place: who waited for the old one
/// would then write to what no longer is the store. So each host holds this lock with all others, before it opens the
/// file, and a restore holds it alone. So does a migration: a host of the version before must not write while the
/// schema changes, nor between the backup and that.
final class StoreUse: Sendable {
    private let file: Int32

    private init(_ file: Int32) { self.file = file }

    deinit { close(file) }

    /// Held with others. Waits for who holds it alone; nil where no such file can be made, because then nobody can
    /// restore there either.
    static func shared(of path: String, busyTimeout: Duration) throws -> StoreUse? {
        guard let file = open(path) else { return nil }
        let start = ContinuousClock.now
        while !FileSteps.hold(file, alone: false) {
            guard ContinuousClock.now - start < busyTimeout else {
                close(file)
                throw StoreError(
                    .storeLocked,
                    "The store at \(path) is being restored or brought up to date. Let that finish, then try again.")
            }
            usleep(Limits.storeBusyPollMicroseconds)
        }
        return StoreUse(file)
    }

    /// Held alone, for a command of that name. Throws `store_locked` at once while anybody uses the store.
    static func alone(of path: String, to command: String) throws -> StoreUse {
        guard let file = open(path) else {
            throw StoreError(
                .storeReadOnly,
                "The file \(path).lock cannot be made or opened. Check the owner and the mode of its directory.")
        }
        guard FileSteps.hold(file, alone: true) else {
            close(file)
            throw StoreError(
                .storeLocked,
                "Another patchbay command uses the store at \(path). Let it finish or stop it, then run `patchbay "
                    + "\(command)` again."
            )
        }
        return StoreUse(file)
    }

    private static func open(_ path: String) -> Int32? {
        let name = path + ".lock"
        if let file = FileSteps.open(name) { return file }
        if let file = try? FileSteps.make(name) { return file }
        // Another process was faster.
        return FileSteps.open(name)
    }
}
