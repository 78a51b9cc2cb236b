import Foundation

/// Any JSON value, for input whose shape is checked field by field so that an error can name the field.
package enum JSONValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Reads one JSON value. Throws when it is none, and `JSONNesting.Refused`. Of a name that comes twice in an object
    /// the last value counts. A U+FEFF right behind an escape in a text is lost (Foundation of Swift 6.3 on Linux).
    package static func parse(_ bytes: some Sequence<UInt8>) throws -> JSONValue {
        let bytes = Array(bytes)
        try JSONNesting.check(bytes)
        return JSONValue(try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed))
    }

    /// What Foundation's reader made of a text. Its decoder has to be asked of each value whether it is of this kind or
    /// that, and words an error for each no: a line of a MiB kept it for eleven seconds.
    private init(_ read: Any) {
        switch read {
        case let text as String: self = .string(text)
        case let list as [Any]: self = .array(list.map { JSONValue($0) })
        case let members as [String: Any]: self = .object(members.mapValues { JSONValue($0) })
        case let number as NSNumber: self = JSONValue(number)
        default: self = .null
        }
    }

    /// A whole number where it is one and fits, however it is written.
    private init(_ number: NSNumber) {
        // The encoding of a char, which only true and false have.
        if unsafe strcmp(number.objCType, "c") == 0 {
            self = .boolean(number.boolValue)
        } else if let whole = Int64(exactly: number) ?? Int64(exactly: number.doubleValue) {
            self = .integer(whole)
        } else {
            self = .number(number.doubleValue)
        }
    }

    /// What it is called in an error.
    package var kindName: String {
        switch self {
        case .null: "null"
        case .boolean: "true or false"
        case .integer, .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

extension JSONValue: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
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
