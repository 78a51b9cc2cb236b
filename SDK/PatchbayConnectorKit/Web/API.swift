/// A connector's way to the vendor, for one call: the only thing that a connector's function may wait for.
public struct API: Sendable {
    let engine: CallEngine

    /// The connector's only clock: when the call began, in milliseconds since 1970.
    public var nowUnixMs: Int64 { engine.nowUnixMs }

    /// Has the host make a request and waits for the answer. A transfer that fails never comes back here: the host ends
    /// the call. Throws when the call is ended, and when the request breaks the rule of one `once` request in a call.
    public func send(_ request: Request) async throws -> Response {
        try await engine.send(request)
    }

    /// Tells the host what an answer said about a limit. One that the descriptor does not name holds for requests like
    /// this one: of the same operation, with the same effect.
    public func report(_ fact: BudgetFact) {
        engine.report(fact)
    }

    /// Writes to the connector's only log. What is longer than a step may carry is cut.
    public func note(_ text: String) {
        engine.note(text)
    }
}
