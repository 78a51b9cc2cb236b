import PatchbayModel
import PatchbayTransport
import Synchronization

/// Writes over what a connector gives back of a token: it may put together from several answers what the mask over each
/// of them did not show. Of the value that a call began with, and of the one that it went on with, should that have
/// been refreshed meanwhile.
final class CallMask: Sendable {
    private let first: (any Credential)?
    private let last = Mutex<(any Credential)?>(nil)

    init(_ first: (any Credential)?) { self.first = first }

    /// A request goes out with this one.
    func note(_ credential: (any Credential)?) { last.withLock { $0 = credential } }

    func apply(_ bytes: inout [UInt8]) {
        first?.writeOver(&bytes)
        last.withLock { $0 }?.writeOver(&bytes)
    }

    /// The same failure with its words masked: a connector that crashed may have left some.
    func applied(to error: any Error) -> any Error {
        guard let failure = error as? any PatchbayFailure else { return error }
        var bytes = Array(failure.message.utf8)
        apply(&bytes)
        let words = String(decoding: bytes, as: UTF8.self)
        return words == failure.message ? error : CallError(failure.code, words, context: failure.context)
    }
}
