import PatchbayModel

/// One request of a connector, and what came back.
package struct RecordedExchange: Sendable {
    package let request: HTTPRequest
    /// Nil when no answer came.
    package let response: HTTPResponse?
    /// Why none came.
    package let lost: String?
    package let startedAt: Timestamp
    /// Until the answer was there.
    package let took: Duration

    package init(
        request: HTTPRequest, response: HTTPResponse?, lost: String? = nil, startedAt: Timestamp, took: Duration
    ) {
        self.request = request
        self.response = response
        self.lost = lost
        self.startedAt = startedAt
        self.took = took
    }

    /// Bytes of both bodies.
    var bytes: Int { (request.body?.count ?? 0) + (response?.body.count ?? 0) }

    /// The same without its bodies.
    var withoutBodies: RecordedExchange {
        var (request, response) = (request, response)
        request.body = nil
        response?.body = []
        return RecordedExchange(request: request, response: response, lost: lost, startedAt: startedAt, took: took)
    }
}

/// One recorded call: what was asked of a connector, each exchange, and how it ended.
package struct Recording: Sendable {
    package let call: RecordedCall
    package let exchanges: [RecordedExchange]

    package init(call: RecordedCall, exchanges: [RecordedExchange]) {
        self.call = call
        self.exchanges = exchanges
    }
}
