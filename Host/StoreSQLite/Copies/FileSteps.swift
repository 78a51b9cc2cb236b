import CPatchbaySystem
import Foundation
import PatchbayModel
import PatchbayStore

/// The steps with files that a backup and a restore are made of; each either happened or throws.
enum FileSteps {
    /// Makes a new file for the owner alone; nil when there is anything at the path.
    static func make(_ path: String) throws -> Int32? {
        let file = unsafe patchbay_make_file(path)
        if file == -EEXIST { return nil }
        try check(file, "made", path)
        return file
    }

    /// Opens a regular file for reading. Nil when there is none, or it is a link or something else.
    static func open(_ path: String) -> Int32? {
        let file = unsafe patchbay_open_file(path)
        guard file >= 0 else { return nil }
        var facts = patchbay_file_facts()
        guard unsafe patchbay_look_at(file, &facts) == 0, facts.is_regular == 1 else {
            close(file)
            return nil
        }
        return file
    }

    /// Copies to the end, synced.
    static func copy(_ from: Int32, to file: Int32, path: String) throws {
        try check(patchbay_copy_file(from, file), "written", path)
    }

    /// Whether the file could be held, with others or alone, until its descriptor is closed.
    static func hold(_ file: Int32, alone: Bool) -> Bool { patchbay_hold_file(file, alone ? 1 : 0) == 0 }

    static func sync(_ path: String) throws {
        guard let file = open(path) else { return }
        defer { close(file) }
        try check(fsync(file) == 0 ? 0 : -errno, "synced to disk", path)
    }

    static func syncFolder(of path: String) throws {
        try check(unsafe patchbay_sync_folder(path), "synced to disk", path)
    }

    /// Gives a file a name that must be free; false when it is not.
    static func place(_ path: String, at name: String) throws -> Bool {
        let result = unsafe patchbay_place_file(path, name)
        if result == -EEXIST { return false }
        try check(result, "made", name)
        return true
    }

    static func giveSecondName(_ path: String, _ name: String) throws {
        try check(unsafe patchbay_second_name(path, name), "made", name)
    }

    /// Gives a file another name, in place of whatever has it.
    static func move(_ path: String, to name: String) throws {
        try check(unsafe patchbay_move_file(path, name), "put in place", name)
    }

    static func remove(_ path: String) { _ = unsafe patchbay_remove_file(path) }

    static func exists(_ path: String) -> Bool { (try? FileManager.default.attributesOfItem(atPath: path)) != nil }

    static func isSame(_ path: String, _ other: String) -> Bool { unsafe patchbay_is_same_file(path, other) == 1 }

    private static func check(_ result: Int32, _ what: String, _ path: String) throws {
        guard result < 0 else { return }
        let words = unsafe String(cString: strerror(-result))
        switch -result {
        case ENOSPC, EDQUOT:
            throw StoreError(
                .storeFull, "The disk is full, so \(path) was not \(what). Free space, then try again.", cause: words)
        case EACCES, EPERM, EROFS:
            throw StoreError(
                .storeReadOnly, "\(path) cannot be \(what): \(words). Check the owner and the mode of its directory.",
                cause: words)
        case ENOENT, ENOTDIR:
            throw StoreError(
                .inputInvalid,
                "\(path) cannot be \(what): its directory does not exist. Make it, or name another place.")
        default:
            throw StoreError(
                .storeFailed, "\(path) cannot be \(what): \(words). Check the disk, then try again.", cause: words)
        }
    }
}
