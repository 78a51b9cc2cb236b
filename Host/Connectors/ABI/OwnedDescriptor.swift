import Foundation

/// A file descriptor that is closed when the last one lets go of it.
final class OwnedDescriptor: Sendable {
    let number: Int32

    /// Takes over an open descriptor.
    init(_ number: Int32) { self.number = number }

    deinit { close(number) }
}

/// A system call that failed.
struct SystemFault: Error {
    let number: Int32

    /// Takes the negative number that the calls of CSystem return.
    init(result: Int32) { number = -result }

    /// The system's own words for it.
    var text: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe strerror_r(number, &buffer, buffer.count) == 0 else { return "error \(number)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
