import Foundation
import PatchbayModel

/// A request that kept all rules, ready to be sent.
struct PreparedRequest: Sendable {
    let method: String
    var url: String
    /// Lines as libcurl takes them, without the credential.
    let headerLines: [String]
    /// Names of the headers that the connector named, in one spelling (`HeaderRules.folded`).
    let headerNames: Set<String>
    /// Nil when none is sent; empty for a POST, PUT or PATCH without one.
    let body: [UInt8]?
    /// Whether sending it twice would do it twice.
    let isOnce: Bool

    private static let methods: Set<String> = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    private static let methodsWithBody: Set<String> = ["POST", "PUT", "PATCH"]

    /// Checks a connector's request and puts it together. Throws `request_refused`.
    init(_ request: HTTPRequest, base: BaseURL) throws(TransportError) {
        guard Self.methods.contains(request.method) else {
            throw Self.refusal("its method is not one of \(Self.methods.sorted().joined(separator: ", "))")
        }
        let hasBody = request.body.map { !$0.isEmpty } ?? false
        guard !hasBody || (request.method != "GET" && request.method != "HEAD") else {
            throw Self.refusal("a \(request.method) has no body")
        }
        // Before anything looks at each character: encoding what is far too long would keep other transfers waiting.
        let length = request.query.reduce(request.path.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 2 }
        guard length <= Limits.targetBytesMax else { throw Self.tooLong(length) }
        try Self.check(path: request.path)
        let query = Self.encode(query: request.query)
        let target = request.path + (query.isEmpty ? "" : "?" + query)
        guard target.utf8.count <= Limits.targetBytesMax else { throw Self.tooLong(target.utf8.count) }
        method = request.method
        url = base.description + target
        body = hasBody ? request.body : (Self.methodsWithBody.contains(request.method) ? [] : nil)
        isOnce = request.effect == .once
        (headerLines, headerNames) = try Self.lines(for: request.headers, hasBody: body != nil)
    }

    private static func refusal(_ reason: String) -> TransportError {
        TransportError(
            .requestRefused, "The connector's request was not sent: \(reason). Report it to the connector's author.")
    }

    private static func tooLong(_ bytes: Int) -> TransportError {
        refusal("its path and query have \(bytes) bytes, more than \(Limits.targetBytesMax)")
    }

    private static func check(path: String) throws(TransportError) {
        guard path.utf8.first == UInt8(ascii: "/") else { throw refusal("its path does not start with /") }
        let isPlain = path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"?#\\\"<>^`{|}".utf8.contains($0) }
        guard isPlain else { throw refusal("its path holds a character that must be percent-encoded") }
        // A server would take these away, and with them the prefix of the base URL that the token is bound to.
        guard !hasDots(path: path) else { throw refusal("its path has a segment . or ..") }
    }

    /// Whether a path has a segment . or .., in whatever spelling.
    static func hasDots(path: String) -> Bool { path.split(separator: "/").contains(where: hasDots) }

    /// Whether a segment is . or .., or has one in it for a server that decodes it before it parts it, more than once
    /// even, or that leaves parameters behind a semicolon away.
    private static func hasDots(_ segment: Substring) -> Bool {
        guard segment.first == "." || segment.contains("%") else { return false }
        var plain = String(segment)
        for _ in 0..<Limits.encodingsMax {
            let parts = plain.split(whereSeparator: { $0 == "/" || $0 == "\\" })
            let names = parts.map { $0.prefix { $0 != ";" } }
            if names.contains(where: { $0 == "." || $0 == ".." }) { return true }
            guard let decoded = plain.removingPercentEncoding, decoded != plain else { return false }
            plain = decoded
        }
        // Encoded so often that nobody who means well does it.
        return true
    }

    /// Everything but unreserved characters is encoded, so that no value can end the query or start a new name.
    private static func encode(query: [HTTPField]) -> String {
        query.map { field in encode(field.name) + "=" + encode(field.value) }.joined(separator: "&")
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    private static func encode(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    private static func lines(for headers: [HTTPField], hasBody: Bool) throws(TransportError) -> ([String], Set<String>)
    {
        guard headers.count <= Limits.requestHeadersMax else {
            throw refusal("it has \(headers.count) headers, more than \(Limits.requestHeadersMax)")
        }
        // libcurl would send these two by itself: a pause before each larger body, and the type of a web form.
        var lines = ["Expect:"]
        var names: Set<String> = []
        var total = 0
        for header in headers {
            let name = header.name.lowercased()
            guard !name.isEmpty, name.utf8.allSatisfy(isNameByte) else {
                throw refusal("it has a header with an ill-formed name")
            }
            guard !HeaderRules.isForbidden(name) else {
                throw refusal("it sets the header \(name), which only the host may set")
            }
            guard header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw refusal("the header \(name) holds a control character")
            }
            total += name.utf8.count + header.value.utf8.count
            names.insert(HeaderRules.folded(name))
            // A name with a semicolon is how libcurl is told to send an empty value.
            lines.append(header.value.allSatisfy { $0 == " " } ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        guard total <= Limits.headerBytesMax else {
            throw refusal("its headers have more than \(Limits.headerBytesMax) bytes")
        }
        if hasBody && !names.contains("content-type") { lines.append("Content-Type:") }
        return (lines, names)
    }

    /// A token of RFC 9110.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
