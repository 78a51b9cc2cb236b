import PatchbayConnectorKit

extension Response {
    /// The body of an answer from which it may follow that something is not there, looked at in place. Throws a
    /// protocol error unless the status is 200, the body is a JSON object, and every name stands once in its object: of
    /// two members of one name only the last is read, and a list of nothing could hide what stood before it. A name
    /// with a zero in it ends there for json-c, and is refused as well.
    public func strictJSON() throws -> JSONPart {
        guard status == 200 else { throw misunderstood("it is not HTTP 200") }
        let whole = try understood { try JSONPart(reading: $0) }
        guard whole.isObject else { throw misunderstood("it is no object") }
        guard let names = NameCount.names(in: body), names == whole.memberCount else {
            throw misunderstood("an object has two members of one name")
        }
        return whole
    }
}

/// Counts the names in a text that is known to be JSON: each is a text before a colon.
private enum NameCount {
    /// How many there are; nil if one has a zero in it.
    static func names(in bytes: [UInt8]) -> Int? {
        let zero = Array(#"\u0000"#.utf8)
        var count = 0
        var place = 0
        var textHasZero = false
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""):
                textHasZero = false
                place += 1
                while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
                    let isEscape = bytes[place] == UInt8(ascii: "\\")
                    if bytes[place] == 0 || (isEscape && bytes[place...].starts(with: zero)) { textHasZero = true }
                    place += isEscape ? 2 : 1
                }
            case UInt8(ascii: ":"):
                if textHasZero { return nil }
                count += 1
            default: break
            }
            place += 1
        }
        return count
    }
}
