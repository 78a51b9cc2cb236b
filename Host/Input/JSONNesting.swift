import PatchbayModel

/// How deep lists and objects lie in each other, found out without parsing: what the decoder does for a value grows
/// with its depth, so a KiB of brackets keeps it for seconds.
package enum JSONNesting {
    /// Why a text does not get to the parser.
    package enum Refused: Error, CustomStringConvertible {
        /// It is nested deeper than `Limits.jsonNestingMax`.
        case tooDeep
        /// The parser also takes UTF-16 and UTF-32, where a byte of a letter may look like a quote.
        case notUTF8

        package var description: String {
            switch self {
            case .tooDeep: "is nested more than \(Limits.jsonNestingMax) levels deep, which no input needs"
            case .notUTF8: "has a NUL byte, as JSON in UTF-16 has and in UTF-8 never; convert it first"
            }
        }
    }

    /// Follows strings and brackets, once over the text; whether it is JSON is for the parser to say. Throws `Refused`.
    package static func check(_ bytes: some Sequence<UInt8>) throws(Refused) {
        var depth = 0
        var isInString = false
        var isEscaped = false
        for byte in bytes {
            // JSON in UTF-8 has no such byte, and in each of the others the brackets bring one.
            guard byte != 0 else { throw .notUTF8 }
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                guard depth <= Limits.jsonNestingMax else { throw .tooDeep }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
        }
    }
}
