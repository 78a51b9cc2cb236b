/// Small work on text that most connectors need.
public enum PlainText {
    /// The text as one line: every line break becomes a space. Never empty.
    public static func line(_ text: String, whenEmpty: String = "(no title)") -> String {
        if isPlain(text) { return text.utf8.allSatisfy { $0 == 0x20 } ? whenEmpty : text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let breaks = scalar.value < 0x20 || [0x7F, 0x85, 0x2028, 0x2029].contains(scalar.value)
            scalars.append(breaks ? " " : scalar)
        }
        let line = String(scalars)
        return line.allSatisfy { $0 == " " } ? whenEmpty : line
    }

    /// Whether there is nothing but white space: an id that says nothing.
    public static func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }

    /// The longest beginning of at most so many UTF-16 units that cuts no character, and whether anything was cut.
    public static func cut(_ text: String, utf16Max: Int) -> (text: String, wasCut: Bool) {
        if text.utf16.count <= utf16Max { return (text, false) }
        var units = 0
        var end = text.startIndex
        for index in text.indices {
            units += text[index].utf16.count
            if units > utf16Max { break }
            end = text.index(after: index)
        }
        return (String(text[..<end]), true)
    }

    /// The lines of a text, whichever way they end. A trailing line end makes an empty last line.
    public static func lines(_ text: String) -> [Substring] {
        var lines: [Substring] = []
        var start = text.startIndex
        let bytes = text.utf8
        var index = start
        while index < bytes.endIndex {
            let byte = bytes[index]
            var next = bytes.index(after: index)
            if byte == 0x0A || byte == 0x0D {
                lines.append(text[start..<index])
                if byte == 0x0D, next < bytes.endIndex, bytes[next] == 0x0A { next = bytes.index(after: next) }
                start = next
            }
            index = next
        }
        lines.append(text[start...])
        return lines
    }

    /// Whether a vendor's words say this, in whatever case. The standard library's search would bring all of its
    /// regular expressions into a connector's file.
    public static func says(_ text: String, _ words: String) -> Bool {
        let text = Array(text.lowercased().utf8)
        let words = words.lowercased().utf8
        return text.indices.contains { text[$0...].starts(with: words) }
    }

    /// Whether there are only printing ASCII characters: most texts, which need no look at each character.
    public static func isPlain(_ text: Substring) -> Bool {
        let bytes = text.utf8.span
        for index in bytes.indices where bytes[index] < 0x20 || bytes[index] >= 0x7F { return false }
        return true
    }

    /// The same of a whole text.
    public static func isPlain(_ text: String) -> Bool { isPlain(text[...]) }
}
