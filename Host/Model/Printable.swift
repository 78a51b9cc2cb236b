/// Text from outside made safe for whoever reads it: a terminal, a log, a program.
package enum Printable {
    /// Without control characters and without marks that turn the reading direction: a task's title must not move the
    /// cursor, clear the screen or hide what follows.
    package static func text(_ text: String) -> String {
        if isPlain(text) { return text }
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var clean = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            clean.append(isUnsafe(scalar) ? (scalar == "\n" || scalar == "\t" ? " " : "\u{FFFD}") : scalar)
        }
        return String(clean)
    }

    /// JSON text with those characters escaped: it stands for the same value, and shows as what it is.
    package static func json(_ text: String) -> String {
        if isPlain(text) { return text }
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            if isUnsafe(scalar) {
                let digits = String(scalar.value, radix: 16)
                escaped += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// Names of fields that a file has and nobody knows, without those that may be a token which was put in the wrong
    /// place.
    package static func names(_ names: some Collection<String>) -> String {
        let (short, long) = (
            names.filter { $0.count <= Limits.fieldNameShownMax }, names.count { $0.count > Limits.fieldNameShownMax }
        )
        let hidden =
            long == 0 ? [] : ["\(long) with a name of over \(Limits.fieldNameShownMax) characters, which is not shown"]
        return (short.sorted().map { text($0) } + hidden).joined(separator: ", ")
    }

    /// At most `width` characters, with an ellipsis where something was cut.
    package static func cut(_ text: String, to width: Int) -> String {
        self.width(text) <= width ? text : String(text.prefix(max(width - 1, 0))) + "…"
    }

    /// How many characters a reader sees.
    package static func width(_ text: String) -> Int { isPlain(text) ? text.utf8.count : text.count }

    /// Most text is, and then nobody need ask for the category and the bounds of each character, which takes long.
    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { (0x20...0x7E).contains($0) } }

    private static let directions: [ClosedRange<UInt32>] = [
        0x061C...0x061C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069,
    ]

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        // The marks, embeddings, overrides and isolates of the reading direction (UAX 9); all below 0x10000.
        case .format: directions.contains { $0.contains(scalar.value) }
        default: false
        }
    }
}
