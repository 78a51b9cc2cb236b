import Foundation
import FoundationXML

/// Checks `html_notes` as the vendor does: well-formed XML in one body, few tags, attributes only on links.
final class AsanaRichText: NSObject, XMLParserDelegate {
    private static let allowed: Set<String> = [
        "body", "strong", "em", "u", "s", "code", "pre", "ol", "ul", "li", "a", "h1", "h2", "hr", "blockquote",
    ]

    private var depth = 0
    private var defect: String?
    private var text = ""

    /// The plain text of good rich text. Throws a refusal in Asana's shape for anything else.
    static func plainText(_ html: String) throws(AsanaError) -> String {
        let checker = AsanaRichText()
        let parser = XMLParser(data: Data(html.utf8))
        parser.shouldResolveExternalEntities = false
        parser.delegate = checker
        let whole = parser.parse()
        if let defect = checker.defect { throw AsanaError.badRequest("html_notes: \(defect)") }
        guard whole, checker.depth == 0, parser.parserError == nil else {
            throw AsanaError.badRequest("xml_parsing_error: the text of html_notes is not valid XML")
        }
        return checker.text
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if depth == 0, name != "body" { stop(parser, "the root element must be <body>") }
        if depth > 0, name == "body" { stop(parser, "<body> may stand only at the root") }
        if !Self.allowed.contains(name) { stop(parser, "the tag <\(name)> is not supported") }
        if name != "a", !attributes.isEmpty { stop(parser, "the tag <\(name)> takes no attributes") }
        if ["li", "h1", "h2", "hr", "blockquote"].contains(name), !text.isEmpty, !text.hasSuffix("\n") { text += "\n" }
        depth += 1
        if depth > EmulatorLimits.nestingMax { stop(parser, "nested too deep") }
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        depth -= 1
        if ["h1", "h2"].contains(name) { text += "\n" }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        text += string
    }

    private func stop(_ parser: XMLParser, _ reason: String) {
        if defect == nil { defect = reason }
        parser.abortParsing()
    }
}
