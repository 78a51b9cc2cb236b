import Foundation
import PatchbayConnectors
import PatchbayModel
import PatchbayTransport

/// Where the kit talks with a connector: it plays the host and the service, and looks at everything that passes.
struct Stage: Sendable {
    let connector: Connector
    let notes: Notebook
    /// The header that the default token fills, in lower case.
    private let schemeHeader: String
    private let base: BaseURL?

    init(_ connector: Connector, _ notes: Notebook) {
        self.connector = connector
        self.notes = notes
        base = try? BaseURL(parsing: "https://service.example")
        if case .header(let name)? = connector.descriptor.tokenKinds.first?.scheme {
            schemeHeader = name.lowercased()
        } else {
            schemeHeader = "authorization"
        }
    }

    /// One call from its beginning to its end, in an instance of its own. `answer` gives the response to each request
    /// by its place; nil ends the call there.
    func call(_ script: Script, _ answer: (Int, HTTPRequest) -> HTTPResponse?) async -> Trace {
        guard !notes.isHopeless else { return Trace() }
        do {
            return await call(script, in: try await connector.open(script.opening), answer)
        } catch {
            var trace = Trace()
            keep(error, script, &trace)
            return trace
        }
    }

    /// The same in an instance that is open.
    func call(_ script: Script, in session: ConnectorSession, _ answer: (Int, HTTPRequest) -> HTTPResponse?) async
        -> Trace
    {
        var trace = Trace()
        let call = session.call(script.operation)
        defer { call.end() }
        do {
            var step = try await timed(&trace) { try await call.begin() }
            while case .request(let request) = step.action {
                look(request, script)
                trace.requests.append(request)
                guard let response = answer(trace.requests.count - 1, request) else { return trace }
                trace.hadEffect = request.effect != .none
                step = try await timed(&trace) { try await call.resume(response) }
            }
            if case .done(let result) = step.action { trace.result = result }
        } catch {
            keep(error, script, &trace)
        }
        return trace
    }

    private func timed(_ trace: inout Trace, _ step: () async throws -> ConnectorStep) async throws -> ConnectorStep {
        let clock = ContinuousClock.now
        let made = try await step()
        trace.slowest = max(trace.slowest, ContinuousClock.now - clock)
        return made
    }

    /// Writes down what an error says of the rules.
    private func keep(_ error: any Error, _ script: Script, _ trace: inout Trace) {
        guard let error = error as? ConnectorError else { return notes.fail(.statuses, "\(script.name): \(error)") }
        trace.error = error
        let sentence = "\(script.name): \(error.message)"
        if let rule = error.rule { return notes.fail(.broken(rule), sentence) }
        switch error.code {
        case .connectorTimeout: notes.fail(.quick, sentence)
        case .settingsInvalid, .settingsMissing, .tokenInvalid: break
        case _ where error.status != nil: notes.fail(.statuses, sentence)
        case .connectorForbiddenCall: notes.fail(.inputOutput, sentence)
        case .connectorCrashed: notes.fail(.crashes, sentence)
        case .connectorProtocol: notes.fail(.unknownNumbers, sentence)
        default: notes.fail(.statuses, sentence)
        }
    }

    /// Holds a request to the rules for requests.
    private func look(_ request: HTTPRequest, _ script: Script) {
        for rule in [ConformanceRule.paths, .headers, .requests] { notes.look(rule) }
        guard let base, let broken = RequestRules.broken(request, base: base, schemeHeader: schemeHeader) else {
            return lookAtBody(request, script)
        }
        let rule: ConformanceRule =
            switch broken.part {
            case .path: .paths
            case .headers: .headers
            case .rest: .requests
            }
        notes.fail(rule, "\(script.name), \(request.method) \(request.path.prefix(80)): \(broken.sentence)")
    }

    /// A body that is said to be JSON is JSON.
    private func lookAtBody(_ request: HTTPRequest, _ script: Script) {
        let type = request.headers.first { $0.name.lowercased() == "content-type" }?.value ?? ""
        guard type.lowercased().contains("json"), let body = request.body, !body.isEmpty else { return }
        notes.look(.texts)
        guard (try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed)) == nil else { return }
        notes.fail(.texts, "\(script.name), \(request.method) \(request.path.prefix(80)): its body is not JSON")
    }
}
