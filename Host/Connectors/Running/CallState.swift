import PatchbayModel

/// A call's number in the worker that it is open in.
struct OpenCall: Sendable {
    let id: UInt64
    let worker: Worker
}

/// How far a call has come and what it has cost: decides whether a step is allowed.
struct CallState {
    private(set) var open: OpenCall?
    private var steps = 0
    private var hasSentOnce = false
    private var sentBytes = 0
    private var receivedBytes = 0
    private var computing = Duration.zero
    private var exchanging = Duration.zero

    mutating func opened(_ open: OpenCall) {
        precondition(self.open == nil && steps == 0, "a call was begun twice")
        self.open = open
    }

    /// What to end, if the call is still open.
    mutating func close() -> OpenCall? {
        defer { open = nil }
        return open
    }

    /// The connector, and whoever stood in its worker's line before it, took so long for a step.
    mutating func computed(_ time: Duration) { computing += time }

    /// A response has come; all exchanges of the call have taken so long.
    mutating func answered(_ response: HTTPResponse, exchanging: Duration) {
        receivedBytes += response.body.count + Self.bytes(of: response.headers)
        self.exchanging = exchanging
    }

    private static let changing: Set<String> = ["PUT", "PATCH", "DELETE"]

    /// Counts a step, and throws when it may not follow those before it, or not stand in such a call.
    mutating func accept(_ step: ConnectorStep, of operation: OperationNumber) throws(WireFault) {
        steps += 1
        guard case .request(let request) = step.action else { return }
        let what = request.effect == .once ? "a request that may be sent only once" : "a \(request.method)"
        guard operation.mayChange || (request.effect != .once && !Self.changing.contains(request.method.uppercased()))
        else {
            throw WireFault("asked for \(what) in a call of \(operation.word), which may only read")
        }
        try keepWithin(operation.bounds, request, operation)
        guard request.effect != .none else { return }
        guard !hasSentOnce else {
            throw WireFault("asked for a further effectful request after one that may be sent only once", rule: 10)
        }
        hasSentOnce = request.effect == .once
    }

    private mutating func keepWithin(_ bounds: CallBounds, _ request: HTTPRequest, _ operation: OperationNumber)
        throws(WireFault)
    {
        sentBytes += request.path.utf8.count + Self.bytes(of: request.query) + Self.bytes(of: request.headers)
        sentBytes += request.body?.count ?? 0
        let seconds = bounds.time.components.seconds
        let most: String? =
            if steps > bounds.requests { "\(bounds.requests) requests" } else if sentBytes > bounds.sentBytes {
                "\(bounds.sentBytes) bytes sent"
            } else if receivedBytes > bounds.receivedBytes {
                "\(bounds.receivedBytes) bytes received"
            } else if computing + exchanging > bounds.time { "\(seconds) s of computing and exchanges" } else { nil }
        guard let most else { return }
        throw WireFault(
            "asked for one more request than a call of \(operation.word) may have: it has at most \(most)", rule: 12)
    }

    private static func bytes(of fields: [HTTPField]) -> Int {
        fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    }
}
