import Foundation
import Synchronization

/// What a test's server read.
struct ReceivedRequest: Sendable {
    let head: String
    let body: [UInt8]
    /// Which connection it came on, from 0.
    let connection: Int
    /// Which request on that connection, from 0.
    let ordinal: Int

    var target: String { head.split(separator: " ").dropFirst().first.map(String.init) ?? "" }

    func header(_ name: String) -> String? {
        for line in head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, parts[0].lowercased() == name { return parts[1].trimmingCharacters(in: .whitespaces) }
        }
        return nil
    }
}

/// What it does with it.
enum ServerAction: Sendable {
    case answer([UInt8])
    case answerThenClose([UInt8])
    case close
    /// Sends this, then nothing more until the client goes away.
    case hang([UInt8])
    /// Sends the first, then the second again and again, for as long as the client takes it.
    case endless([UInt8], [UInt8])
}

/// A server on loopback that answers by script, on blocking sockets, one thread a connection.
///
/// `@unchecked Sendable`: what changes is under the mutex.
final class ScriptedServer: @unchecked Sendable {
    private struct State {
        var received: [ReceivedRequest] = []
        var connections = 0
        var endlessBytes = 0
        var open: Set<Int32> = []
    }

    let port: Int
    private let listener: Int32
    private let state = Mutex(State())
    private let script: @Sendable (ReceivedRequest) -> ServerAction

    init(_ script: @escaping @Sendable (ReceivedRequest) -> ServerAction) throws {
        self.script = script
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe bind(descriptor, pointer, size) == 0 && listen(descriptor, 512) == 0
                    && getsockname(descriptor, pointer, &size) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread { [self] in accept() }.start()
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var received: [ReceivedRequest] { state.withLock { $0.received } }
    var connections: Int { state.withLock { $0.connections } }
    /// Bytes that were taken of what has no end.
    var endlessBytes: Int { state.withLock { $0.endlessBytes } }

    func stop() {
        Foundation.shutdown(listener, Int32(SHUT_RDWR))
        state.withLock { state in
            for descriptor in state.open { Foundation.shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    private func accept() {
        while true {
            let descriptor = Foundation.accept(listener, nil, nil)
            guard descriptor >= 0 else { break }
            let number = state.withLock { state in
                state.open.insert(descriptor)
                state.connections += 1
                return state.connections - 1
            }
            let thread = Thread { [self] in
                serve(descriptor, number)
                state.withLock { _ = $0.open.remove(descriptor) }
                // A child that another test starts meanwhile may hold a copy of the descriptor: a close alone would
                // tell the client nothing.
                shutdown(descriptor, Int32(SHUT_RDWR))
                close(descriptor)
            }
            thread.stackSize = 256 * 1_024
            thread.start()
        }
        close(listener)
    }

    private func serve(_ descriptor: Int32, _ number: Int) {
        var buffer: [UInt8] = []
        var ordinal = 0
        while let request = readRequest(descriptor, &buffer, number, ordinal) {
            state.withLock { $0.received.append(request) }
            ordinal += 1
            switch script(request) {
            case .answer(let bytes): if !send(bytes, to: descriptor) { return }
            case .answerThenClose(let bytes):
                _ = send(bytes, to: descriptor)
                return
            case .close: return
            case .hang(let bytes):
                _ = send(bytes, to: descriptor)
                while more(descriptor, &buffer) {}
                return
            case .endless(let start, let piece):
                if !send(start, to: descriptor) { return }
                while send(piece, to: descriptor) { state.withLock { $0.endlessBytes += piece.count } }
                return
            }
        }
    }

    private func readRequest(_ descriptor: Int32, _ buffer: inout [UInt8], _ number: Int, _ ordinal: Int)
        -> ReceivedRequest?
    {
        let border = Array("\r\n\r\n".utf8)
        while true {
            if let range = buffer.firstRange(of: border) {
                let head = String(decoding: buffer[..<range.lowerBound], as: UTF8.self)
                let bare = ReceivedRequest(head: head, body: [], connection: number, ordinal: ordinal)
                let length = Int(bare.header("content-length") ?? "") ?? 0
                while buffer.count < range.upperBound + length { if !more(descriptor, &buffer) { return nil } }
                let body = Array(buffer[range.upperBound..<(range.upperBound + length)])
                buffer.removeFirst(range.upperBound + length)
                return ReceivedRequest(head: head, body: body, connection: number, ordinal: ordinal)
            }
            if !more(descriptor, &buffer) { return nil }
        }
    }

    private func more(_ descriptor: Int32, _ buffer: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        let capacity = chunk.count
        let count = unsafe recv(descriptor, &chunk, capacity, 0)
        if count > 0 { buffer.append(contentsOf: chunk.prefix(count)) }
        return count > 0
    }

    private func send(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Foundation.send(descriptor, bytes.baseAddress! + done, bytes.count - done, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            done += count
        }
        return true
    }
}

/// A whole answer with its length.
func answer(_ status: Int = 200, _ body: [UInt8] = Array("{}".utf8), headers: [String] = []) -> [UInt8] {
    let lines = ["HTTP/1.1 \(status) Whatever", "Content-Length: \(body.count)"] + headers
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body
}
