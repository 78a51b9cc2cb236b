import PatchbayModel

/// Which part of a request breaks the rules that the transport holds every connector to; for whoever tests connectors.
package enum RequestRules {
    package enum Part: Sendable {
        case path, headers, rest
    }

    /// The part that is wrong, and the transport's sentence about it; nil when the request would be sent. `scheme` is
    /// the header that the token's own scheme fills, in lower case.
    package static func broken(_ request: HTTPRequest, base: BaseURL, schemeHeader: String) -> (
        part: Part, sentence: String
    )? {
        do throws(TransportError) {
            let prepared = try PreparedRequest(request, base: base)
            guard prepared.headerNames.contains(schemeHeader) else { return nil }
            return (.headers, "it sets the header \(schemeHeader), which holds the token")
        } catch {
            var (withoutPath, withoutHeaders) = (request, request)
            withoutPath.path = "/"
            withoutHeaders.headers = []
            if (try? PreparedRequest(withoutPath, base: base)) != nil { return (.path, error.message) }
            if (try? PreparedRequest(withoutHeaders, base: base)) != nil { return (.headers, error.message) }
            return (.rest, error.message)
        }
    }
}
