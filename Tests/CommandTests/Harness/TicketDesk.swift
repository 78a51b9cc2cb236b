import Foundation
import Glibc
import Synchronization

/// The system that Fixtures/desk.c speaks with. It makes a ticket for each POST, and loses what it is told to lose. One
/// request a connection.
///
/// `@unchecked Sendable`: what changes is under the mutex.
final class TicketDesk: @unchecked Sendable {
    /// What becomes of a POST that makes a ticket.
    enum Fate: String, CaseIterable, Sendable {
        case fine, lostBefore, lostAfter, cutAfter, faultAfter
    }

    fileprivate struct State {
        var tickets: [(number: Int, marker: String, token: String?)] = []
        var tokens = 0
        /// POSTs of each marker so far.
        var posts: [String: Int] = [:]
        var fate: @Sendable (Int, Int) -> Fate = { _, _ in .fine }
        /// In the order of their first POST.
        var markers: [String] = []
        var strikes: Set<Fate> = []
    }

    let url: String
    private let listener: Int32
    private let state = Mutex(State())

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard let port = Loopback.bind(listener), listen(listener, 64) == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        url = "http://127.0.0.1:\(port)"
        Thread.detachNewThread { [listener, self] in
            while case let visitor = accept(listener, nil, nil), visitor >= 0 {
                _ = fcntl(visitor, F_SETFD, FD_CLOEXEC)
                Thread.detachNewThread { self.serve(visitor) }
            }
            close(listener)
        }
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    /// From now on each POST meets what `fate` says of its marker, the how manieth it is, and of how many POSTs that
    /// had before.
    func weather(_ fate: @escaping @Sendable (_ marker: Int, _ posts: Int) -> Fate) {
        state.withLock { $0.fate = fate }
    }

    var tickets: Int { state.withLock { $0.tickets.count } }
    /// POSTs that would have made a ticket, answered or not.
    var posts: Int { state.withLock { $0.posts.values.reduce(0, +) } }
    /// What became of POSTs so far.
    var strikes: Set<Fate> { state.withLock { $0.strikes } }
    /// The numbers of the tickets of each delivery.
    var numbers: [String: [Int]] {
        state.withLock { Dictionary(grouping: $0.tickets, by: \.marker).mapValues { $0.map(\.number) } }
    }
    /// Deliveries that have more than one ticket.
    var doubled: Int { numbers.values.count { $0.count > 1 } }

    private func serve(_ visitor: Int32) {
        defer {
            shutdown(visitor, Int32(SHUT_RDWR))
            close(visitor)
        }
        guard let message = Loopback.message(visitor) else { return }
        let text = String(decoding: message, as: UTF8.self)
        let words = text.split(separator: " ", maxSplits: 2).prefix(2).joined(separator: " ")
        let lines = text.split(separator: "\r\n\r\n", maxSplits: 1).last?.split(separator: "\n") ?? []
        switch words {
        case "GET /me": answer(visitor, "200 OK", "account ann\n")
        case "GET /tickets": answer(visitor, "200 OK", list())
        case "POST /tokens": answer(visitor, "201 Created", "token \(state.withLock { $0.takeToken() })\n")
        case "POST /tickets":
            create(visitor, lines.first?.dropFirst("marker ".count), lines.dropFirst().first?.dropFirst("token ".count))
        default: answer(visitor, "404 Not Found", "")
        }
    }

    private func create(_ visitor: Int32, _ marker: Substring?, _ token: Substring?) {
        guard let marker = marker.map(String.init) else { return answer(visitor, "400 Bad Request", "") }
        let (fate, number) = state.withLock { $0.post(marker, token.map(String.init)) }
        switch fate {
        case .fine: answer(visitor, "201 Created", "ticket \(number)\n")
        case .lostBefore, .lostAfter: break
        case .cutAfter: answer(visitor, "201 Created", "ticket", claiming: 100)
        case .faultAfter: answer(visitor, "503 Service Unavailable", "")
        }
    }

    private func list() -> String {
        let tickets = state.withLock { $0.tickets }
        return "tickets \(tickets.count)\n" + tickets.map { "\($0.number) \($0.marker)\n" }.joined() + "end\n"
    }

    /// `claiming` is the length that the head names, where the body is to be cut.
    private func answer(_ visitor: Int32, _ status: String, _ body: String, claiming length: Int? = nil) {
        let head = [
            "HTTP/1.1 \(status)", "Date: \(Self.date())", "Content-Type: text/plain",
            "Content-Length: \(length ?? body.utf8.count)",
            "Connection: close",
        ]
        Loopback.send(Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8), to: visitor)
    }

    private static func date() -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return format.string(from: Date())
    }
}

extension TicketDesk.State {
    mutating func takeToken() -> Int {
        tokens += 1
        return tokens
    }

    /// Makes a ticket, unless the weather or a known token is against it.
    mutating func post(_ marker: String, _ token: String?) -> (TicketDesk.Fate, Int) {
        if !markers.contains(marker) { markers.append(marker) }
        let fate = fate(markers.firstIndex(of: marker) ?? 0, posts[marker, default: 0])
        strikes.insert(fate)
        posts[marker, default: 0] += 1
        if fate == .lostBefore { return (fate, 0) }
        if let token, let made = tickets.first(where: { $0.token == token }) { return (fate, made.number) }
        tickets.append((tickets.count + 1, marker, token))
        return (fate, tickets.count)
    }
}
