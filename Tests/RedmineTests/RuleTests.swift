import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

/// The same kit that holds the other shipped connectors to the rules, on calls that were recorded with the built
/// command.
@Suite("The Redmine connector, held to every rule", .timeLimit(.minutes(12)))
struct RuleTests {
    @Test("keeps all of them, whatever is made of the answers to a check and creates") func rules() async throws {
        let server = try AnsweringServer()
        defer { server.stop() }
        let desk = try Workbench()
        try await desk.must("init")
        let settings: JSON = [
            "host": .string(server.url), "projectId": "demo", "trackerId": 2, "priorityMapping": ["high": "3"],
            "assigneeMapping": ["alice@example.test": "5"],
        ]
        let file = try desk.scratch.write("settings.json", settings.line)
        try await desk.must("integration", "add", "chores", "--type", "redmine", "--settings", file)
        try await desk.must("token", "set", "chores", input: "0123456789abcdef0123456789abcdef01234567")
        let recordings = desk.scratch("recordings")
        try await desk.must("integration", "check", "chores", "--record", recordings)
        let tasks: [JSON] = (1...3).map {
            [
                "id": .string("t\($0)"), "title": .string("Task \($0)"), "description": "**Now**\n- soon",
                "dueDate": "2020-01-02",
                "assignee": "alice@example.test", "priority": "high",
            ]
        }
        try await desk.must(
            "task", "import", "-", "--integration", "chores", input: tasks.map(\.line).joined(separator: "\n"))
        let sync = try await desk.must("sync", "--record", recordings)
        #expect(sync.summary["delivered"] == 3 && server.created == 3, sync.told)
        let run = try await desk.run(
            "connector", "test", Built.plugins + "/redmine.so", "--recordings", recordings, "--rounds", "200", "--seed",
            "7")
        #expect(run.status == 0 && run.summary["failed"] == 0 && run.summary["seed"] == 7, run.told)
        #expect(run.result["rules"].items.filter { $0["verdict"] == "ok" }.count >= 31, run.told)
        let replay = try await desk.must("connector", "replay", Built.plugins + "/redmine.so", recordings)
        #expect(replay.summary["same"] == 4, replay.told)
    }
}

/// Answers as Redmine 5 does, as far as a check and creates ask. One request a connection.
///
/// `@unchecked Sendable`: what changes is under the mutex.
private final class AnsweringServer: @unchecked Sendable {
    let url: String
    private let listener: Int32
    private let issues = Mutex(0)

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard let port = Loopback.bind(listener), listen(listener, 64) == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        url = "http://127.0.0.1:\(port)"
        Thread.detachNewThread { [listener, self] in
            while case let client = accept(listener, nil, nil), client >= 0 { self.serve(client) }
            close(listener)
        }
    }

    var created: Int { issues.withLock { $0 } }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve(_ client: Int32) {
        defer {
            shutdown(client, Int32(SHUT_RDWR))
            close(client)
        }
        guard let request = Loopback.message(client) else { return }
        let words = String(decoding: request, as: UTF8.self).split(separator: " ", maxSplits: 2)
        let path = words.count > 1 ? words[1].split(separator: "?").first.map(String.init) ?? "" : ""
        let (status, body) = answer(words.first == "POST", path)
        let head =
            "HTTP/1.1 \(status)\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: "
            + "\(body.utf8.count)\r\nConnection: close\r\n\r\n"
        Loopback.send(Array((head + body).utf8), to: client)
    }

    private func answer(_ isPost: Bool, _ path: String) -> (status: String, body: String) {
        switch (isPost, path) {
        case (false, "/users/current.json"):
            return (
                "200 OK",
                #"{"user":{"id":5,"login":"alice","firstname":"Alice","lastname":"Demo","mail":"alice@example.test"}}"#
            )
        case (false, "/projects/demo.json"):
            let project = #""id":1,"name":"Demo","identifier":"demo","status":1,"trackers":[{"id":2,"name":"Feature"}]"#
            return ("200 OK", #"{"project":{\#(project),"enabled_modules":[{"id":1,"name":"issue_tracking"}]}}"#)
        case (false, "/enumerations/issue_priorities.json"):
            let normal = #"{"id":2,"name":"Normal","is_default":true,"active":true}"#
            return (
                "200 OK", #"{"issue_priorities":[\#(normal),{"id":3,"name":"High","is_default":false,"active":true}]}"#
            )
        case (false, "/trackers.json"):
            return (
                "200 OK",
                #"{"trackers":[{"id":2,"name":"Feature","enabled_standard_fields":["due_date","description"]}]}"#
            )
        case (false, "/projects/demo/issues.json"):
            return ("200 OK", #"{"issues":[],"total_count":0,"offset":0,"limit":1}"#)
        case (true, "/projects/demo/issues.json"):
            let id = issues.withLock { count in
                count += 1
                return 30 + count
            }
            let author = #""author":{"id":5,"name":"Alice Demo"}"#
            return (
                "201 Created",
                #"{"issue":{"id":\#(id),\#(author),"subject":"a","status":{"id":1,"name":"New","is_closed":false}}}"#
            )
        default: return ("404 Not Found", "")
        }
    }
}
