import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

extension SQLiteStore {
    /// Writes a copy of the whole store to a new file, beside whatever else goes on; gives what it says of itself.
    ///
    /// The copy is made under another name, checked and synced, and gets its name last: under `file` there is a whole
    /// copy or nothing. Throws `backup_exists` when there is anything of that name, `cancelled`, and what opening a
    /// store throws.
    package func backup(
        to file: String, madeBy: String, isStopped: @escaping @Sendable () -> Bool = { false }
    ) async throws -> BackupManifest {
        guard !["-wal", "-shm", "-journal", ".lock", ".restoring"].contains(where: { file == path + $0 }) else {
            throw StoreError(.inputInvalid, "\(file) is a name that the store uses itself. Name another file.")
        }
        return try await Task.detached { [pool] in
            try StoreBackup.make(of: pool, at: file, madeBy: madeBy, isStopped: isStopped)
        }.value
    }
}

/// How a copy of a store is made, checked and put in place.
enum StoreBackup {
    /// Copies what `source` has open to a new file; see `SQLiteStore.backup`.
    static func make(
        of source: some DatabaseReader, at file: String, madeBy: String, isStopped: @escaping @Sendable () -> Bool
    ) throws -> BackupManifest {
        let part = try BackupPart(for: file)
        let manifest: BackupManifest
        do {
            DebugSeam.reached("B1")
            manifest = try write(source, part.path, madeBy: madeBy, isStopped: isStopped)
            DebugSeam.reached("B4")
            try FileSteps.sync(part.path)
            DebugSeam.reached("B5")
            guard try FileSteps.place(part.path, at: file) else { throw BackupPart.exists(file) }
        } catch {
            part.remove()
            throw StoreCopy.translated(error, path: part.path, name: file)
        }
        DebugSeam.reached("B6")
        try FileSteps.syncFolder(of: file)
        return manifest
    }

    private static func write(
        _ source: some DatabaseReader, _ path: String, madeBy: String, isStopped: @escaping @Sendable () -> Bool
    ) throws -> BackupManifest {
        let madeAt = Timestamp.now
        let copy = try DatabaseQueue(path: path, configuration: StoreCopy.configuration(isReadOnly: false))
        defer { try? copy.close() }
        // One read transaction, so one state of the store, which no writer waits for.
        try source.backup(to: copy, pagesPerStep: CInt(Limits.backupStepPages)) { _ in
            if isStopped() { throw StoreError(.cancelled, "The backup was stopped. Nothing is left of it.") }
        }
        DebugSeam.reached("B2")
        try copy.writeWithoutTransaction { try StoreCopy.makeSingleFile($0) }
        let manifest = try copy.write { try StoreCopy.writeManifest($0, madeAt: madeAt, madeBy: madeBy) }
        try copy.close()
        DebugSeam.reached("B3")
        // Read again, from what was written.
        guard try StoreCopy.check(path: path, name: path).manifest == manifest else {
            throw StoreError(
                .storeFailed, "The copy does not hold what was written to it. Check the disk, then try again.")
        }
        return manifest
    }
}

/// The file under which a copy is made. It is held while that goes on, so that what a dead process left is told from
/// what another makes.
private final class BackupPart: Sendable {
    let path: String
    private let held: Int32

    init(for file: String) throws {
        path = file + ".patchbay-part"
        guard !FileSteps.exists(file) else { throw Self.exists(file) }
        if let left = FileSteps.open(path) {
            defer { close(left) }
            guard FileSteps.hold(left, alone: true) else {
                throw StoreError(
                    .backupExists, "Another patchbay command is making \(file). Let it finish, or name another file.")
            }
            Self.removeAll(path)
        }
        guard let made = try FileSteps.make(path), FileSteps.hold(made, alone: true) else {
            throw StoreError(
                .backupExists,
                "There is something at \(path) that is no unfinished backup. Move it away, or name another file.")
        }
        held = made
    }

    deinit { close(held) }

    func remove() { Self.removeAll(path) }

    private static func removeAll(_ path: String) {
        for end in ["", "-journal", "-wal", "-shm"] { FileSteps.remove(path + end) }
    }

    static func exists(_ file: String) -> StoreError {
        StoreError(
            .backupExists,
            "There is already something at \(file), and a backup never replaces anything. Name another file.")
    }
}
