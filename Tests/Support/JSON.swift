import Foundation

/// Any JSON value, to read what the programs print and to write what they take.
package enum JSON: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// Null where there is no such member.
    package subscript(name: String) -> JSON {
        if case .object(let members) = self { members[name] ?? .null } else { .null }
    }

    /// Null where there is no such element.
    package subscript(place: Int) -> JSON { items.indices.contains(place) ? items[place] : .null }

    package var items: [JSON] { if case .array(let items) = self { items } else { [] } }
    package var members: [String: JSON] { if case .object(let members) = self { members } else { [:] } }
    package var text: String? { if case .string(let text) = self { text } else { nil } }
    package var int: Int? { if case .integer(let number) = self { number } else { nil } }
    package var truth: Bool? { if case .boolean(let value) = self { value } else { nil } }
    package var texts: [String] { items.compactMap(\.text) }
    package var isNull: Bool { self == .null }

    /// This object with one member changed; null takes it away.
    package func setting(_ name: String, _ value: JSON) -> JSON {
        var members = members
        members[name] = value.isNull ? nil : value
        return .object(members)
    }

    package init(parsing text: String) throws { self = try JSONDecoder().decode(JSON.self, from: Data(text.utf8)) }

    /// One line with sorted names.
    package var line: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }

    /// Every line of JSON in a text; lines that are none are left out.
    package static func lines(_ text: String) -> [JSON] {
        text.split(separator: "\n").compactMap { try? JSON(parsing: String($0)) }
    }
}

extension JSON: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .boolean(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) { self = .object(Dictionary(elements) { $1 }) }
    package init(nilLiteral: ()) { self = .null }
}
