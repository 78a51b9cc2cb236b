import Foundation

extension JSON {
    /// Reads one JSON document. Throws where the bytes are none, or nested too deep for Foundation.
    package init(parsing bytes: Data) throws {
        self = JSON(foundation: try JSONSerialization.jsonObject(with: bytes, options: [.fragmentsAllowed]))
    }

    /// Reads one JSON document from text.
    package init(parsing text: String) throws {
        try self.init(parsing: Data(text.utf8))
    }

    /// A value in its coded form.
    init(encoding value: some Encodable) throws {
        try self.init(parsing: try JSONEncoder().encode(value))
    }

    /// Reads a value from its coded form.
    func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }

    /// Foundation's own tree, walked once. Strings come first because nearly every value is one.
    private init(foundation value: Any) {
        switch value {
        case let text as String:
            self = .string(text)
        case let members as [String: Any]:
            var list: [Member] = []
            list.reserveCapacity(members.count)
            for (name, inner) in members {
                list.append(Member(name, JSON(foundation: inner)))
            }
            self = .object(list)
        case let items as [Any]:
            self = .array(items.map(JSON.init(foundation:)))
        case let number as NSNumber:
            self = JSON(foundationNumber: number)
        default:
            self = .null
        }
    }

    /// Foundation keeps truth values as numbers whose C type is `char`.
    private init(foundationNumber number: NSNumber) {
        let type = unsafe number.objCType.pointee
        if type == CChar(UInt8(ascii: "c")) || type == CChar(UInt8(ascii: "B")) {
            self = .bool(number.boolValue)
        } else if type == CChar(UInt8(ascii: "d")) || type == CChar(UInt8(ascii: "f")) {
            self = .number(number.doubleValue)
        } else {
            self = .integer(number.intValue)
        }
    }
}
