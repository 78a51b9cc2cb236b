import PatchbayConnectorKit

/// Makes odd answers out of an honest one: at each place it takes the value away, makes it null, and gives it every
/// other type.
enum Mutator {
    /// One step on the way to a place.
    enum Step: Hashable, CustomStringConvertible {
        case name(String), element(Int)

        var description: String {
            switch self {
            case .name(let name): name
            case .element(let place): String(place)
            }
        }
    }

    /// An odd answer and what is odd in it.
    struct Odd: Sendable, CustomStringConvertible {
        let description: String
        let value: JSONValue
    }

    /// Every oddity of every place but those that are named, dotted from the top, and what is below them. `null` alone
    /// may be honest in the places in `nullable`, and so may be their absence in `optional`.
    static func odd(
        _ honest: JSONValue, but left: Set<String> = [], nullable: Set<String> = [], optional: Set<String> = []
    ) -> [Odd] {
        places(honest, []).flatMap { path -> [Odd] in
            let name = path.map(\.description).joined(separator: ".")
            guard !left.contains(where: { name == $0 || name.hasPrefix($0 + ".") }) else { return [] }
            var made: [Odd] = []
            // An element that is taken away is a shorter list, which is as honest.
            if case .name = path.last, !optional.contains(name) {
                made.append(Odd(description: "\(name) taken away", value: changed(honest, path[...], nil)))
            }
            for (word, value) in strange(value(honest, path)) where value != .null || !nullable.contains(name) {
                made.append(Odd(description: "\(name) is \(word)", value: changed(honest, path[...], value)))
            }
            return made
        }
    }

    /// What no honest answer is as a whole.
    static let bodies = [
        "", " ", "null", "{}", "[]", "[{}]", "7", "true", #""text""#, "<html><body>Sign in</body></html>",
        #"{"data":null}"#, #"{"data":"#,
        #"{"errors":[]}"#, #"{"errors":[{"message":"Server Error"}]}"#, #"{"status":"login required"}"#,
        #"{"error":"invalid_request"}"#,
        #"{"errorMessages":["Search is not available"],"errors":{}}"#, #"{"message":"Internal server error"}"#, "\u{0}",
        "nginx",
    ]

    /// Values of every other type, and blank ones of the same.
    private static func strange(_ honest: JSONValue) -> [(String, JSONValue)] {
        let all: [(String, JSONValue)] = [
            ("null", .null), ("a flag", true), ("a number", 7), ("a text", "odd"), ("a list", []), ("an object", [:]),
        ]
        return all.filter { kind($0.1) != kind(honest) }
    }

    private static func kind(_ value: JSONValue) -> Int {
        switch value {
        case .null: 0
        case .bool: 1
        case .integer, .number: 2
        case .string: 3
        case .array: 4
        case .object: 5
        }
    }

    private static func places(_ value: JSONValue, _ path: [Step]) -> [[Step]] {
        let inner: [(Step, JSONValue)] =
            switch value {
            case .object(let members): members.sorted { $0.key < $1.key }.map { (.name($0.key), $0.value) }
            case .array(let elements): elements.enumerated().map { (.element($0.offset), $0.element) }
            default: []
            }
        return inner.flatMap { [path + [$0.0]] + places($0.1, path + [$0.0]) }
    }

    private static func value(_ whole: JSONValue, _ path: [Step]) -> JSONValue {
        path.reduce(whole) { value, step in
            switch step {
            case .name(let name): value[name] ?? .null
            case .element(let place): value[place] ?? .null
            }
        }
    }

    /// A copy with another value at the place, or with none.
    private static func changed(_ whole: JSONValue, _ path: ArraySlice<Step>, _ new: JSONValue?) -> JSONValue {
        guard let first = path.first else { return new ?? .null }
        let rest = path.dropFirst()
        switch (whole, first) {
        case (.object(var members), .name(let name)):
            members[name] = rest.isEmpty ? new : changed(members[name] ?? .null, rest, new)
            return .object(members)
        case (.array(var elements), .element(let place)):
            elements[place] = changed(elements[place], rest, new)
            return .array(elements)
        default: return whole
        }
    }
}
