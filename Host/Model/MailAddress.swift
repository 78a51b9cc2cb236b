/// Reads what people write for an e-mail address. Not a parser of mail headers: it takes off what stands around the
/// address.
package enum MailAddress {
    /// The address alone, out of `Ann <ann@example.org>`, `mailto:ann@example.org` or both; anything else as it is,
    /// without blanks around.
    package static func plain(_ text: String) -> String {
        var rest = trimmed(text[...])
        if rest.last == ">", let start = rest.lastIndex(of: "<") {
            rest = trimmed(rest[rest.index(after: start)...].dropLast())
        }
        if rest.prefix(scheme.count).lowercased() == scheme {
            rest = rest.dropFirst(scheme.count)
            // A subject and the like.
            if let end = rest.firstIndex(of: "?") { rest = rest[..<end] }
        }
        return String(trimmed(rest))
    }

    /// What two spellings of one address have in common.
    package static func key(_ text: String) -> String { plain(text).lowercased() }

    /// Two names of a map that are one address and have different values; nil where there are none. What is no address
    /// has one spelling.
    package static func ambiguous(in map: [String: String]) -> (String, String)? {
        var seen: [String: (name: String, value: String)] = [:]
        for (name, value) in map.sorted(by: { $0.key < $1.key }) where name.contains("@") {
            if let first = seen[key(name)], first.value != value { return (first.name, name) }
            seen[key(name)] = seen[key(name)] ?? (name, value)
        }
        return nil
    }

    /// A map with the address alone in the place of each name that has one; of two spellings the first in order.
    package static func plainNames(of map: [String: String]) -> [String: String] {
        var taken: Set<String> = []
        var plainMap: [String: String] = [:]
        for (name, value) in map.sorted(by: { $0.key < $1.key }) {
            if !name.contains("@") {
                plainMap[name] = value
            } else if taken.insert(key(name)).inserted {
                plainMap[plain(name)] = value
            }
        }
        return plainMap
    }

    private static let scheme = "mailto:"

    private static func trimmed(_ text: Substring) -> Substring {
        var rest = text.drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}
