import Foundation
import PatchbayModel

/// The body of an answer that holds secrets: memory of a fixed size that is never moved, and wiped when it is let go.
///
/// `@unchecked Sendable`: written by the transport's thread until the exchange has ended, then by its one reader alone.
@safe package final class SecretAnswer: SecretText, @unchecked Sendable {
    private let memory: UnsafeMutableRawBufferPointer
    private var count = 0

    init() {
        unsafe memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Limits.tokenAnswerBytesMax, alignment: 16)
    }

    deinit {
        unsafe explicit_bzero(memory.baseAddress!, memory.count)
        unsafe memory.deallocate()
    }

    /// Gives `body` what came, to be read and blanked.
    package func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeMutableRawBufferPointer(rebasing: memory[..<count]))
    }

    /// False when there is no room for more.
    func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard unsafe bytes.count <= memory.count - count else { return false }
        if unsafe bytes.isEmpty { return true }
        unsafe UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: bytes)
        count += bytes.count
        return true
    }
}
