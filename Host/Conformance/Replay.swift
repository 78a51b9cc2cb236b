import PatchbayConnectors
import PatchbayInput
import PatchbayModel
import PatchbayRecording

/// What a replay of one recording came to.
package struct ReplayReport: Sendable {
    /// The recording's file.
    package let file: String
    /// The operation that was recorded.
    package let operation: String
    /// Requests that the connector made.
    package let requests: Int
    /// Where it differs, each in a sentence; empty when it is the same.
    package let differences: [String]
    /// Why it could not be replayed; nil when it was.
    package let skipped: String?
}

/// Runs a connector against recordings: no network, and the recorded answers whatever it asks.
package struct Replay: Sendable {
    private let connector: Connector

    package init(_ connector: Connector) { self.connector = connector }

    /// Replays one recording. Never throws: what goes wrong is a difference.
    package func run(_ recording: Recording, file: String) async -> ReplayReport {
        let name = recording.call.operation.name
        func report(_ requests: Int, _ differences: [String], skipped: String? = nil) -> ReplayReport {
            ReplayReport(file: file, operation: name, requests: requests, differences: differences, skipped: skipped)
        }
        guard !recording.call.isCut else { return report(0, [], skipped: "its bodies were too large to be recorded") }
        guard recording.call.identity.connector == connector.descriptor.id else {
            let whose = recording.call.identity.connector
            return report(0, [], skipped: "it is of \(whose), not of \(connector.descriptor.id)")
        }
        guard let operation = recording.call.operation.value else {
            return report(0, [], skipped: "its operation \(name) is not known to this version")
        }
        guard operation.tasks.count <= connector.descriptor.operations[operation.number] ?? .max else {
            return report(0, ["batch: recorded \(operation.tasks.count) tasks, more than the connector takes now"])
        }
        var differences: [String] = []
        let requests = await walk(recording, operation, &differences)
        return report(requests, differences)
    }

    private func walk(_ recording: Recording, _ operation: ConnectorOperation, _ differences: inout [String]) async
        -> Int
    {
        var place = 0
        do {
            let call = try await connector.open(recording.call.opening.value).call(operation)
            defer { call.end() }
            var step = try await call.begin()
            while case .request(let request) = step.action {
                guard place < recording.exchanges.count else {
                    let words = "\(request.method) \(request.path)"
                    differences.append("request \(place + 1): now \(words), where the recording has no further one")
                    return place + 1
                }
                let recorded = recording.exchanges[place]
                place += 1
                differences += RequestDifference.sentences(recorded.request, request).map { "request \(place): \($0)" }
                // An answer that was lost never reached the connector; there the recorded call ended, too.
                guard let response = recorded.response else { return place }
                step = try await call.resume(response)
            }
            guard case .done(let result) = step.action else { return place }
            let asked = recording.exchanges.dropFirst(place)
            if let next = asked.first {
                let words = "\(next.request.method) \(next.request.path)"
                differences.append("request \(place + 1): recorded \(words), now the call is done")
            }
            compare(result, with: recording, &differences)
        } catch let error as any PatchbayFailure {
            let same = recording.call.end.stoppedWord == error.code.rawValue
            if !same { differences.append("after request \(place): \(error.message) [\(error.code)]") }
        } catch {
            differences.append("after request \(place): \(error)")
        }
        return place
    }

    private func compare(_ result: CallResult, with recording: Recording, _ differences: inout [String]) {
        // A call that the host stopped says nothing of the connector.
        if let stopped = recording.call.end.stoppedWord {
            differences.append("outcome: the recorded call stopped (\(stopped)), now it comes to a result")
            return
        }
        differences += JSONDifference.places(recording.call.end, result.words, countMax: 20).map {
            "outcome \($0.pointer): \($0.sentence)"
        }
    }
}

extension JSONValue {
    /// The word of a recorded call that stopped without a result.
    fileprivate var stoppedWord: String? {
        guard case .object(let members) = self, case .string(let word)? = members["stopped"] else { return nil }
        return word
    }
}
