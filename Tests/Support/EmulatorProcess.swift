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

    /// `seed` is what its faults of chance follow from.
    package init(_ scratch: ScratchFolder, seed: UInt64? = nil) async throws {
        let output = scratch("emulator.json")
        let (input, alive) = try OpenFile.pipe()
        let file = try OpenFile(writing: output)
        let errors = try OpenFile(writing: scratch("emulator.log"))
        child = try ChildProcess(
            Built.emulator, ["--until-stdin-closes"] + (seed.map { ["--seed", "\($0)"] } ?? []),
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

    /// The tasks that a system holds, oldest first.
    package func tasks(_ system: String) async throws -> [JSON] { try await ask("GET", "/state?system=\(system)")[system]["tasks"].items }

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
