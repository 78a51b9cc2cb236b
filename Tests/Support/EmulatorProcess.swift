import Foundation
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The emulator as its own program, for the length of a test: it ends when its standard input closes.
package final class EmulatorProcess: Sendable {
    package let asana: String
    package let jira: String
    package let linear: String
    private let control: String
    private let child: ChildProcess
    /// The end of its standard input that keeps it alive; also closed when this process ends in any way.
    private let alive: OpenFile

    /// `seed` is what its faults of chance follow from; `state` is a file with what the vendors hold from the start,
    /// written at the end. `ports` are those of systems that are to have a certain one.
    package init(
        _ scratch: ScratchFolder, seed: UInt64? = nil, state: String? = nil, ports: [String: Int] = [:]
    ) async throws {
        let output = scratch("emulator.json")
        let (input, alive) = try OpenFile.pipe()
        let file = try OpenFile(writing: output)
        let errors = try OpenFile(writing: scratch("emulator.log"))
        child = try ChildProcess(
            Built.emulator,
            ["--until-stdin-closes"] + (seed.map { ["--seed", "\($0)"] } ?? [])
                + (state.map { ["--state-file", $0] } ?? [])
                + ports.flatMap { ["--\($0)-port", "\($1)"] },
            environment: Built.environment(home: scratch.path),
            descriptors: [0: input.descriptor, 1: file.descriptor, 2: errors.descriptor])
        self.alive = alive
        let child = child
        let ready = try await Wait.until("the emulator is ready") {
            try #require(!child.hasEnded, "the emulator ended at once")
            return try? JSON(parsing: String(contentsOfFile: output, encoding: .utf8))
        }
        asana = try #require(ready["asana"].text)
        jira = try #require(ready["jira"].text)
        linear = try #require(ready["linear"].text)
        control = try #require(ready["control"].text)
    }

    deinit { child.send(SIGTERM) }

    /// The root of a system's port.
    package func address(_ system: String) -> String { system == "asana" ? asana : system == "jira" ? jira : linear }

    /// Asks the control port. Throws what it refuses.
    @discardableResult
    package func ask(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> JSON {
        var request = URLRequest(url: try #require(URL(string: control + path)))
        request.httpMethod = method
        request.timeoutInterval = 60
        if let body {
            request.httpBody = Data(body.line.utf8)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        let answer = try JSON(parsing: String(decoding: data, as: UTF8.self))
        try #require((response as? HTTPURLResponse)?.statusCode == 200, "\(method) \(path): \(answer.line)")
        return answer
    }

    package func fault(_ fault: JSON) async throws { try await ask("POST", "/faults", fault) }

    /// How often the fault of that id struck.
    package func strikes(_ id: String) async throws -> Int {
        try await ask("GET", "/faults")["faults"].items.first { $0["id"].text == id }?["applied"].int ?? 0
    }

    /// Adds a task as a person would, where Bench's integrations look for theirs.
    package func addTask(_ system: String, title: String = "Somebody else's") async throws {
        let name = JSON.string(title)
        switch system {
        case "asana":
            try await send(
                asana + "/api/1.0/tasks", "Bearer asana-demo-token",
                ["data": ["name": name, "projects": [Bench.asanaSettings["projectId"] ?? .null]]])
        case "jira":
            let header = "Basic " + Data("demo@example.com:jira-demo-token".utf8).base64EncodedString()
            let fields: JSON = ["summary": name, "project": ["key": "ED"], "issuetype": ["name": "Task"]]
            try await send(jira + "/rest/api/3/issue", header, ["fields": fields])
        default:
            let document: JSON = "mutation($input: IssueCreateInput!) { issueCreate(input: $input) { success } }"
            let input: JSON = ["title": name, "teamId": .string(Bench.linearTeam)]
            try await send(
                linear + "/graphql", "lin_api_demo_token", ["query": document, "variables": ["input": input]])
        }
    }

    private func send(_ url: String, _ authorization: String, _ body: JSON) async throws {
        var request = URLRequest(url: try #require(URL(string: url)))
        request.httpMethod = "POST"
        request.timeoutInterval = 60
        request.httpBody = Data(body.line.utf8)
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.setValue(authorization, forHTTPHeaderField: "Authorization")
        let (data, response) = try await URLSession.shared.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        try #require((200..<300).contains(status), "\(url): \(status) \(String(decoding: data, as: UTF8.self))")
    }

    /// The tasks that a system holds, oldest first.
    package func tasks(_ system: String) async throws -> [JSON] {
        try await ask("GET", "/state?system=\(system)")[system]["tasks"].items
    }

    /// How many tasks a system holds.
    package func count(_ system: String) async throws -> Int {
        try #require(try await ask("GET", "/state?system=\(system)&count=true")[system]["count"].int)
    }

    /// What a system has seen.
    package func counters(_ system: String) async throws -> JSON { try await ask("GET", "/counters")[system] }

    /// Requests that all systems together have seen.
    package func requests() async throws -> Int {
        let counters = try await ask("GET", "/counters")
        return ["asana", "jira", "linear"].reduce(0) { $0 + (counters[$1]["requests"].int ?? 0) }
    }
}
