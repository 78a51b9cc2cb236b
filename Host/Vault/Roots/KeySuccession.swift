import CPatchbaySystem
import Foundation
import PatchbayModel

/// The change of the key file that the store is opened with: PATH.new becomes PATH, and what was there is kept as
/// PATH.old-ID.
///
/// The new file is whole and the store has taken it before the first name changes, so a start between any two steps
/// finds the key under one of the two names, and ends the change.
package struct KeySuccession: Sendable {
    package let path: String

    package init(path: String) { self.path = KeyFile.absolute(path) }

    /// Where the key lies that is to come.
    package var newPath: String { path + ".new" }
    /// Where a key of this id is kept when another has taken its place.
    package func oldPath(_ id: String) -> String { path + ".old-" + id }

    /// The key that is to come: one that an earlier try has left whole, else a new one. What is too short to be a key
    /// was cut by a death in the midst of writing, before any store knew of it, and is removed.
    ///
    /// Throws `key_unsafe`, `key_invalid` for a file that is something else, `home_unusable`.
    package func prepare() throws(VaultError) -> RootKey {
        do {
            return try KeyFile.read(path: newPath)
        } catch  where error.code == .keyMissing {
            return try KeyFile.create(path: newPath)
        } catch  where error.code == .keyInvalid {
            var facts = stat()
            guard unsafe lstat(newPath, &facts) == 0, facts.st_size < KeyFile.lineBytes else {
                throw VaultError(
                    .keyInvalid,
                    "\(error.message) It stands where the next key file is to be made: move it away, then try again.")
            }
            guard unsafe unlink(newPath) == 0 else {
                throw VaultError(.homeUnusable, "What is left at \(newPath) cannot be removed: \(systemText(errno)).")
            }
            return try KeyFile.create(path: newPath)
        }
    }

    /// Ends the change for the new key of this id, whoever began it; nothing is done where it has ended already.
    /// Several processes may come here at once. Throws `home_unusable`, `key_exists` when a name is taken.
    package func finish(newID: String) throws(VaultError) {
        let directory = (path as NSString).deletingLastPathComponent
        let descriptor = unsafe patchbay_open_directory(directory)
        defer { if descriptor >= 0 { close(descriptor) } }
        let locked =
            descriptor < 0
            ? descriptor : patchbay_lock_directory(descriptor, Int32(Limits.keyFolderLockTime.wholeMilliseconds))
        guard locked == 0 else {
            throw VaultError(.homeUnusable, "The directory \(directory) cannot be locked: \(systemText(-locked)).")
        }
        // Looked at again under the lock: another may have done it, and then the name belongs to the new key.
        guard let waiting = try? KeyFile.read(path: newPath), waiting.id == newID else { return }
        do {
            let present = try KeyFile.read(path: path)
            if present.id == newID { return }
            try setAside(present)
        } catch  where error.code == .keyMissing {
            // Moved away already, or lost.
        }
        try KeyFile.syncDirectory(directory)
        DebugSeam.reached("W5")
        try move(newPath, to: path)
        try KeyFile.syncDirectory(directory)
        DebugSeam.reached("W6")
    }

    /// After a restored copy of the store the key from before lies in both places; only then is there nothing to lose
    /// in one of them.
    private func setAside(_ present: borrowing RootKey) throws(VaultError) {
        let place = oldPath(present.id)
        guard let kept = try? KeyFile.read(path: place), kept.isSame(as: present) else {
            return try move(path, to: place)
        }
        guard unsafe rename(path, place) == 0 else {
            throw VaultError(.homeUnusable, "The key file \(path) cannot be renamed to \(place): \(systemText(errno)).")
        }
    }

    /// Never in the place of another file.
    private func move(_ from: String, to: String) throws(VaultError) {
        let number = unsafe -patchbay_rename_beside(from, to)
        if number == 0 { return }
        throw VaultError(
            number == EEXIST ? .keyExists : .homeUnusable,
            "The key file \(from) cannot be renamed to \(to): \(systemText(number)).")
    }
}
