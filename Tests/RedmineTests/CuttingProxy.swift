import Foundation
import Glibc
import Synchronization
import TestSupport

/// Stands between a client and a server on loopback, or two in turn, and loses what it is told to lose. One request a
/// connection.
///
/// `@unchecked Sendable`: what changes is under the mutex.
final class CuttingProxy: @unchecked Sendable {
    /// What becomes of a request.
    enum Fate: Sendable {
        case passed, lostBefore, lostAfter
    }

    let port: Int
    private let listener: Int32
    private let upstreams: [Int]
    private let turn = Mutex(0)
    private let decide: @Sendable (String) -> Fate
    private let lost = Mutex(0)

    /// `decide` is given method, target and body of each request.
    init(to upstream: Int, and other: Int? = nil, _ decide: @escaping @Sendable (String) -> Fate) throws {
        upstreams = [upstream] + (other.map { [$0] } ?? [])
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
        let upstream = turn.withLock { turn in
            turn += 1
            return upstreams[turn % upstreams.count]
        }
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(server) }
        guard Loopback.connect(server, upstream) else { return nil }
        Loopback.send(request, to: server)
        return Loopback.message(server)
    }

    /// The answer with word that the connection ends with it.
    private func closing(_ answer: [UInt8]) -> [UInt8] {
        guard let place = answer.firstRange(of: Array("\r\n".utf8)) else { return answer }
        return Array(answer[..<place.upperBound]) + Array("Connection: close\r\n".utf8)
            + Array(answer[place.upperBound...])
    }
}
