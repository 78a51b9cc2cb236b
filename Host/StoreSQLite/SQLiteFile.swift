import Foundation
import GRDB
import PatchbayStore

/// The file before it is opened: what it is, who may read it, which schema it has.
enum SQLiteFile {
    enum Found {
        case missing
        case regular(mode: Int)
        case other
    }

    /// Checks, and for `.create` makes, the file, so that the connection that follows changes nothing it should not.
    static func prepare(path: String, mode: StoreOpenMode) throws {
        if mode == .create, case .missing = look(path) { try make(path) }
        try check(path: path)
        switch try schema(path: path) {
        case .newer(let version): throw tooNew(version, path)
        case .older(let version):
            throw StoreError(
                .storeTooOld,
                "The store at \(path) has schema \(version), this Patchbay needs \(Schema.version). Run `patchbay "
                    + "migrate`."
            )
        case .empty: if mode == .existing { throw empty(path) }
        case .current: return
        }
    }

    /// The schema that is to be brought up to date; nil when it is. Throws `store_missing`, `store_too_new` and what
    /// opening a store throws.
    static func olderSchema(path: String) throws -> Int? {
        try check(path: path)
        switch try schema(path: path) {
        case .newer(let version): throw tooNew(version, path)
        case .empty: throw empty(path)
        case .older(let version): return version
        case .current: return nil
        }
    }

    private static func tooNew(_ version: Int, _ path: String) -> StoreError {
        StoreError(
            .storeTooNew,
            "The store at \(path) has schema \(version), this Patchbay knows \(Schema.version): a newer one made it. "
                + "Upgrade Patchbay."
        )
    }

    private static func empty(_ path: String) -> StoreError {
        StoreError(.storeMissing, "The store at \(path) is empty. Run `patchbay init`.")
    }

    /// Throws unless a regular file is there. A link is not followed: it could lead anywhere.
    static func check(path: String) throws {
        switch look(path) {
        case .missing:
            throw StoreError(
                .storeMissing, "There is no store at \(path). Run `patchbay init`, or name another home with --home.")
        case .other:
            throw StoreError(
                .storeFailed, "\(path) is not a regular file. Move it away, or name another home with --home.")
        case .regular: return
        }
    }

    /// Which schema the file has; opens it for reading only, since a file that is not ours must stay as it is.
    static func schema(path: String) throws -> Schema.Found {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let found = try queue.read { try Schema.find($0, path: path) }
        try queue.close()
        return found
    }

    static func modeProblems(path: String) -> [String] {
        guard case .regular(let mode) = look(path), mode & 0o077 != 0 else { return [] }
        return ["Others may read or write the store's file. Run `chmod 600 \(path)`."]
    }

    static func look(_ path: String) -> Found {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return .missing }
        guard attributes[.type] as? FileAttributeType == .typeRegular else { return .other }
        return .regular(mode: (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0)
    }

    /// An empty file that only we may read; SQLite gives its side files the same mode. It never replaces a file that
    /// another process has made meanwhile.
    private static func make(_ path: String) throws {
        do {
            try Data().write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        } catch let error as CocoaError {
            if error.code != .fileWriteFileExists { throw StoreError(mappingCreation: error.code, path: path) }
        }
    }
}
