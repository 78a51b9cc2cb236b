import Foundation

/// One request as the vendors' code sees it, whole and free of any server library.
struct EmulatedRequest: Sendable {
    let method: String
    /// The target as it was sent, with the query.
    let target: String
    /// The path alone, as it was sent.
    let path: String
    /// The path's parts, each percent-decoded: `/a/b%20c` is `["a", "b c"]`.
    let segments: [String]
    let query: [(name: String, value: String)]
    /// The `Authorization` header as it came, `nil` where there was none.
    let authorization: String?
    let contentType: String?
    let body: Data
    /// The origin the client reached us under, for links.
    let origin: String

    init(
        method: String, target: String, authorization: String? = nil, contentType: String? = nil, body: Data = Data(),
        origin: String
    ) {
        self.method = method
        self.target = target
        self.authorization = authorization
        self.contentType = contentType
        self.body = body
        self.origin = origin
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts.first ?? "")
        segments = path.split(separator: "/").map { Self.decoded($0) }
        query =
            parts.count < 2
            ? []
            : parts[1].split(separator: "&").map { pair in
                let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (
                    Self.decoded(sides[0], plusIsSpace: true),
                    sides.count < 2 ? "" : Self.decoded(sides[1], plusIsSpace: true)
                )
            }
    }

    /// The first value of a query parameter.
    func parameter(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }

    private static func decoded(_ text: Substring, plusIsSpace: Bool = false) -> String {
        guard text.contains(where: { $0 == "%" || $0 == "+" }) else { return String(text) }
        let spaced = plusIsSpace ? String(text.replacing("+", with: " ")) : String(text)
        return spaced.removingPercentEncoding ?? spaced
    }
}
