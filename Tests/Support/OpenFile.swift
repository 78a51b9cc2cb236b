import Foundation
import Glibc

/// A file opened for a child; closed when it is let go.
package final class OpenFile: Sendable {
    package let descriptor: Int32

    package init(reading path: String) throws { descriptor = try Self.checked(unsafe open(path, O_RDONLY | O_CLOEXEC)) }
    package init(writing path: String) throws {
        descriptor = try Self.checked(unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600))
    }

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Both ends of a pipe. No child inherits them by chance: one that held the writing end would keep another alive
    /// for ever.
    package static func pipe() throws -> (reading: OpenFile, writing: OpenFile) {
        var ends: [Int32] = [0, 0]
        _ = try checked(unsafe Glibc.pipe(&ends))
        for end in ends { _ = try checked(fcntl(end, F_SETFD, FD_CLOEXEC)) }
        return (OpenFile(ends[0]), OpenFile(ends[1]))
    }

    deinit { close(descriptor) }

    private static func checked(_ descriptor: Int32) throws -> Int32 {
        if descriptor < 0 { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        return descriptor
    }
}
