import Foundation
import PatchbayConnectors
import PatchbayModel
import TestSupport
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The built connector in its worker, for one test.
final class Conversing: Sendable {
    static let now = Timestamp(milliseconds: 1_795_000_000_000)
    static let delivery = "11111111-1111-4111-8111-111111111111"

    private let scratch: ScratchFolder
    let catalog: ConnectorCatalog

    init() throws {
        scratch = try ScratchFolder()
        let folder = try scratch.folder("plugins.d")
        try Built.copy("Redmine", into: folder)
        catalog = ConnectorCatalog(
            directories: [PluginDirectory(path: folder, isRequired: true)], worker: Built.folder + "/patchbay-worker")
    }

    /// An instance for a project; more settings may be given, and the account that a check has told.
    func session(
        host: String = "http://127.0.0.1:1/redmine/", _ more: [String: SettingValue] = [:], account: String? = "5"
    ) async throws -> ConnectorSession {
        let settings: [String: SettingValue] = ["host": .text(host), "projectId": .text("demo")]
        return try await catalog.connector(forType: "redmine").open(
            ConnectorOpening(settings: settings.merging(more) { $1 }, account: account))
    }

    /// A call about one task, or none.
    static func operation(
        _ number: OperationNumber, _ task: TrackedTask? = nil, externalID: String? = nil, changes: TaskChanges = [],
        now: Timestamp = now
    ) -> ConnectorOperation {
        let tasks = task.map {
            [OperationTask(task: $0, deliveryID: delivery, externalID: externalID, changes: changes, attemptedAt: now)]
        }
        return ConnectorOperation(number, now: now, tasks: tasks ?? [])
    }
}

/// Answers of a Redmine, in its own form.
enum Redmine {
    static let alice = answer(
        200, #"{"user":{"id":5,"login":"alice","admin":false,"firstname":"Alice","lastname":"Demo"}}"#)
    static let absent = answer(404, "")
    static let project = answer(200, #"{"project":{"id":1,"name":"Demo","identifier":"demo","status":1}}"#)
    /// What the first create of an instance asks before.
    static let ready = [alice, project]

    /// An issue as a list shows it. `edited` is when it was changed, if it was.
    static func issue(
        _ id: Int, _ description: String?, title: String = "other", author: Int = 5,
        created: String = "2026-11-18T11:06:00Z",
        edited: String? = nil
    ) -> String {
        let text = description.map { "\"\($0)\"" } ?? "null"
        return
            #"""
            {"id":\#(id),"project":{"id":1,"name":"Demo"},"author":{"id":\#(author),"name":"Alice \#
            Demo"},"subject":"\#(title)",
            """#
                + #""description":\#(text),"created_on":"\#(created)","updated_on":"\#(edited ?? created)"}"#
    }

    /// One page of a list.
    static func list(_ issues: String..., total: Int? = nil, offset: Int = 0, limit: Int = 25) -> HTTPResponse {
        let numbers = #""total_count":\#(total ?? issues.count),"offset":\#(offset),"limit":\#(limit)"#
        return answer(200, #"{"issues":[\#(issues.joined(separator: ","))],\#(numbers)}"#)
    }

    /// The page of recent issues.
    static func recent(_ issues: String..., total: Int? = nil) -> HTTPResponse {
        answer(
            200,
            #"""
            {"issues":[\#(issues.joined(separator: ","))],"total_count":\#(total ?? issues.count),"offset":0,"limit":50}
            """#
        )
    }

    /// What numbers beyond the last get.
    static let noMore = [HTTPResponse](repeating: absent, count: 5)
}

extension ConnectorStep {
    /// The request, or nil when the call is done.
    var request: HTTPRequest? {
        if case .request(let request) = action { request } else { nil }
    }

    /// The result, or nil when there is a further request.
    var result: CallResult? {
        if case .done(let result) = action { result } else { nil }
    }
}

extension HTTPRequest {
    var bodyText: String? { body.map { String(decoding: $0, as: UTF8.self) } }
    var queryTexts: [String] { query.map { "\($0.name)=\($0.value)" } }
}

extension ConnectorSession {
    /// Makes a whole call with these answers, one after the other. Gives what was asked for and, when it ended, how.
    func converse(_ operation: ConnectorOperation, _ answers: [HTTPResponse]) async throws -> (
        requests: [HTTPRequest], result: CallResult?
    ) {
        let call = call(operation)
        var step = try await call.begin()
        var requests: [HTTPRequest] = []
        var left = answers[...]
        while let request = step.request {
            requests.append(request)
            guard let answer = left.popFirst() else { return (requests, nil) }
            step = try await call.resume(answer)
        }
        return (requests, step.result)
    }

    /// Makes a whole call against a real server.
    func perform(_ operation: ConnectorOperation, at server: String, key: String) async throws -> CallResult {
        let call = call(operation)
        var step = try await call.begin()
        while let request = step.request {
            var address = try #require(URLComponents(string: server + request.path))
            if !request.query.isEmpty {
                address.queryItems = request.query.map { URLQueryItem(name: $0.name, value: $0.value) }
            }
            var sent = URLRequest(url: try #require(address.url), timeoutInterval: 30)
            sent.httpMethod = request.method
            sent.httpBody = request.body.map { Data($0) }
            for header in request.headers { sent.setValue(header.value, forHTTPHeaderField: header.name) }
            sent.setValue(key, forHTTPHeaderField: "X-Redmine-API-Key")
            let (data, response) = try await URLSession.shared.data(for: sent)
            let http = try #require(response as? HTTPURLResponse)
            step = try await call.resume(HTTPResponse(status: http.statusCode, body: Array(data)))
        }
        return try #require(step.result)
    }
}

func answer(_ status: Int, _ body: String, _ headers: [HTTPField] = []) -> HTTPResponse {
    HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
}
