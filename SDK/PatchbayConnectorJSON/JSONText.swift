import FoundationEssentials

/// JSON in one form: names sorted, because the same operation must give the same bytes (rule R8).
public enum JSONText {
    /// The value as JSON. Throws if it has no JSON form.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(value))
    }

    /// The value that JSON text stands for. Throws if it is no JSON or has another shape.
    public static func decode<Value: Decodable>(_ type: Value.Type, from body: [UInt8]) throws -> Value {
        try JSONDecoder().decode(type, from: Data(body))
    }
}
