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

    /// An instance for a project; more settings may be given.
    func session(
        host: String = "http://127.0.0.1:1/redmine/", _ more: [String: SettingValue] = [:]
    ) async throws -> ConnectorSession {
        let settings: [String: SettingValue] = ["host": .text(host), "projectId": .text("demo")]
        return try await catalog.connector(forType: "redmine").open(ConnectorOpening(settings: settings.merging(more) { $1 }))
    }

    /// A call about one task, or none.
    static func operation(
        _ number: OperationNumber, _ task: TrackedTask? = nil, externalID: String? = nil, changes: TaskChanges = [], now: Timestamp = now
    ) -> ConnectorOperation {
        let tasks = task.map {
            [OperationTask(task: $0, deliveryID: delivery, externalID: externalID, changes: changes, attemptedAt: now)]
        }
        return ConnectorOperation(number, now: now, tasks: tasks ?? [])
    }
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
    func converse(_ operation: ConnectorOperation, _ answers: [HTTPResponse]) async throws -> (requests: [HTTPRequest], result: CallResult?)
    {
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
            if !request.query.isEmpty { address.queryItems = request.query.map { URLQueryItem(name: $0.name, value: $0.value) } }
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
