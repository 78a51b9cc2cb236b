/// A JSON value: what the vendors' bodies are read into and written from.
///
/// Objects are lists of members, since the bodies here hold a dozen members at most and a list is one
/// allocation where a dictionary would be hashed member by member.
package enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    /// One name and value of an object.
    package struct Member: Sendable, Equatable {
        package var name: String
        package var value: JSON

        package init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// Objects are equal whatever the order of their members.
    package static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let one), .bool(let other)): one == other
        case (.string(let one), .string(let other)): one == other
        case (.array(let one), .array(let other)): one == other
        case (.object(let one), .object(let other)):
            one.count == other.count && one.allSatisfy { right[$0.name] == $0.value }
        default: left.anyNumber != nil && left.anyNumber == right.anyNumber
        }
    }
}

extension JSON {
    /// The member of that name, `nil` where there is none or this is no object. A member may be `.null`.
    package subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        for member in members where member.name == name {
            return member.value
        }
        return nil
    }

    /// The text of a string value.
    package var text: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The value as a whole number, also from a number without a fraction.
    package var wholeNumber: Int? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    /// The value as a number of any kind.
    package var anyNumber: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// A truth value.
    package var truth: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The items of an array.
    package var items: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members of an object.
    package var members: [Member]? {
        if case .object(let value) = self { value } else { nil }
    }

    /// The texts of an array that holds nothing but strings.
    package var texts: [String]? {
        guard let items else { return nil }
        var texts: [String] = []
        texts.reserveCapacity(items.count)
        for item in items {
            guard case .string(let text) = item else { return nil }
            texts.append(text)
        }
        return texts
    }

    package var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// A string, or null for no string.
    package static func optional(_ text: String?) -> JSON {
        text.map(JSON.string) ?? .null
    }

    /// An array of strings.
    package static func strings(_ texts: [String]) -> JSON {
        .array(texts.map(JSON.string))
    }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }

    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(nilLiteral: ()) { self = .null }
}
