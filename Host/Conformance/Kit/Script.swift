import PatchbayConnectors
import PatchbayModel
import PatchbayRecording

/// An operation to ask, with what to open the instance with, and the answers that are known to be good.
struct Script: Sendable {
    let name: String
    let opening: ConnectorOpening
    let operation: ConnectorOperation
    /// In their order; empty where nothing was recorded.
    let answers: [HTTPResponse]
    /// How the call ended when it was recorded.
    let recording: Recording?

    /// The same, asked about other tasks.
    func about(_ tasks: [OperationTask], _ name: String) -> Script {
        Script(
            name: name, opening: opening,
            operation: ConnectorOperation(operation.number, now: operation.now, tasks: tasks),
            answers: answers, recording: nil)
    }
}

/// What happened in one call of the kit.
struct Trace: Sendable {
    var requests: [HTTPRequest] = []
    var result: CallResult?
    var error: ConnectorError?
    /// The answer that came last was to a request with an effect.
    var hadEffect = false
    var slowest = Duration.zero

    /// Whether all requests and the end are the same.
    func isSame(as other: Trace) -> Bool {
        requests == other.requests && result?.words == other.result?.words && error?.code == other.error?.code
    }

    /// Where another trace differs first, in a sentence.
    func difference(to other: Trace) -> String {
        if let place = zip(requests, other.requests).enumerated().first(where: { $0.element.0 != $0.element.1 }) {
            let sentence = RequestDifference.sentences(place.element.0, place.element.1).first ?? "another request"
            return "request \(place.offset + 1): \(sentence)"
        }
        if requests.count == other.requests.count, let words = result?.words, let others = other.result?.words,
            let place = JSONDifference.places(words, others, countMax: 1).first
        {
            return "outcome \(place.pointer): \(place.sentence)"
        }
        return "\(requests.count) requests and \(told), then \(other.requests.count) and \(other.told)"
    }

    /// Tasks that are said to exist, or to be as they should.
    var successes: [TaskOutcome] {
        result?.outcomes.filter { [.created, .updated, .unchanged, .found].contains($0.kind) } ?? []
    }

    /// It says that the service did nothing, at least for some task.
    var saysNothingDone: Bool {
        switch result?.outcome {
        case .throttled, .authFailed, .refused, .split: true
        case .completed: result?.outcomes.contains { $0.kind == .refused || $0.kind == .deferred } ?? false
        default: false
        }
    }

    /// In few words, for a failure.
    var told: String {
        if let error { return "\(error.message) [\(error.code)]" }
        guard let result else { return "no result" }
        let kinds =
            result.outcomes.isEmpty
            ? "" : " (" + result.outcomes.prefix(3).map { "\($0.kind)" }.joined(separator: ", ") + ")"
        let word = "\(result.outcome)".prefix { $0 != "(" }
        return "\(word)\(kinds)"
    }
}
