/// One answer, before faults are laid over it.
struct EmulatedResponse: Sendable {
    var status: Int
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = [], contentType: String? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
        if let contentType {
            self.headers.append(("Content-Type", contentType))
        }
    }

    /// A JSON answer.
    static func json(_ status: Int, _ value: JSON, headers: [(name: String, value: String)] = []) -> EmulatedResponse {
        EmulatedResponse(
            status: status, headers: headers, body: value.bytes, contentType: "application/json; charset=utf-8")
    }

    /// An HTML page.
    static func html(_ status: Int, _ text: String) -> EmulatedResponse {
        EmulatedResponse(status: status, body: Array(text.utf8), contentType: "text/html; charset=utf-8")
    }

    /// An answer without a body.
    static func empty(_ status: Int) -> EmulatedResponse {
        EmulatedResponse(status: status)
    }
}
