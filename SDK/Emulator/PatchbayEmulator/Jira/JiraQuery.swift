import Foundation

/// A small but honest part of JQL: clauses over project, key, id, labels, creator, created, updated and status
/// category, joined by AND, OR and parentheses, then an order. What it does not know it refuses, rather than finding
/// too much.
///
/// Read by hand since no library at hand reads JQL.
struct JiraQuery: Sendable {
    enum Comparison: String, Sendable {
        case equal = "=", unequal = "!=", atLeast = ">=", atMost = "<=", above = ">", below = "<", among = "in",
            notAmong = "not in"
    }

    struct Clause: Sendable {
        let field: String
        let comparison: Comparison
        let values: [String]
    }

    /// Clauses as they are joined.
    indirect enum Condition: Sendable {
        case clause(Clause)
        case all([Condition])
        case any([Condition])
    }

    /// The function that stands for whoever asks, as a value.
    static let currentUser = "currentUser()"

    let condition: Condition
    private(set) var orderField = "created"
    private(set) var isDescending = true

    init(_ text: String) throws(JiraError) {
        var tokens = try Self.tokens(text)[...]
        if tokens.isEmpty || tokens.first?.lowercased() == "order" {
            throw JiraError(
                400, ["Unbounded JQL queries are not allowed here. Please add a search restriction to your query."])
        }
        condition = try Self.condition(&tokens, depth: 0)
        guard let next = tokens.first else { return }
        guard next.lowercased() == "order" else { throw Self.error("expected AND, OR or ORDER BY before '\(next)'") }
        try order(tokens.dropFirst())
    }

    /// Conditions joined by OR, each of them joined by AND, which binds tighter.
    private static func condition(_ tokens: inout ArraySlice<String>, depth: Int) throws(JiraError) -> Condition {
        guard depth < EmulatorLimits.nestingMax else { throw error("it is nested too deep") }
        var choices: [Condition] = []
        repeat {
            var parts: [Condition] = []
            repeat {
                guard !tokens.isEmpty else { throw error("the query ends after AND or OR") }
                if tokens.first == "(" {
                    tokens.removeFirst()
                    parts.append(try condition(&tokens, depth: depth + 1))
                    guard tokens.popFirst() == ")" else { throw error("expected AND, OR or ')'") }
                } else {
                    parts.append(.clause(try clause(&tokens)))
                }
            } while takes("and", &tokens)
            choices.append(parts.count == 1 ? parts[0] : .all(parts))
        } while takes("or", &tokens)
        return choices.count == 1 ? choices[0] : .any(choices)
    }

    private static func takes(_ word: String, _ tokens: inout ArraySlice<String>) -> Bool {
        guard tokens.first?.lowercased() == word else { return false }
        tokens.removeFirst()
        return true
    }

    private mutating func order(_ tokens: ArraySlice<String>) throws(JiraError) {
        guard tokens.first?.lowercased() == "by", let field = tokens.dropFirst().first?.lowercased() else {
            throw Self.error("expected a field after ORDER BY")
        }
        guard ["created", "updated", "key", "id", "issuekey"].contains(field) else {
            throw Self.error("cannot order by '\(field)'")
        }
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
        guard
            ["project", "key", "id", "issue", "issuekey", "labels", "creator", "created", "updated", "statuscategory"]
                .contains(field)
        else {
            throw JiraError(400, ["Field '\(field)' does not exist or you do not have permission to view it."])
        }
        guard var word = tokens.popFirst()?.lowercased() else { throw error("expected an operator after '\(field)'") }
        if word == "not", tokens.first?.lowercased() == "in" {
            tokens.removeFirst()
            word = "not in"
        }
        guard let comparison = Comparison(rawValue: word) else {
            throw error("'\(word)' is no operator that is emulated")
        }
        var values: [String] = []
        if comparison == .among || comparison == .notAmong {
            guard tokens.popFirst() == "(" else { throw error("expected a list after IN") }
            while !tokens.isEmpty {
                values.append(try value(of: field, &tokens))
                guard let separator = tokens.popFirst() else { throw error("the list is not closed") }
                if separator == ")" { return Clause(field: field, comparison: comparison, values: values) }
                guard separator == "," else { throw error("expected a comma in the list") }
            }
            throw error("the list is not closed")
        }
        guard !tokens.isEmpty else { throw error("expected a value after '\(word)'") }
        let value = try value(of: field, &tokens)
        if field == "created" || field == "updated" {
            guard date(value, now: Date()) != nil else {
                throw JiraError(
                    400,
                    [
                        "Date value '\(value)' for field '\(field)' is invalid. Valid formats include: 'yyyy-MM-dd "
                            + "HH:mm' and 'yyyy-MM-dd'."
                    ])
            }
        }
        return Clause(field: field, comparison: comparison, values: [value])
    }

    /// A value, or the one function that is emulated. What the field does not have is refused, as the vendor does.
    private static func value(of field: String, _ tokens: inout ArraySlice<String>) throws(JiraError) -> String {
        let value = tokens.removeFirst()
        let isCaller =
            field == "creator" && value.lowercased() == "currentuser" && tokens.prefix(2).elementsEqual(["(", ")"])
        if isCaller { tokens.removeFirst(2) }
        let isKnown =
            switch field {
            case "project": JiraSeeds.project(named: value) != nil
            case "creator": isCaller || JiraSeeds.users.contains { $0.accountId == value }
            default: true
            }
        guard isKnown else { throw JiraError(400, ["The value '\(value)' does not exist for the field '\(field)'."]) }
        return isCaller ? currentUser : value
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

    /// Milliseconds since 1970, `yyyy-MM-dd HH:mm`, `yyyy-MM-dd`, or a time back from now such as `-30m`. The account's
    /// zone is UTC.
    static func date(_ text: String, now: Date) -> Date? {
        if let milliseconds = Double(text), milliseconds >= 0 {
            return Date(timeIntervalSince1970: milliseconds / 1000)
        }
        let plain = text.replacing("/", with: "-")
        if let day = Timestamp.day(plain) { return day }
        if plain.utf8.count == 16 { return Timestamp.date(plain.replacing(" ", with: "T") + ":00Z") }
        guard text.hasPrefix("-"), let count = Double(text.dropFirst().dropLast()) else { return nil }
        let units: [Character: Double] = ["m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        return text.last.flatMap { units[$0] }.map { now.addingTimeInterval(-count * $0) }
    }
}
