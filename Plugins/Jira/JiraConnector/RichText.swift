import PatchbayConnectorKit

/// Text in Jira's document format: paragraphs of text with line breaks between. No text node is empty or holds a line
/// end, because either is refused.
enum RichText {
    /// The document, and whether the text was too long and was cut; nil when there is nothing to say.
    static func document(_ text: String) -> (document: JSONValue, wasCut: Bool)? {
        let (kept, wasCut) = PlainText.cut(text, utf16Max: JiraLimits.descriptionUnitsMax)
        var paragraphs: [JSONValue] = []
        var nodes: [JSONValue] = []
        func close() {
            if !nodes.isEmpty { paragraphs.append(["type": "paragraph", "content": .array(nodes)]) }
            nodes = []
        }
        for line in PlainText.lines(kept) {
            let plain = clean(line)
            if plain.allSatisfy(\.isWhitespace) {
                close()
                continue
            }
            if !nodes.isEmpty { nodes.append(["type": "hardBreak"]) }
            nodes.append(["type": "text", "text": .string(plain)])
        }
        close()
        guard !paragraphs.isEmpty else { return nil }
        return (["type": "doc", "version": 1, "content": .array(paragraphs)], wasCut)
    }

    /// All text of a document, paragraphs apart, for reading back.
    static func text(_ value: JSONValue?) -> String {
        guard let value else { return "" }
        if case .array(let parts) = value { return parts.map { text($0) }.joined() }
        switch value["type"]?.text {
        case "text": return value["text"]?.text ?? ""
        case "hardBreak": return "\n"
        case "paragraph", "heading", "listItem", "codeBlock", "blockquote": return text(value["content"]) + "\n"
        default: return text(value["content"])
        }
    }

    /// A line without control characters; a tab stays.
    private static func clean(_ line: Substring) -> String {
        if PlainText.isPlain(line) { return String(line) }
        var scalars = String.UnicodeScalarView()
        for scalar in line.unicodeScalars where scalar == "\t" || (scalar.value >= 0x20 && scalar.value != 0x7F) {
            scalars.append(scalar.value == 0x2028 || scalar.value == 0x2029 ? " " : scalar)
        }
        return String(scalars)
    }
}
