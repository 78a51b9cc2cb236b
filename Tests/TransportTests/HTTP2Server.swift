import Foundation
import Synchronization

/// What the server does with a request that has come whole.
enum HTTP2Action: Sendable {
    case answer
    /// RST_STREAM with this code (RFC 9113, section 7).
    case reset(UInt8)
    /// GOAWAY that names the request before this one as the last.
    case goAway
    /// The process ends, and with it the connection.
    case die
}

/// Says by HTTP/2 what a script wants, one connection after the other. It reads no headers: a request counts by its
/// place.
final class HTTP2Server: Sendable {
    let base: String
    let certificate: String
    private let server: OpenSSLServer
    private let script: @Sendable (Int) -> HTTP2Action
    private let count = Mutex(0)

    /// Requests that have come whole.
    var requests: Int { count.withLock { $0 } }

    init(_ script: @escaping @Sendable (Int) -> HTTP2Action) throws {
        server = try OpenSSLServer(["-alpn", "h2"], servesPages: false)
        (base, certificate) = ("https://localhost:\(server.port)", server.certificate)
        self.script = script
        Thread { [self] in serve() }.start()
    }

    func stop() { server.stop() }

    private func serve() {
        let preface = Data("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        var text = Data()
        var isOpen = false
        while true {
            let more = server.output.availableData
            if more.isEmpty { return }
            text += more
            // Between connections OpenSSL prints words of its own.
            while let start = text.range(of: preface) {
                text = Data(text[start.upperBound...])
                isOpen = true
                send(type: 4, stream: 0)
            }
            while isOpen, let frame = Frame(&text) { hear(frame) }
        }
    }

    private func hear(_ frame: Frame) {
        if frame.type == 4, frame.flags & 1 == 0 { send(type: 4, flags: 1, stream: 0) }
        guard frame.type <= 1, frame.flags & 1 != 0 else { return }
        let place = count.withLock { count in
            defer { count += 1 }
            return count
        }
        switch script(place) {
        // One header field, which has a number of its own: status 200.
        case .answer: send(type: 1, flags: 5, stream: frame.stream, [0x88])
        case .reset(let code): send(type: 3, stream: frame.stream, [0, 0, 0, code])
        case .goAway: send(type: 7, stream: 0, [0, 0, 0, max(frame.stream, 2) - 2, 0, 0, 0, 0])
        case .die: server.stop()
        }
    }

    private func send(type: UInt8, flags: UInt8 = 0, stream: UInt8, _ bytes: [UInt8] = []) {
        try? server.input.write(contentsOf: [0, 0, UInt8(bytes.count), type, flags, 0, 0, 0, stream] + bytes)
    }

    /// A frame of RFC 9113, section 4.1, of a stream below 256.
    private struct Frame {
        let type: UInt8
        let flags: UInt8
        let stream: UInt8

        /// Takes it from the front, once it is whole.
        init?(_ text: inout Data) {
            let head = Array(text.prefix(9))
            guard head.count == 9 else { return nil }
            let length = 9 + (Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2]))
            guard text.count >= length else { return nil }
            (type, flags, stream) = (head[3], head[4], head[8])
            text = Data(text.dropFirst(length))
        }
    }
}
