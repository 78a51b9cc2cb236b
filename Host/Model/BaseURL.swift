import Foundation

/// Where an integration's requests go: scheme, host, port and an optional path prefix.
///
/// https, or http to loopback only. The URL sent is this followed by the connector's path.
package struct BaseURL: Sendable, Hashable, CustomStringConvertible {
    /// `https` or `http`.
    package let scheme: String
    /// Lower case; an IPv6 address without its brackets.
    package let host: String
    package let port: Int
    /// Empty, or starting with `/` and without one at the end; percent-encoded.
    package let prefix: String

    /// Reads a URL as a person writes it. A host without a scheme is taken as https. Throws `BaseURLError`.
    package init(parsing text: String) throws(BaseURLError) {
        guard text.utf8.count <= Limits.urlBytesMax else {
            throw BaseURLError("is longer than \(Limits.urlBytesMax) bytes")
        }
        let whole = text.contains("://") ? text : "https://" + text
        guard let parts = URLComponents(string: whole), let scheme = parts.scheme?.lowercased(), let host = parts.host,
            !host.isEmpty
        else { throw BaseURLError("is not a URL such as https://example.com") }
        guard parts.user == nil, parts.password == nil else {
            throw BaseURLError("must not hold a user name or a password")
        }
        guard parts.query == nil, parts.fragment == nil else {
            throw BaseURLError("must not have a query or a fragment")
        }
        guard parts.percentEncodedHost?.contains("%") != true else {
            throw BaseURLError("has a host name with a percent sign; write it as it is")
        }
        let bare = host.lowercased().trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        guard scheme == "https" || (scheme == "http" && Self.isLoopback(bare)) else {
            throw BaseURLError("must be https (plain http only to loopback: 127.0.0.1, ::1 or localhost)")
        }
        guard bare.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw BaseURLError("has a host name that is not plain ASCII")
        }
        guard !Self.isOddAddress(bare) else {
            throw BaseURLError("has an address in an unusual spelling; write it as four numbers, such as 192.0.2.1")
        }
        let port = parts.port ?? (scheme == "https" ? 443 : 80)
        guard (1...65_535).contains(port) else { throw BaseURLError("has a port outside 1 to 65535") }
        var prefix = parts.percentEncodedPath
        while prefix.hasSuffix("/") { prefix.removeLast() }
        guard !prefix.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
            throw BaseURLError("must not have . or .. in its path")
        }
        self.scheme = scheme
        self.host = bare
        self.port = port
        self.prefix = prefix
    }

    /// Scheme, host and port without the prefix; the port only where it is not the scheme's own.
    package var origin: String {
        let name = host.contains(":") ? "[\(host)]" : host
        let usual = scheme == "https" ? 443 : 80
        return port == usual ? "\(scheme)://\(name)" : "\(scheme)://\(name):\(port)"
    }

    package var description: String { origin + prefix }

    /// Whether a host ends in a number and is no address in its usual form: libcurl takes `4` for 0.0.0.4, `0x7f.1` for
    /// this machine, and `010` for eight, and others do not.
    private static func isOddAddress(_ host: String) -> Bool {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard let last = labels.last(where: { !$0.isEmpty }), !host.contains(":") else { return false }
        let isNumber = last.allSatisfy(\.isNumber) || last.hasPrefix("0x")
        return isNumber
            && !(labels.count == 4 && labels.allSatisfy { label in UInt8(label).map { String($0) == label } ?? false })
    }

    /// Whether a host name means this machine, where plain http is allowed.
    package static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        // A zero before a digit makes it octal for some.
        return octets.count == 4 && octets[0] == "127"
            && octets.allSatisfy { octet in
                UInt8(octet).map { String($0) == octet } ?? false
            }
    }
}

/// Why a text is not a base URL; the description goes on after "the base URL".
package struct BaseURLError: Error, Sendable, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}
