import Foundation
import Glibc
import Synchronization

/// Stands between a client and a server on loopback, and loses what it is told to lose. One request a connection.
///
/// `@unchecked Sendable`: what changes is under the mutex.
final class CuttingProxy: @unchecked Sendable {
    /// What becomes of a request.
    enum Fate: Sendable {
        case passed, lostBefore, lostAfter
    }

    let port: Int
    private let listener: Int32
    private let upstream: Int
    private let decide: @Sendable (String) -> Fate
    private let lost = Mutex(0)

    /// `decide` is given method, target and body of each request.
    init(to upstream: Int, _ decide: @escaping @Sendable (String) -> Fate) throws {
        self.upstream = upstream
        self.decide = decide
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard let bound = Loopback.bind(listener), listen(listener, 64) == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        port = bound
        Thread.detachNewThread { [listener, self] in
            while case let client = accept(listener, nil, nil), client >= 0 {
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                Thread.detachNewThread { self.serve(client) }
            }
            close(listener)
        }
    }

    var url: String { "http://127.0.0.1:\(port)" }
    /// How many answers were lost.
    var losses: Int { lost.withLock { $0 } }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve(_ client: Int32) {
        defer {
            shutdown(client, Int32(SHUT_RDWR))
            close(client)
        }
        guard let request = Loopback.message(client) else { return }
        let fate = decide(String(decoding: request, as: UTF8.self))
        if fate != .passed { lost.withLock { $0 += 1 } }
        guard fate != .lostBefore, let answer = ask(request), fate == .passed else { return }
        Loopback.send(closing(answer), to: client)
    }

    private func ask(_ request: [UInt8]) -> [UInt8]? {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(server) }
        guard Loopback.connect(server, upstream) else { return nil }
        Loopback.send(request, to: server)
        return Loopback.message(server)
    }

    /// The answer with word that the connection ends with it.
    private func closing(_ answer: [UInt8]) -> [UInt8] {
        guard let place = answer.firstRange(of: Array("\r\n".utf8)) else { return answer }
        return Array(answer[..<place.upperBound]) + Array("Connection: close\r\n".utf8) + Array(answer[place.upperBound...])
    }
}

/// Blocking sockets on loopback.
enum Loopback {
    /// Binds to a port that the system chooses, and gives it.
    static func bind(_ descriptor: Int32) -> Int? {
        var place = address(0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &place) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe Glibc.bind(descriptor, pointer, size) == 0 && getsockname(descriptor, pointer, &size) == 0
            }
        }
        return isBound ? Int(UInt16(bigEndian: place.sin_port)) : nil
    }

    static func connect(_ descriptor: Int32, _ port: Int) -> Bool {
        var place = address(port)
        return unsafe withUnsafeMutablePointer(to: &place) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe Glibc.connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        place.sin_port = UInt16(port).bigEndian
        return place
    }

    /// A whole request or answer: its head, and as many bytes as that says. Nil when the other side went away before.
    static func message(_ descriptor: Int32) -> [UInt8]? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).lowercased()
                let line = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                let length = line.flatMap { Int($0.dropFirst("content-length:".count).trimmingCharacters(in: .whitespaces)) } ?? 0
                if bytes.count >= end.upperBound + length { return bytes }
            }
            let capacity = chunk.count
            let count = unsafe recv(descriptor, &chunk, capacity, 0)
            if count <= 0 { return nil }
            bytes += chunk.prefix(count)
        }
    }

    static func send(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }
}
