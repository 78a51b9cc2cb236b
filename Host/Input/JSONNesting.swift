import PatchbayModel

/// How deep lists and objects lie in each other, found out without parsing: what the decoder does for a value grows
/// with its depth, so a KiB of brackets keeps it for seconds.
package enum JSONNesting {
    /// What is nested deeper than `Limits.jsonNestingMax`.
    package struct TooDeep: Error, CustomStringConvertible {
        package var description: String {
            "is nested more than \(Limits.jsonNestingMax) levels deep, which no input needs"
        }
    }

    /// Follows strings and brackets, once over the text; whether it is JSON is for the parser to say. Throws `TooDeep`.
    package static func check(_ bytes: some Sequence<UInt8>) throws(TooDeep) {
        var depth = 0
        var isInString = false
        var isEscaped = false
        for byte in bytes {
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
                guard depth <= Limits.jsonNestingMax else { throw TooDeep() }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
        }
    }
}
