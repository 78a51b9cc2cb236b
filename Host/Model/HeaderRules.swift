/// Which header names a connector may not have: they say who we are, where a request goes, what it asks for, or where
/// it ends.
package enum HeaderRules {
    private static let hostsOwn: Set<String> = [
        "accept-encoding", "authorization", "connection", "content-length", "cookie", "cookie2", "expect", "forwarded",
        "host", "http2-settings", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "via",
    ]
    /// By these a server or a proxy takes a request for another one than it is.
    private static let overriding: Set<String> = [
        "x-http-method", "x-http-method-override", "x-method-override", "x-original-host", "x-original-method",
        "x-original-uri", "x-original-url", "x-rewrite-url", "x-host",
    ]
    private static let prefixes = ["proxy-", "x-forwarded-"]

    /// One spelling of a name: CGI and many servers read an underscore as a hyphen.
    package static func folded(_ name: String) -> String { name.lowercased().replacing("_", with: "-") }

    /// Whether only the host may set it, in whatever spelling.
    package static func isForbidden(_ name: String) -> Bool {
        let name = folded(name)
        return hostsOwn.contains(name) || overriding.contains(name) || prefixes.contains(where: name.hasPrefix)
    }

    /// Whether a token may go in it: `Authorization` is made for that.
    package static func mayCarryToken(_ name: String) -> Bool {
        folded(name) == "authorization" || !isForbidden(name)
    }
}
