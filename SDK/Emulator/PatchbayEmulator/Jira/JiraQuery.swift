import Foundation

/// A small but honest part of JQL: clauses joined by AND over project, key, id, labels, created, updated and status category,
/// then an order. What it does not know it refuses, rather than finding too much.
///
/// Read by hand since no library at hand reads JQL.
struct JiraQuery: Sendable {
    enum Comparison: String, Sendable {
        case equal = "=", unequal = "!=", atLeast = ">=", atMost = "<=", above = ">", below = "<", among = "in", notAmong = "not in"
    }

    struct Clause: Sendable {
        let field: String
        let comparison: Comparison
        let values: [String]
    }

    private(set) var clauses: [Clause] = []
    private(set) var orderField = "created"
    private(set) var isDescending = true

    init(_ text: String) throws(JiraError) {
        var tokens = try Self.tokens(text)[...]
        while let first = tokens.first, first.lowercased() != "order" {
            clauses.append(try Self.clause(&tokens))
            guard let next = tokens.first else { break }
            if next.lowercased() == "and" {
                tokens.removeFirst()
                if tokens.isEmpty { throw Self.error("the query ends after AND") }
            } else if next.lowercased() != "order" {
                throw Self.error("expected AND or ORDER BY before '\(next)'")
            }
        }
        if clauses.isEmpty {
            throw JiraError(400, ["Unbounded JQL queries are not allowed here. Please add a search restriction to your query."])
        }
        guard !tokens.isEmpty else { return }
        try order(tokens.dropFirst())
    }

    private mutating func order(_ tokens: ArraySlice<String>) throws(JiraError) {
        guard tokens.first?.lowercased() == "by", let field = tokens.dropFirst().first?.lowercased() else {
            throw Self.error("expected a field after ORDER BY")
        }
        guard ["created", "updated", "key", "id", "issuekey"].contains(field) else { throw Self.error("cannot order by '\(field)'") }
        orderField = field
        isDescending = false
        let rest = tokens.dropFirst(2).map { $0.lowercased() }
        guard rest.count <= 1 else { throw Self.error("more than one order is not emulated") }
        if let direction = rest.first {
            guard direction == "asc" || direction == "desc" else { throw Self.error("expected ASC or DESC") }
            isDescending = direction == "desc"
        }
    }

    private static func clause(_ tokens: inout ArraySlice<String>) throws(JiraError) -> Clause {
        guard let field = tokens.popFirst()?.lowercased() else { throw error("expected a field") }
        guard ["project", "key", "id", "issue", "issuekey", "labels", "created", "updated", "statuscategory"].contains(field) else {
            throw JiraError(400, ["Field '\(field)' does not exist or you do not have permission to view it."])
        }
        guard var word = tokens.popFirst()?.lowercased() else { throw error("expected an operator after '\(field)'") }
        if word == "not", tokens.first?.lowercased() == "in" {
            tokens.removeFirst()
            word = "not in"
        }
        guard let comparison = Comparison(rawValue: word) else { throw error("'\(word)' is no operator that is emulated") }
        var values: [String] = []
        if comparison == .among || comparison == .notAmong {
            guard tokens.popFirst() == "(" else { throw error("expected a list after IN") }
            while let value = tokens.popFirst() {
                values.append(value)
                guard let separator = tokens.popFirst() else { throw error("the list is not closed") }
                if separator == ")" { return Clause(field: field, comparison: comparison, values: values) }
                guard separator == "," else { throw error("expected a comma in the list") }
            }
            throw error("the list is not closed")
        }
        guard let value = tokens.popFirst() else { throw error("expected a value after '\(word)'") }
        if field == "created" || field == "updated" {
            guard date(value, now: Date()) != nil else {
                throw JiraError(
                    400,
                    ["Date value '\(value)' for field '\(field)' is invalid. Valid formats include: 'yyyy-MM-dd HH:mm' and 'yyyy-MM-dd'."])
            }
        }
        return Clause(field: field, comparison: comparison, values: [value])
    }

    private static func error(_ text: String) -> JiraError {
        JiraError(400, ["Error in the JQL Query: \(text)."])
    }

    /// Words, quoted texts (without their quotes), operators and signs.
    private static func tokens(_ text: String) throws(JiraError) -> [String] {
        var tokens: [String] = []
        var rest = Array(text)[...]
        while let character = rest.first {
            if character.isWhitespace {
                rest.removeFirst()
            } else if character == "\"" || character == "'" {
                rest.removeFirst()
                var quoted = ""
                while let next = rest.popFirst(), next != character {
                    quoted.append(next == "\\" ? (rest.popFirst() ?? next) : next)
                    if rest.isEmpty { throw error("the quoted text is not closed") }
                }
                tokens.append(quoted)
            } else if "(),".contains(character) {
                tokens.append(String(character))
                rest.removeFirst()
            } else if "=!<>~".contains(character) {
                let sign = rest.prefix { "=!<>~".contains($0) }
                tokens.append(String(sign))
                rest = rest.dropFirst(sign.count)
            } else {
                let word = rest.prefix { !$0.isWhitespace && !"(),=!<>~\"'".contains($0) }
                tokens.append(String(word))
                rest = rest.dropFirst(word.count)
            }
        }
        return tokens
    }

    /// Milliseconds since 1970, `yyyy-MM-dd HH:mm`, `yyyy-MM-dd`, or a time back from now such as `-30m`. The account's zone is UTC.
    static func date(_ text: String, now: Date) -> Date? {
        if let milliseconds = Double(text), milliseconds >= 0 { return Date(timeIntervalSince1970: milliseconds / 1000) }
        let plain = text.replacing("/", with: "-")
        if let day = Timestamp.day(plain) { return day }
        if plain.utf8.count == 16 { return Timestamp.date(plain.replacing(" ", with: "T") + ":00Z") }
        guard text.hasPrefix("-"), let count = Double(text.dropFirst().dropLast()) else { return nil }
        let units: [Character: Double] = ["m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        return text.last.flatMap { units[$0] }.map { now.addingTimeInterval(-count * $0) }
    }
}
