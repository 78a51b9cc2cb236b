/// Runs a connector in a test, without a host: the test gives the vendor's answers and looks at requests and result.
///
///     let opening = Opening(settings: ["projectId": .text("1")], tokenKind: "api-key")
///     let harness = try ConnectorHarness(MyConnector.self, opening)
///     let trace = harness.call(.create, [task], answers: [Response(status: 201, text: #"{"id":"7"}"#)])
///     #expect(trace.requests.count == 1)
public struct ConnectorHarness<Spoken: Connector>: Sendable {
    /// What happened in one call.
    public struct Trace: Sendable, Equatable {
        /// The requests in their order.
        public var requests: [Request] = []
        /// How the call ended; nil when it asked for more than there were answers, and was ended.
        public var result: CallResult?
        /// What it told of the vendor's limits.
        public var budgetFacts: [BudgetFact] = []
        /// What it wrote to its log.
        public var diagnostics: [String] = []

        /// The outcomes of a completed call with tasks; else empty.
        public var outcomes: [TaskOutcome] {
            if case .outcomes(let outcomes) = result { outcomes } else { [] }
        }

        /// Why the call failed; nil if it did not.
        public var failure: CallFailure? {
            if case .failed(let failure) = result { failure } else { nil }
        }
    }

    /// The connector under test.
    public let connector: Spoken

    /// Opens the connector. Throws `SettingsFailure` when it refuses its settings.
    public init(_ type: Spoken.Type, _ opening: Opening) throws(SettingsFailure) {
        connector = try Spoken(opening)
    }

    /// Makes one call with these answers, one after the other. When they are used up, the call is ended where it
    /// stands.
    public func call(
        _ operation: Operation, _ tasks: [ConnectorTask] = [], nowUnixMs: Int64 = 0, answers: [Response] = []
    ) -> Trace {
        var rest = answers[...]
        return call(operation, tasks, nowUnixMs: nowUnixMs) { _ in rest.popFirst() }
    }

    /// Makes one call and asks `answer` for each response; nil ends the call where it stands.
    public func call(
        _ operation: Operation, _ tasks: [ConnectorTask] = [], nowUnixMs: Int64 = 0, answer: (Request) -> Response?
    ) -> Trace {
        let engine = CallEngine(nowUnixMs: nowUnixMs)
        defer { engine.end() }
        var trace = Trace()
        let connector = connector
        var position = engine.begin { try await connector.perform(operation, tasks, $0) }
        while true {
            let remarks = engine.remarks
            trace.budgetFacts += remarks.facts
            if !remarks.diagnostic.isEmpty { trace.diagnostics.append(remarks.diagnostic) }
            switch position {
            case .done(let result):
                trace.result = result
                return trace
            case .request(let request):
                trace.requests.append(request)
                guard let response = answer(request) else { return trace }
                position = engine.resume(response)
            }
        }
    }
}
