import Foundation
import PatchbayModel

/// Decides whether a redirect may be followed: a GET, and nowhere but below the same base URL.
enum Redirect {
    /// The URL to go to, or nil when the response is to be handed over as it is.
    static func target(of response: HTTPResponse, method: String, url: String, base: BaseURL) -> String? {
        guard method == "GET", [301, 302, 303, 307, 308].contains(response.status),
            let location = response.headers.first(where: { $0.name == "location" })?.value,
            location.utf8.count <= Limits.targetBytesMax, let current = URL(string: url),
            let next = URL(string: location, relativeTo: current)?.absoluteURL,
            var parts = URLComponents(url: next, resolvingAgainstBaseURL: true), parts.user == nil,
            parts.password == nil
        else { return nil }
        let path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
        let query = parts.percentEncodedQuery.map { "?" + $0 } ?? ""
        parts.percentEncodedPath = ""
        parts.query = nil
        parts.fragment = nil
        guard let origin = parts.string, let target = try? BaseURL(parsing: origin), target.origin == base.origin,
            path.hasPrefix(base.prefix + "/"), !PreparedRequest.hasDots(path: path)
        else { return nil }
        return base.origin + path + query
    }
}
