import Foundation
import GRDB
import PatchbayModel
import PatchbayStore

/// The one place where SQLite's result codes become our errors. Neither messages nor causes hold a row's values.
extension StoreError {
    /// Passes our own errors on, and says in our words what any other one means.
    init(mapping error: any Error, path: String) {
        switch error {
        case let error as StoreError:
            self = error
        case let error as DatabaseError:
            self.init(error, path: path)
        case is CancellationError:
            self.init(.cancelled, "Reading the store was cancelled.")
        default:
            // A value that cannot be read as its column's type. The error's own text would quote the value.
            self = .damaged(
                "a row holds a value of the wrong kind", path: path, cause: String(describing: type(of: error)))
        }
    }

    private init(_ error: DatabaseError, path: String) {
        let cause = "SQLite \(error.extendedResultCode.rawValue): \(error.message ?? "no message")"
        // SQLite fills its index of the log with bytes as it makes it; that this fails means that there is no room for
        // them.
        let code = error.extendedResultCode == .SQLITE_IOERR_SHMSIZE ? .SQLITE_FULL : error.resultCode
        switch code {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL:
            self.init(
                .storeLocked,
                "Another process has kept the store at \(path) locked. Let it finish or stop it, then try again.",
                cause: cause)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT:
            self = .damaged("SQLite cannot read it", path: path, cause: cause)
        case .SQLITE_FULL:
            self.init(
                .storeFull,
                "The disk that holds the store at \(path) is full; nothing was written. Free space, then try again.",
                cause: cause)
        case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
            self.init(
                .storeReadOnly,
                "The store at \(path) cannot be opened for writing. Check the owner and the mode of the file and of "
                    + "its directory.",
                cause: cause)
        case .SQLITE_INTERRUPT, .SQLITE_ABORT:
            self.init(.cancelled, "Reading the store was cancelled.", cause: cause)
        case .SQLITE_MISUSE:
            self.init(.storeFailed, "The store at \(path) is closed. Open it again.", cause: cause)
        case .SQLITE_SCHEMA:
            self.init(
                .storeFailed, "The schema of the store at \(path) was changed meanwhile. Try again.", cause: cause)
        case .SQLITE_IOERR:
            self.init(
                .storeFailed,
                "The disk that holds the store at \(path) reports an error. Check the disk, then run `patchbay "
                    + "doctor`.",
                cause: cause)
        default:
            self.init(.storeFailed, "The store at \(path) refused the change. Run `patchbay doctor`.", cause: cause)
        }
    }

    static func damaged(_ what: String, path: String, cause: String? = nil) -> StoreError {
        StoreError(
            .storeDamaged,
            "The store at \(path) is damaged or is not a store: \(what). Restore it from a backup, or name another "
                + "home with --home.",
            cause: cause)
    }

    static func integrationNotFound(id: Int64) -> StoreError {
        StoreError(
            .integrationNotFound,
            "The integration is gone from the store (number \(id)). See `patchbay integration list`.")
    }

    /// The file could not be made.
    init(mappingCreation code: CocoaError.Code, path: String) {
        let cause = "Foundation \(code.rawValue)"
        switch code {
        case .fileWriteOutOfSpace:
            self.init(
                .storeFull, "The disk is full, so the store at \(path) was not made. Free space, then try again.",
                cause: cause)
        case .fileNoSuchFile:
            self.init(
                .storeMissing, "The directory of \(path) does not exist. Make it, or name another home with --home.",
                cause: cause)
        default:
            self.init(
                .storeReadOnly, "The store at \(path) cannot be made. Check the owner and the mode of its directory.",
                cause: cause)
        }
    }
}
