import PatchbayModel

/// Reads a step that a connector answered.
enum StepDecoding {
    /// Whether a STEP payload is the end of its call.
    static func isResult(_ payload: [UInt8]) -> Bool {
        var reader = FrameReader(payload)
        return (try? reader.number()) == 2
    }

    /// Reads a whole STEP payload. `tasks` is how many the operation has; throws on whatever breaks the interface's
    /// rules.
    static func step(_ payload: [UInt8], operation: OperationNumber, tasks: Int) throws(WireFault) -> ConnectorStep {
        var reader = FrameReader(payload)
        let action: StepAction
        switch try reader.number() {
        case 1: action = .request(try request(&reader))
        case 2: action = .done(try ResultDecoding.result(&reader, operation: operation, tasks: tasks))
        case let other: throw WireFault("answered with a step of unknown kind \(other)")
        }
        let facts = try reader.list(of: "budget facts", budgetFact).prefix(Limits.budgetFactsMax)
        let diagnostic = try reader.words(bytesMax: Limits.diagnosticBytesMax)
        let excess = StepExcess(leftOut: try reader.count(), cut: try reader.count())
        try reader.finish()
        return ConnectorStep(
            action: action, budgetFacts: Array(facts), diagnostic: diagnostic, excess: excess.isNone ? nil : excess)
    }

    private static func request(_ reader: inout FrameReader) throws(WireFault) -> HTTPRequest {
        let effect: RequestEffect
        switch try reader.number() {
        case 1: effect = .none
        case 2: effect = .repeatable
        case 3: effect = .once
        case 4: effect = .repeatableInCall
        case let other: throw WireFault("asked for a request with unknown effect \(other)")
        }
        let writeCost = max(1, try reader.count())
        let method = try reader.required("method of a request")
        let path = try reader.required("path of a request")
        let query = try reader.list(of: "query fields", field)
        let headers = try reader.list(of: "headers", field)
        let body = try reader.body()
        return HTTPRequest(
            method: method, path: path, query: query, headers: headers, body: body, effect: effect, writeCost: writeCost
        )
    }

    private static func field(_ reader: inout FrameReader) throws(WireFault) -> HTTPField {
        let name = try reader.required("name of a header or query field")
        return HTTPField(name, try reader.string("the value of \(name)") ?? "")
    }

    private static func budgetFact(_ reader: inout FrameReader) throws(WireFault) -> BudgetFact {
        let scope = try reader.required("scope of a budget fact")
        let limit = try reader.integer(in: -1...Limits.budgetUnitsMax)
        let remaining = try reader.integer(in: -1...Limits.budgetUnitsMax)
        return BudgetFact(
            scope: scope, limit: limit < 0 ? nil : limit, remaining: remaining < 0 ? nil : remaining,
            resetsAt: try reader.moment())
    }
}
