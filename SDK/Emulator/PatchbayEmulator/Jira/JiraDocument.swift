/// Checks an Atlassian Document and reads its text.
enum JiraDocument {
    /// Why a document is refused.
    enum Defect: Error {
        case notADocument
        case invalid
        case tooLong
    }

    /// The most characters of text in a description.
    static let textCharactersMax = 32_767

    private static let blocks: Set<String> = [
        "paragraph", "bulletList", "orderedList", "heading", "codeBlock", "blockquote", "rule", "panel", "table",
        "taskList",
        "mediaSingle", "mediaGroup", "expand", "blockCard", "decisionList",
    ]
    private static let inner: Set<String> = [
        "listItem", "tableRow", "tableCell", "tableHeader", "taskItem", "decisionItem", "text", "hardBreak", "mention",
        "emoji",
        "inlineCard",
        "date", "status", "media",
    ]

    /// Throws where the vendor would refuse.
    static func check(_ document: JSON, refuseNewlineInText: Bool) throws(Defect) {
        guard document.members != nil else { throw .notADocument }
        guard document["type"]?.text == "doc", document["version"]?.wholeNumber == 1,
            let content = document["content"]?.items
        else {
            throw .invalid
        }
        var characters = 0
        for node in content {
            guard let type = node["type"]?.text, blocks.contains(type) else { throw .invalid }
            try check(node, depth: 1, refuseNewlineInText, &characters)
        }
        if characters > textCharactersMax { throw .tooLong }
    }

    private static func check(
        _ node: JSON, depth: Int, _ refuseNewlineInText: Bool, _ characters: inout Int
    ) throws(Defect) {
        guard depth <= EmulatorLimits.nestingMax, let type = node["type"]?.text,
            blocks.contains(type) || inner.contains(type)
        else {
            throw .invalid
        }
        if type == "text" {
            guard let text = node["text"]?.text, !text.isEmpty else { throw .invalid }
            if refuseNewlineInText, text.utf8.contains(0x0A) { throw .invalid }
            characters += text.utf16.count
            return
        }
        if let content = node["content"] {
            guard let nodes = content.items else { throw .invalid }
            for inner in nodes { try check(inner, depth: depth + 1, refuseNewlineInText, &characters) }
        }
    }

    /// The text of a document, one line per block.
    static func text(_ node: JSON) -> String {
        var text = ""
        append(node, to: &text)
        return text.last == "\n" ? String(text.dropLast()) : text
    }

    private static func append(_ node: JSON, to text: inout String) {
        switch node["type"]?.text {
        case "text": text += node["text"]?.text ?? ""
        case "hardBreak": text += "\n"
        case "mention", "emoji", "status": text += node["attrs"]?["text"]?.text ?? ""
        case "inlineCard", "blockCard": text += node["attrs"]?["url"]?.text ?? ""
        default:
            for inner in node["content"]?.items ?? [] { append(inner, to: &text) }
            if ["paragraph", "heading", "codeBlock"].contains(node["type"]?.text), !text.isEmpty { text += "\n" }
        }
    }
}
