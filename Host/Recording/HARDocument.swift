/// A HAR 1.2 document: the exchanges of one call, in the form that browsers and proxies know, with what only a replay
/// needs in members named `_patchbay`, which the format leaves to whoever writes it.
struct HARDocument: Codable {
    let log: HARLog
}

struct HARLog: Codable {
    let version: String
    let creator: HARCreator
    let entries: [HAREntry]
    let patchbay: RecordedCall

    private enum CodingKeys: String, CodingKey {
        case version, creator, entries
        case patchbay = "_patchbay"
    }
}

struct HARCreator: Codable {
    let name: String
    let version: String
}

/// One exchange.
struct HAREntry: Codable {
    /// What the connector said of its request beyond what HTTP shows.
    struct Facts: Codable {
        /// As the connector stated it: without the base URL's own path, and without the query.
        let path: String
        let effect: String
        let writeCost: Int
        /// Why there is no answer; nil when there is one.
        let lost: String?
    }

    let startedDateTime: String
    /// Milliseconds.
    let time: Double
    let request: HARRequest
    let response: HARResponse
    let cache: [String: String]
    let timings: HARTimings
    let patchbay: Facts

    private enum CodingKeys: String, CodingKey {
        case startedDateTime, time, request, response, cache, timings
        case patchbay = "_patchbay"
    }
}

/// A name and a value, of a header, a query or a cookie.
struct HARPair: Codable {
    let name: String
    let value: String
}

struct HARRequest: Codable {
    let method: String
    let url: String
    let httpVersion: String
    let cookies: [HARPair]
    let headers: [HARPair]
    let queryString: [HARPair]
    let postData: HARPostData?
    let headersSize: Int
    let bodySize: Int
}

struct HARPostData: Codable {
    let mimeType: String
    let text: String
    /// `base64` where the body is not text; the format itself has no member for that.
    let encoding: String?

    private enum CodingKeys: String, CodingKey {
        case mimeType, text
        case encoding = "_encoding"
    }
}

struct HARResponse: Codable {
    /// 0 when no answer came.
    let status: Int
    let statusText: String
    let httpVersion: String
    let cookies: [HARPair]
    let headers: [HARPair]
    let content: HARContent
    let redirectURL: String
    let headersSize: Int
    let bodySize: Int
}

struct HARContent: Codable {
    let size: Int
    let mimeType: String
    let text: String?
    let encoding: String?
}

/// Milliseconds; -1 is not known.
struct HARTimings: Codable {
    let send: Double
    let wait: Double
    let receive: Double
}
