import Foundation
import PatchbayEmulator
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Runs an emulator in this process for the length of a test.
func withEmulator(
    _ settings: EmulatorSettings = EmulatorSettings(), _ body: @escaping @Sendable (Vendors) async throws -> Void
) async throws {
    let emulator = Emulator(settings)
    let (stream, continuation) = AsyncStream.makeStream(of: EmulatorAddresses.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { continuation.finish() }
            try await emulator.run { continuation.yield($0) }
        }
        for await addresses in stream {
            try await body(Vendors(addresses: addresses))
            break
        }
        group.cancelAll()
    }
    try emulator.save()
}

/// An answer as a client sees it.
struct Answer: Sendable {
    let status: Int
    let headers: [String: String]
    let data: Data

    var json: JSON { (try? JSON(parsing: data)) ?? .null }
    var text: String { String(decoding: data, as: UTF8.self) }

    /// A header by its name in lower case.
    func header(_ name: String) -> String? { headers[name] }
}

/// The three systems and the control port, as a client would reach them.
struct Vendors: Sendable {
    let addresses: EmulatorAddresses

    static let asanaProject = "1200000000000201"
    static let asanaWorkspace = "1200000000000001"
    static let linearTeam = "0a1b2c3d-0002-4000-8000-000000000001"

    static let jiraHeader = "Basic " + Data("demo@example.com:jira-demo-token".utf8).base64EncodedString()

    /// One request on a connection of its own. Throws where the connection fails.
    static func send(_ method: String, _ url: String, _ body: JSON? = nil, authorization: String? = nil) async throws
        -> Answer
    {
        var request = URLRequest(url: try #require(URL(string: url)))
        request.httpMethod = method
        request.timeoutInterval = 240
        if let authorization { request.setValue(authorization, forHTTPHeaderField: "Authorization") }
        if let body {
            request.httpBody = Data(body.bytes)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        let session = URLSession(configuration: .ephemeral, delegate: NoRedirects(), delegateQueue: nil)
        defer { session.finishTasksAndInvalidate() }
        let (data, response) = try await session.data(for: request)
        let answer = try #require(response as? HTTPURLResponse)
        var headers: [String: String] = [:]
        for (name, value) in answer.allHeaderFields { headers["\(name)".lowercased()] = "\(value)" }
        return Answer(status: answer.statusCode, headers: headers, data: data)
    }

    func asana(_ method: String, _ path: String, _ data: JSON? = nil, token: String = "Bearer asana-demo-token")
        async throws -> Answer
    {
        let body: JSON? = data.map { ["data": $0] }
        return try await Self.send(method, "\(addresses.asana)/api/1.0\(path)", body, authorization: token)
    }

    func jira(_ method: String, _ path: String, _ body: JSON? = nil, token: String = Vendors.jiraHeader) async throws
        -> Answer
    {
        try await Self.send(method, "\(addresses.jira)/rest/api/3\(path)", body, authorization: token)
    }

    func linear(_ query: String, _ variables: JSON = [:], token: String = "lin_api_demo_token") async throws -> Answer {
        try await Self.send(
            "POST", "\(addresses.linear)/graphql", ["query": .string(query), "variables": variables],
            authorization: token)
    }

    @discardableResult
    func control(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> JSON {
        let answer = try await Self.send(method, addresses.control + path, body)
        #expect(answer.status == 200, "\(answer.text)")
        return answer.json
    }

    /// How many tasks a system holds.
    func count(_ system: String) async throws -> Int {
        try await control("GET", "/state?count=true")[system]?["count"]?.wholeNumber ?? -1
    }

    /// A task of each system, made in the shortest way.
    func create(_ system: String, title: String = "A task") async throws -> Answer {
        switch system {
        case "asana": try await asana("POST", "/tasks", Self.asanaTask(["name": .string(title)]))
        case "jira": try await jira("POST", "/issue", Self.issue(["summary": .string(title)]))
        default: try await linear(Self.issueCreate, ["input": Self.input(["title": .string(title)])])
        }
    }

    /// Who am I, the cheapest read of each system.
    func account(_ system: String, token: String? = nil) async throws -> Answer {
        switch system {
        case "asana": try await asana("GET", "/users/me", token: token ?? "Bearer asana-demo-token")
        case "jira": try await jira("GET", "/myself", token: token ?? Self.jiraHeader)
        default: try await linear("{ viewer { id } }", token: token ?? "lin_api_demo_token")
        }
    }

    static let issueCreate = """
        mutation($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { id identifier url title } } }
        """
    static let issueBatchCreate = """
        mutation($input: IssueBatchCreateInput!) { issueBatchCreate(input: $input) { success issues { id identifier } \
        } }
        """

    static func asanaTask(_ fields: JSON) -> JSON {
        .object([JSON.Member("projects", [.string(asanaProject)])] + (fields.members ?? []))
    }

    static func issue(_ fields: JSON, properties: JSON = []) -> JSON {
        var members: [JSON.Member] = [
            .init("project", ["key": "ED"]), .init("issuetype", ["id": "10001"]), .init("summary", "A task"),
        ]
        for member in fields.members ?? [] {
            members.removeAll { $0.name == member.name }
            members.append(member)
        }
        return ["fields": .object(members), "properties": properties]
    }

    static func input(_ fields: JSON) -> JSON {
        var members: [JSON.Member] = [.init("teamId", .string(linearTeam)), .init("title", "A task")]
        for member in fields.members ?? [] {
            members.removeAll { $0.name == member.name }
            members.append(member)
        }
        return .object(members)
    }

    static func document(_ text: String) -> JSON {
        [
            "type": "doc", "version": 1,
            "content": [["type": "paragraph", "content": [["type": "text", "text": .string(text)]]]],
        ]
    }
}

/// Gives a redirect back instead of following it.
private final class NoRedirects: NSObject, URLSessionTaskDelegate, Sendable {
    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest,
        completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
