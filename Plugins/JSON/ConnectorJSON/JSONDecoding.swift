import PatchbayConnectorKit

/// Gives the parts of a document to types that name what they need, straight from json-c's form. Foundation's decoder
/// does the same, and is half of the file of a connector that has it inside.
struct JSONDecoding: Decoder, SingleValueDecodingContainer {
    private let part: JSONPart
    /// The path of what holds it, and its own place there. They are put together only when they are asked for.
    private let above: [any CodingKey]
    private let key: (any CodingKey)?

    init(_ part: JSONPart, in above: [any CodingKey] = [], at key: (any CodingKey)? = nil) {
        self.part = part
        self.above = above
        self.key = key
    }

    var codingPath: [any CodingKey] { key.map { above + [$0] } ?? above }

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard part.isObject else { throw mismatch([String: JSONValue].self) }
        return KeyedDecodingContainer(Members(part: part, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard part.isArray else { throw mismatch([JSONValue].self) }
        return Elements(part: part, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool { part.isNull }

    func decode(_ type: Bool.Type) throws -> Bool {
        guard case .bool(let flag) = try leaf() else { throw mismatch(type) }
        return flag
    }

    func decode(_ type: String.Type) throws -> String {
        guard case .string(let text) = try leaf() else { throw mismatch(type) }
        return text
    }

    func decode(_ type: Double.Type) throws -> Double {
        switch try leaf() {
        case .integer(let number): return Double(number)
        case .number(let number): return number
        default: throw mismatch(type)
        }
    }

    func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }

    /// Serves all the whole numbers.
    func decode<Value: Decodable & FixedWidthInteger>(_ type: Value.Type) throws -> Value {
        guard case .integer(let number) = try leaf() else { throw mismatch(type) }
        guard let fitting = Value(exactly: number) else { throw damaged("the number does not fit") }
        return fitting
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if type == JSONValue.self, let value = try copy() as? Value { return value }
        return try Value(from: self)
    }

    /// The value, if it holds no others; else null, which fits nothing that asks for a leaf.
    private func leaf() throws -> JSONValue {
        part.isObject || part.isArray ? .null : try copy()
    }

    private func copy() throws -> JSONValue {
        do { return try part.copy() } catch { throw damaged(error.description) }
    }

    private func damaged(_ words: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath, debugDescription: words))
    }

    private func mismatch(_ type: Any.Type) -> DecodingError {
        let context = DecodingError.Context(codingPath: codingPath, debugDescription: "another type was expected")
        return decodeNil() ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }
}

/// The members of an object.
private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let part: JSONPart
    let codingPath: [any CodingKey]

    var allKeys: [Key] {
        guard case .object(let values)? = part.value else { return [] }
        return values.keys.compactMap { Key(stringValue: $0) }
    }

    func contains(_ key: Key) -> Bool { part[key.stringValue] != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).decodeNil() }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try decoder(key).decode(type) }

    func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type, forKey key: Key) throws -> KeyedDecodingContainer<
        Inner
    > {
        try decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { JSONDecoding(part, in: codingPath) }

    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

    private func decoder(_ key: Key) throws -> JSONDecoding {
        guard let member = part[key.stringValue] else {
            throw DecodingError.keyNotFound(
                key, .init(codingPath: codingPath, debugDescription: "the member is missing"))
        }
        return JSONDecoding(member, in: codingPath, at: key)
    }
}

/// The elements of an array, one after the other.
private struct Elements: UnkeyedDecodingContainer {
    private let part: JSONPart
    let codingPath: [any CodingKey]
    private let length: Int
    private(set) var currentIndex = 0

    init(part: JSONPart, codingPath: [any CodingKey]) {
        self.part = part
        self.codingPath = codingPath
        length = part.count
    }

    var count: Int? { length }
    var isAtEnd: Bool { currentIndex == length }

    mutating func decodeNil() throws -> Bool {
        guard try decoder().decodeNil() else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try take { try $0.decode(type) } }

    mutating func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) throws -> KeyedDecodingContainer<Inner> {
        try take { try $0.container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try take { try $0.unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder { try take { $0 } }

    /// An element counts as taken only when it could be read.
    private mutating func take<Value>(_ read: (JSONDecoding) throws -> Value) throws -> Value {
        let value = try read(decoder())
        currentIndex += 1
        return value
    }

    private func decoder() throws -> JSONDecoding {
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(
                JSONValue.self, .init(codingPath: codingPath, debugDescription: "the array has ended"))
        }
        return JSONDecoding(part.element(currentIndex), in: codingPath, at: Place(intValue: currentIndex))
    }

    /// A place in an array, as part of a path.
    private struct Place: CodingKey {
        let place: Int
        var intValue: Int? { place }
        var stringValue: String { String(place) }

        init(intValue: Int) { place = intValue }

        init?(stringValue: String) { nil }
    }
}
