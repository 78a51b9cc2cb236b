import CCurl
import Foundation
import PatchbayModel
@testable import PatchbayTransport

/// A base URL, and a connector's path and query behind it. What libcurl makes of the whole must go where the base says.
enum AddressFuzzing {
    /// The base URL up to the first record separator, then the path, then names and values of the query.
    static func read(_ input: [UInt8]) {
        let parts = input.split(separator: 0x1E, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard let base = try? BaseURL(parsing: parts[0]) else { return }
        let again = try? BaseURL(parsing: base.description)
        precondition(again == base, "\(base) is another when it is read again")
        precondition(base.scheme == "https" || BaseURL.isLoopback(base.host))
        judge(base.description, base, prefix: base.prefix)
        var query: [HTTPField] = []
        for place in stride(from: 2, to: parts.count - 1, by: 2) {
            query.append(HTTPField(parts[place], parts[place + 1]))
        }
        let request = HTTPRequest(method: "GET", path: parts.count > 1 ? parts[1] : "/", query: query)
        guard let prepared = try? PreparedRequest(request, base: base) else { return }
        judge(prepared.url, base, prefix: base.prefix + request.path)
        if query.isEmpty { precondition(part(CURLUPART_QUERY, of: prepared.url) == nil) }
    }

    /// libcurl's own understanding of a URL must be ours, or the token goes where nobody said.
    private static func judge(_ text: String, _ base: BaseURL, prefix: String) {
        guard let host = part(CURLUPART_HOST, of: text) else { return }
        let bare = host.lowercased().trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        precondition(bare == base.host || isSameAddress(bare, base.host), "\(text): libcurl goes to \(host)")
        precondition(part(CURLUPART_SCHEME, of: text) == base.scheme)
        let port = part(CURLUPART_PORT, of: text).flatMap(Int.init)
        precondition(port == base.port || (port == nil && base.port == (base.scheme == "https" ? 443 : 80)))
        precondition(part(CURLUPART_USER, of: text) == nil && part(CURLUPART_FRAGMENT, of: text) == nil)
        let path = part(CURLUPART_PATH, of: text) ?? ""
        precondition(path == (prefix.isEmpty ? "/" : prefix), "\(text): libcurl asks for \(path)")
    }

    /// Of IPv6, whose numbers are shortened.
    private static func isSameAddress(_ one: String, _ other: String) -> Bool {
        func bytes(_ text: String) -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: 16)
            return unsafe inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
        }
        return bytes(one) != nil && bytes(one) == bytes(other)
    }

    private static func part(_ what: CURLUPart, of text: String) -> String? {
        let url = unsafe curl_url()
        defer { unsafe curl_url_cleanup(url) }
        guard unsafe curl_url_set(url, CURLUPART_URL, text, UInt32(CURLU_PATH_AS_IS)) == CURLUE_OK else { return nil }
        var found: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(url, what, &found, 0) == CURLUE_OK, let found = unsafe found else { return nil }
        defer { unsafe curl_free(found) }
        return unsafe String(cString: found)
    }
}
