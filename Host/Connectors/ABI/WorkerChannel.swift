import CPatchbaySystem
import Foundation
import Synchronization

/// The host's ends of what it shares with one worker.
struct WorkerChannel: Sendable {
    /// Frames, both ways.
    let socket: OwnedDescriptor
    /// What the worker prints.
    let words: OwnedDescriptor
    /// Wakes the thread that waits.
    let wake: OwnedDescriptor

    /// The worker's ends.
    struct Ends: Sendable {
        let socket: OwnedDescriptor
        let words: OwnedDescriptor
    }

    /// Holds the worker's ends until they are given to it, once.
    final class FarEnds: Sendable {
        private let ends: Mutex<Ends?>

        init(_ ends: Ends) { self.ends = Mutex(ends) }

        /// Lets `body` use the ends; afterwards they are closed on this side.
        func give<Value>(_ body: (Ends) throws(SystemFault) -> Value) throws(SystemFault) -> Value {
            let taken = ends.withLock { ends -> Ends? in
                defer { ends = nil }
                return ends
            }
            guard let taken else { throw SystemFault(result: -EBADF) }
            return try body(taken)
        }
    }

    /// Makes both sides. Throws `SystemFault`.
    static func make() throws(SystemFault) -> (WorkerChannel, FarEnds) {
        var sockets: [Int32] = [-1, -1]
        var pipe: [Int32] = [-1, -1]
        let socketResult = unsafe patchbay_socket_pair(&sockets)
        guard socketResult == 0 else { throw SystemFault(result: socketResult) }
        let (near, far) = (OwnedDescriptor(sockets[0]), OwnedDescriptor(sockets[1]))
        let pipeResult = unsafe patchbay_pipe(&pipe)
        guard pipeResult == 0 else { throw SystemFault(result: pipeResult) }
        let (words, print) = (OwnedDescriptor(pipe[0]), OwnedDescriptor(pipe[1]))
        let event = patchbay_event()
        guard event >= 0 else { throw SystemFault(result: event) }
        let channel = WorkerChannel(socket: near, words: words, wake: OwnedDescriptor(event))
        return (channel, FarEnds(Ends(socket: far, words: print)))
    }

    /// Sends what fits now and returns how much that was; nil when the worker is gone.
    func send(_ bytes: [UInt8], from start: Int) -> Int? {
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe patchbay_send(socket.number, buffer.baseAddress.map { unsafe $0 + start }, buffer.count - start)
        }
        if count >= 0 { return count }
        return count == -Int(EAGAIN) ? 0 : nil
    }

    /// What a read gave.
    enum Received {
        case bytes(Int)
        case nothing
        case ended
    }

    /// Reads frames into `bytes` from `start` on.
    func receive(into bytes: inout [UInt8], from start: Int) -> Received {
        Self.receive(socket, into: &bytes, from: start)
    }

    /// Reads what the worker printed.
    func receiveWords(into bytes: inout [UInt8]) -> Received { Self.receive(words, into: &bytes, from: 0) }

    private static func receive(_ descriptor: OwnedDescriptor, into bytes: inout [UInt8], from start: Int) -> Received {
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe patchbay_receive(
                descriptor.number, buffer.baseAddress.map { unsafe $0 + start }, buffer.count - start)
        }
        if count > 0 { return .bytes(count) }
        return count == -Int(EAGAIN) ? .nothing : .ended
    }

    /// Makes the waiting thread return. Any thread.
    func signal() { patchbay_event_signal(wake.number) }

    /// What happened while waiting.
    struct Ready: OptionSet {
        let rawValue: Int32
        static let socketIn = Ready(rawValue: PATCHBAY_READY_SOCKET_IN)
        static let socketOut = Ready(rawValue: PATCHBAY_READY_SOCKET_OUT)
        static let wake = Ready(rawValue: PATCHBAY_READY_WAKE)
        static let words = Ready(rawValue: PATCHBAY_READY_WORDS)
        static let ended = Ready(rawValue: PATCHBAY_READY_ENDED)
    }

    /// Waits for the worker; empty when the time is over. `listensToWords` is off once they have ended.
    func wait(wantsIn: Bool, wantsOut: Bool, listensToWords: Bool, process: OwnedDescriptor?, timeout: Duration)
        -> Ready
    {
        let milliseconds = Int32(clamping: max(1, timeout / .milliseconds(1)))
        let seen = patchbay_wait(
            socket.number, wantsIn ? 1 : 0, wantsOut ? 1 : 0, wake.number, listensToWords ? words.number : -1,
            process?.number ?? -1, milliseconds)
        let ready = Ready(rawValue: max(0, seen))
        if ready.contains(.wake) { patchbay_event_clear(wake.number) }
        return ready
    }

    /// Waits for a process to end; false when the time is over.
    static func waitForEnd(of process: OwnedDescriptor, timeout: Duration) -> Bool {
        patchbay_wait(-1, 0, 0, -1, -1, process.number, Int32(clamping: max(1, timeout / .milliseconds(1)))) > 0
    }
}

extension Int32 {
    /// The nearest number that fits.
    fileprivate init(clamping value: Double) { self = value >= Double(Int32.max) ? .max : Int32(value) }
}
