/// Text from outside made safe for a terminal.
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

    /// At most `width` characters, with an ellipsis where something was cut.
    package static func cut(_ text: String, to width: Int) -> String {
        self.width(text) <= width ? text : String(text.prefix(max(width - 1, 0))) + "…"
    }

    /// How many characters a reader sees.
    package static func width(_ text: String) -> Int { isPlain(text) ? text.utf8.count : text.count }

    /// Most text is, and then nobody need ask for the category and the bounds of each character, which takes long.
    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { (0x20...0x7E).contains($0) } }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        default: false
        }
    }
}
