extension OrderedJSON {
    /// Reads one value and nothing after it; nil when it is no JSON, or nested deeper than an answer of any use is.
    static func parse(_ bytes: [UInt8]) -> OrderedJSON? {
        var reader = OrderedJSONReader(bytes: bytes)
        guard let value = reader.value(depth: 0), reader.isAtEnd else { return nil }
        return value
    }
}

/// Walks over bytes, value by value.
private struct OrderedJSONReader {
    let bytes: [UInt8]
    private var place = 0
    private static let depthMax = 64

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return place == bytes.count
        }
    }

    mutating func value(depth: Int) -> OrderedJSON? {
        guard depth < Self.depthMax else { return nil }
        skipSpace()
        guard place < bytes.count else { return nil }
        switch bytes[place] {
        case UInt8(ascii: "{"): return members(depth).map(OrderedJSON.object)
        case UInt8(ascii: "["): return items(depth).map(OrderedJSON.list)
        case UInt8(ascii: "\""): return quoted().map { .leaf("\"" + $0 + "\"") }
        default: return word().map(OrderedJSON.leaf)
        }
    }

    private mutating func members(_ depth: Int) -> [OrderedJSON.Member]? {
        place += 1
        var members: [OrderedJSON.Member] = []
        if take("}") { return members }
        repeat {
            skipSpace()
            guard let name = quoted(), take(":"), let value = value(depth: depth + 1) else { return nil }
            members.append(OrderedJSON.Member(name: name, value: value))
        } while take(",")
        return take("}") ? members : nil
    }

    private mutating func items(_ depth: Int) -> [OrderedJSON]? {
        place += 1
        var items: [OrderedJSON] = []
        if take("]") { return items }
        repeat {
            guard let item = value(depth: depth + 1) else { return nil }
            items.append(item)
        } while take(",")
        return take("]") ? items : nil
    }

    /// What stands between two quotes, escapes as they are.
    private mutating func quoted() -> String? {
        guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { return nil }
        let start = place + 1
        place = start
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
            place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard place < bytes.count else { return nil }
        place += 1
        return String(validating: bytes[start..<(place - 1)], as: UTF8.self)
    }

    /// A number, true, false or null.
    private mutating func word() -> String? {
        let start = place
        while place < bytes.count, !" \t\r\n,:]}".utf8.contains(bytes[place]) { place += 1 }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        return ["null", "true", "false"].contains(text) || Double(text) != nil ? text : nil
    }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        skipSpace()
        guard place < bytes.count, bytes[place] == UInt8(ascii: mark) else { return false }
        place += 1
        return true
    }

    private mutating func skipSpace() {
        while place < bytes.count, " \t\r\n".utf8.contains(bytes[place]) { place += 1 }
    }
}
