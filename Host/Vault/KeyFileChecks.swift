import Foundation
import PatchbayModel

/// Who else could have read or changed a key file. Each refusal is one sentence with its remedy.
enum KeyFileChecks {
    /// What it means that the file did not open.
    static func openFailure(path: String, number: Int32) -> VaultError {
        switch number {
        case ENOENT, ENOTDIR:
            VaultError(
                .keyMissing,
                "There is no key file at \(path). Put it back, or name another; the root key's with --key file:PATH.")
        case ELOOP:
            VaultError(
                .keyUnsafe, "The key file \(path) is a symbolic link. Name the file itself with --key file:PATH.")
        case EACCES, EPERM:
            VaultError(
                .keyMissing,
                "The key file \(path) may not be read by this user. Run as its owner, or correct its owner with chown.")
        default:
            VaultError(.keyMissing, "The key file \(path) cannot be opened: \(systemText(number)).")
        }
    }

    /// Checks the open file itself.
    ///
    /// `mayBeGroupReadable` is for what systemd hands over: it gives a service's user the right to read by an access
    /// list, which shows as the group's bit on a file of root's. What is not secret may be read by all, and changed by
    /// nobody else.
    static func checkFile(
        _ descriptor: Int32, path: String, mayBeGroupReadable: Bool = false, isSecret: Bool = true
    ) throws(VaultError) {
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0 else { throw openFailure(path: path, number: errno) }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            throw VaultError(
                .keyUnsafe, "The key file \(path) is not a regular file. Name a regular file with --key file:PATH.")
        }
        guard facts.st_uid == geteuid() || facts.st_uid == 0 else {
            throw VaultError(
                .keyUnsafe,
                "The key file \(path) belongs to another user (\(facts.st_uid)). Run `chown \(geteuid()) \(path)` if "
                    + "it is yours."
            )
        }
        let closed: mode_t = !isSecret ? 0o022 : mayBeGroupReadable && facts.st_uid == 0 ? 0o037 : 0o077
        guard facts.st_mode & closed == 0 else {
            throw VaultError(
                .keyUnsafe,
                "The key file \(path) is open to other users (mode \(octal(facts.st_mode))). Run `chmod 600 \(path)`, "
                    + "and think of "
                    + "the key as known if others use this machine.")
        }
        guard facts.st_nlink == 1 else {
            throw VaultError(
                .keyUnsafe,
                "The key file \(path) has \(facts.st_nlink) names (hard links). Remove the others, or copy it to a new "
                    + "file."
            )
        }
        guard facts.st_size <= Limits.keyFileBytesMax else {
            throw VaultError(
                .keyInvalid,
                "The file \(path) has \(facts.st_size) bytes, too many for a key file. Name the right file with --key "
                    + "file:PATH."
            )
        }
        guard facts.st_size > 0 else {
            throw VaultError(
                .keyInvalid, "The key file \(path) is empty. Put the right file back (a copy from your safe place).")
        }
    }

    /// Checks every directory above the file: nobody else may be able to put another file in its place.
    static func checkParents(of path: String) throws(VaultError) {
        let parent = (path as NSString).deletingLastPathComponent
        // With links resolved, so that the directories looked at are those that are used.
        guard let resolved = unsafe realpath(parent, nil) else { throw openFailure(path: path, number: errno) }
        defer { unsafe free(resolved) }
        var directory = unsafe String(cString: resolved)
        var isImmediate = true
        while true {
            try checkDirectory(directory, isImmediate: isImmediate, keyPath: path)
            if directory == "/" { return }
            directory = (directory as NSString).deletingLastPathComponent
            isImmediate = false
        }
    }

    private static func checkDirectory(_ directory: String, isImmediate: Bool, keyPath: String) throws(VaultError) {
        var facts = stat()
        guard unsafe lstat(directory, &facts) == 0 else { throw openFailure(path: keyPath, number: errno) }
        // In a sticky directory such as /tmp nobody can replace another's file.
        let isSticky = facts.st_mode & S_ISVTX != 0
        let groupIsOurs = facts.st_gid == getegid() || facts.st_gid == 0
        let othersWrite = facts.st_mode & 0o002 != 0 || (facts.st_mode & 0o020 != 0 && !groupIsOurs)
        guard !othersWrite || isSticky else {
            throw VaultError(
                .keyUnsafe,
                "Other users can write to \(directory), where the key file \(keyPath) lies. Run `chmod go-w "
                    + "\(directory)`, or move "
                    + "the key file.")
        }
        guard !isImmediate || facts.st_uid == geteuid() || facts.st_uid == 0 else {
            throw VaultError(
                .keyUnsafe,
                "The directory \(directory) of the key file belongs to another user (\(facts.st_uid)). Move the key "
                    + "file to a "
                    + "directory of your own.")
        }
    }

    private static func octal(_ mode: mode_t) -> String { String(mode & 0o7777, radix: 8) }
}
