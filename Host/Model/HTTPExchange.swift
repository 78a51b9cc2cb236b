/// What happens if the answer to a request is lost.
package enum RequestEffect: Sendable, Hashable {
    /// It reads: it may be repeated.
    case none
    /// Twice is the same as once.
    case repeatable
    /// Twice would do it twice: after a lost answer the outcome is unknown.
    case once
    /// Repeatable within its call, as with a one-time token; when the call is over, twice would do it twice.
    case repeatableInCall
}

/// One name and value, of a header or a query; order and repeats are kept.
package struct HTTPField: Sendable, Hashable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A request as a connector states it: without origin and credential.
package struct HTTPRequest: Sendable, Hashable {
    package var method: String
    /// Absolute, percent-encoded, without query.
    package var path: String
    /// Not encoded.
    package var query: [HTTPField]
    package var headers: [HTTPField]
    /// Nil when the request has none.
    package var body: [UInt8]?
    package var effect: RequestEffect
    /// Concurrent writes it counts for at the vendor (a batch of ten counts ten); at least 1.
    package var writeCost: Int

    package init(
        method: String, path: String, query: [HTTPField] = [], headers: [HTTPField] = [], body: [UInt8]? = nil,
        effect: RequestEffect = .none, writeCost: Int = 1
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.effect = effect
        self.writeCost = writeCost
    }
}

/// What the server answered, with the token masked wherever it was echoed.
package struct HTTPResponse: Sendable, Hashable {
    package var status: Int
    /// Names in lower case; without those that set or ask for credentials.
    package var headers: [HTTPField]
    /// Decoded; perhaps empty, perhaps not UTF-8.
    package var body: [UInt8]

    package init(status: Int, headers: [HTTPField] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
