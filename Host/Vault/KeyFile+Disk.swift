import Foundation
import PatchbayModel

/// Key files on disk: made whole or not at all, never overwritten.
extension KeyFile {
    /// Writes a key of which no file is left, synced with its directory. Throws as `create` does.
    package static func write(_ key: borrowing RootKey, to path: String) throws(VaultError) {
        try write(line(for: key), to: path)
    }

    /// Writes a line with its line end to a new file for the owner alone.
    static func write(_ text: borrowing SecretBytes, to path: String) throws(VaultError) {
        let path = absolute(path)
        let directory = (path as NSString).deletingLastPathComponent
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw VaultError(
                .homeUnusable,
                "The directory \(directory) cannot be made: \(error.localizedDescription). Choose another place with "
                    + "--key "
                    + "file:PATH.")
        }
        try KeyFileChecks.checkParents(of: path)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            if errno == EEXIST {
                throw VaultError(
                    .keyExists,
                    "There is already a file at \(path), and a key file is never overwritten. Use it, or name another "
                        + "path."
                )
            }
            throw VaultError(.homeUnusable, "The key file \(path) cannot be made: \(systemText(errno)).")
        }
        let failure = write(text, to: descriptor)
        close(descriptor)
        guard failure == 0 else {
            _ = unsafe unlink(path)
            throw VaultError(
                .homeUnusable, "The key file \(path) cannot be written: \(systemText(failure)). Nothing was kept of it."
            )
        }
        try syncDirectory(directory)
    }

    static func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    /// Writes all and syncs it; 0 or the errno.
    private static func write(_ text: borrowing SecretBytes, to descriptor: Int32) -> Int32 {
        let failure = unsafe text.withBytes { bytes -> Int32 in
            var done = 0
            while done < bytes.count {
                let count = unsafe Foundation.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                if count < 0 && errno != EINTR { return errno }
                if count > 0 { done += count }
            }
            return 0
        }
        guard failure == 0 else { return failure }
        return fchmod(descriptor, 0o600) == 0 && fsync(descriptor) == 0 ? 0 : errno
    }

    static func syncDirectory(_ directory: String) throws(VaultError) {
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw VaultError(
                .homeUnusable,
                "The directory \(directory) cannot be synced to disk: \(systemText(errno)). The key file in it may not "
                    + "be safe."
            )
        }
    }
}
