/// Finds the top-level `accessToken` of a JSON line, so that it can be sealed and blanked before anything makes a
/// `String` of the line.
///
/// This is no JSON parser: it only follows strings and nesting. The line, with the value blanked, goes through the real
/// parser afterwards, and `isStillPresent` refuses what this scan was tricked to overlook (a name written with
/// escapes).
package struct AccessTokenField {
    /// The bytes between the quotes; nil when the field is absent or null.
    package let range: Range<Int>?

    /// The value is there but is no plain string (a number, or a string with escapes).
    package let isUnusable: Bool

    package init(_ line: UnsafeRawBufferPointer) {
        var depth = 0
        var index = 0
        var found: Range<Int>?
        var unusable = false
        while index < line.count {
            switch unsafe line[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\""):
                let name = unsafe Self.string(in: line, from: index)
                index = name.upperBound
                guard depth == 1, unsafe Self.isName(line, name), let value = unsafe Self.afterColon(line, index + 1)
                else { break }
                if unsafe line[value] == UInt8(ascii: "\"") {
                    let range = unsafe Self.string(in: line, from: value)
                    let isEscaped = unsafe line[range].contains(UInt8(ascii: "\\"))
                    unusable = unusable || found != nil || isEscaped
                    found = range
                    index = range.upperBound
                } else {
                    let isNull = unsafe line[value] == UInt8(ascii: "n")
                    unusable = unusable || !isNull
                }
            default: break
            }
            index += 1
        }
        range = found
        isUnusable = unusable
    }

    /// Whether the parsed line still holds a token; true means that it was hidden from the scan, and it must be
    /// refused.
    package static func isStillPresent(in value: JSONValue) -> Bool {
        guard case .object(let object) = value, case .string(let text)? = object["accessToken"] else { return false }
        return text.contains { $0 != " " }
    }

    /// `line` without the field's name, so that the reader does not call it unknown.
    package static func removed(from value: JSONValue) -> JSONValue {
        guard case .object(var object) = value else { return value }
        object["accessToken"] = nil
        return .object(object)
    }

    /// The inside of the string that starts with the quote at `start`; ends at the closing quote or at the end.
    private static func string(in line: UnsafeRawBufferPointer, from start: Int) -> Range<Int> {
        var end = start + 1
        while end < line.count, unsafe line[end] != UInt8(ascii: "\"") {
            end += unsafe line[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        return (start + 1)..<min(end, line.count)
    }

    private static func isName(_ line: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        unsafe line[range].elementsEqual("accessToken".utf8)
    }

    /// Where the value begins if a colon follows; nil when this string was no name.
    private static func afterColon(_ line: UnsafeRawBufferPointer, _ start: Int) -> Int? {
        var index = start
        var colon = false
        while index < line.count {
            switch unsafe line[index] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): index += 1
            case UInt8(ascii: ":") where !colon:
                colon = true
                index += 1
            default: return colon ? index : nil
            }
        }
        return nil
    }
}
