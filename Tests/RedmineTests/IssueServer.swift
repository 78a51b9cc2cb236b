import Foundation
import Glibc
import Synchronization
import TestSupport

/// Keeps issues as Redmine does, as far as a check, creates and look-ups ask. One that does not compare descriptions is
/// as servers before 3.2 are: look-ups see everybody's issues. One request a connection.
///
/// `@unchecked Sendable`: what changes is under the mutex.
final class IssueServer: @unchecked Sendable {
    /// What becomes of the next create.
    enum Loss: Sendable {
        case none, before, after
    }

    fileprivate struct State {
        /// A description is JSON: null where a person wrote none. The first has number 1.
        var issues: [(subject: String, description: String, time: String)] = []
        var loss = Loss.none
    }

    let url: String
    private let listener: Int32
    private let state = Mutex(State())

    private let compares: Bool

    init(compares: Bool) throws {
        self.compares = compares
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard let port = Loopback.bind(listener), listen(listener, 64) == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        url = "http://127.0.0.1:\(port)"
        Thread.detachNewThread { [listener, self] in
            while case let visitor = accept(listener, nil, nil), visitor >= 0 { self.serve(visitor) }
            close(listener)
        }
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    func lose(_ loss: Loss) { state.withLock { $0.loss = loss } }

    /// An issue of somebody's, without a description.
    func add(_ subject: String) { state.withLock { $0.add("\"\(subject)\"", "null") } }

    private func serve(_ visitor: Int32) {
        defer {
            shutdown(visitor, Int32(SHUT_RDWR))
            close(visitor)
        }
        guard let message = Loopback.message(visitor) else { return }
        let text = String(decoding: message, as: UTF8.self)
        let words = text.split(separator: " ", maxSplits: 2)
        guard words.count > 1, let place = URLComponents(string: String(words[1])) else { return }
        let query = Dictionary((place.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { $1 }
        if words[0] == "POST" {
            let body =
                text.split(separator: "\r\n\r\n", maxSplits: 1).last.flatMap { try? JSON(parsing: String($0)) } ?? .null
            return create(visitor, body["issue"])
        }
        let found = state.withLock { $0.answer(place.path, query, compares: compares) }
        answer(visitor, found == nil ? "404 Not Found" : "200 OK", found ?? "")
    }

    private func create(_ visitor: Int32, _ issue: JSON) {
        let (loss, made) = state.withLock { state in
            let loss = state.loss
            state.loss = .none
            guard loss != .before else { return (loss, "") }
            state.add(issue["subject"].line, issue["description"].line)
            return (loss, state.issue(state.issues.count - 1))
        }
        if loss == .none { answer(visitor, "201 Created", "{\"issue\":\(made)}") }
    }

    private func answer(_ visitor: Int32, _ status: String, _ body: String) {
        let head = [
            "HTTP/1.1 \(status)", "Content-Type: application/json; charset=utf-8", "Content-Length: \(body.utf8.count)",
            "Connection: close",
        ]
        Loopback.send(Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8), to: visitor)
    }
}

extension IssueServer.State {
    mutating func add(_ subject: String, _ description: String) {
        issues.append((subject, description, Date().ISO8601Format()))
    }

    func issue(_ place: Int) -> String {
        let (subject, description, time) = issues[place]
        let fixed =
            #"""
            "project":{"id":1,"name":"Demo"},"tracker":{"id":2,"name":"Feature"},"status":{"id":1,"name":"New",\#
            "is_closed":false},
            """#
            + #""priority":{"id":2,"name":"Normal"},"author":{"id":5,"name":"Alice Demo"}"#
        let times = #""created_on":"\#(time)","updated_on":"\#(time)","closed_on":null"#
        return #"{"id":\#(place + 1),\#(fixed),"subject":\#(subject),"description":\#(description),\#(times)}"#
    }

    func answer(_ path: String, _ query: [String: String], compares: Bool) -> String? {
        switch path {
        case "/users/current.json":
            return
                #"{"user":{"id":5,"login":"alice","firstname":"Alice","lastname":"Demo","mail":"alice@example.test"}}"#
        case "/projects/demo.json":
            let project = #""id":1,"name":"Demo","identifier":"demo","status":1,"trackers":[{"id":2,"name":"Feature"}]"#
            return #"{"project":{\#(project),"enabled_modules":[{"id":1,"name":"issue_tracking"}]}}"#
        case "/enumerations/issue_priorities.json":
            return #"{"issue_priorities":[{"id":2,"name":"Normal","is_default":true,"active":true}]}"#
        case "/trackers.json":
            return #"{"trackers":[{"id":2,"name":"Feature","enabled_standard_fields":["due_date","description"]}]}"#
        case "/projects/demo/issues.json", "/issues.json":
            let limit = Int(query["limit"] ?? "") ?? 25
            let offset = Int(query["offset"] ?? "") ?? 0
            let wanted = (compares ? query["description"] : nil).map { $0.dropFirst() } ?? ""
            let matching = issues.indices.filter { wanted.isEmpty || issues[$0].description.contains(wanted) }
            let places = query["sort"] == "id:desc" ? matching.reversed() : matching
            let rows = places.dropFirst(offset).prefix(limit).map(issue).joined(separator: ",")
            return #"{"issues":[\#(rows)],"total_count":\#(places.count),"offset":\#(offset),"limit":\#(limit)}"#
        default:
            let number = path.split(separator: "/").last?.split(separator: ".").first.flatMap { Int($0) } ?? 0
            return path.hasPrefix("/issues/") && issues.indices.contains(number - 1)
                ? "{\"issue\":\(issue(number - 1))}" : nil
        }
    }
}
