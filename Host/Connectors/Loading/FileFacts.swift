import Foundation

/// What tells a file from every other one, and whether it has been touched since.
struct FileFacts: Sendable, Hashable {
    let isRegular: Bool
    /// Permission bits.
    let mode: UInt32
    /// User id.
    let owner: UInt32
    let device: UInt64
    let inode: UInt64
    let bytes: UInt64
    /// Times of the last change of the content, and of anything about it, in nanoseconds since 1970.
    let modified: Int64
    let changed: Int64

    /// Why this file or directory (`what`) must not be trusted with what runs, whoever asks; nil when it may.
    func ownershipRefusal(_ what: String, path: String) -> LoadRefusal? {
        guard owner == 0 || owner == geteuid() else {
            return LoadRefusal(
                .foreignOwner, "\(what) belongs to user \(owner): copy it as the user who runs patchbay, or as root.")
        }
        guard mode & 0o022 == 0 else {
            return LoadRefusal(.writableByOthers, "\(what) can be written by others: chmod go-w \(path)")
        }
        return nil
    }
}
