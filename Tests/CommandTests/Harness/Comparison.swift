import Foundation

/// What a task must look like in a system, told from its line of input alone.
enum Comparison {
    /// Every field of `remote` (an emulator's task) that is not what `source` (a line of task input) asks for; empty
    /// when all are.
    static func differences(_ source: JSON, _ remote: JSON, in system: String, deliveryID: String) -> [String] {
        var found: [String] = []
        func compare(_ field: String, _ wanted: JSON, _ is_: JSON) {
            if wanted != is_ { found.append("\(field): wanted \(wanted.line), is \(is_.line)") }
        }
        compare("title", .string(oneLine(source["title"].text ?? "")), remote["title"])
        compare("descriptionText", .string(description(source, system, deliveryID)), remote["descriptionText"])
        compare("due", due(source, system), remote["due"])
        compare("assignee", assignee(source, system), remote["assignee"])
        compare("priority", priority(source, system), remote["priority"])
        compare("labels", .array(labels(source, system)), .array(remote["labels"].items.sorted { $0.line < $1.line }))
        compare("deliveryId", .string(deliveryID), remote["deliveryId"])
        compare("completed", .boolean(source["status"].text == "done" && system != "jira"), remote["completed"])
        return found
    }

    private static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
    }

    private static func description(_ source: JSON, _ system: String, _ deliveryID: String) -> String {
        let text = source["description"].text ?? ""
        switch system {
        // The personal token may not use external ids, so the delivery id stands in the last line.
        case "asana": return (text.isEmpty ? "" : text + "\n\n") + "patchbay:" + deliveryID
        // Paragraphs and line breaks read back as lines; an empty line only parts paragraphs.
        case "jira":
            return text.split { $0 == "\n" || $0 == "\r\n" }.filter { !$0.allSatisfy(\.isWhitespace) }.joined(
                separator: "\n")
        default: return text
        }
    }

    private static func due(_ source: JSON, _ system: String) -> JSON {
        guard let text = source["dueDate"].text else { return .null }
        if system == "asana", text.count > 10, let moment = try? Date.ISO8601FormatStyle().parse(text) {
            // The emulator writes moments with milliseconds.
            return .string(moment.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        }
        return .string(String(text.prefix(10)))
    }

    private static func assignee(_ source: JSON, _ system: String) -> JSON {
        guard let email = source["assignee"].text, Bench.people[system]?[email] != nil else { return .null }
        return .string(email)
    }

    private static func priority(_ source: JSON, _ system: String) -> JSON {
        let word = source["priority"].text ?? "none"
        switch system {
        case "asana": return .null
        // Jira gives every issue a priority; Medium is its default.
        case "jira": return .string(["urgent": "Highest", "high": "High", "low": "Low"][word] ?? "Medium")
        default: return .string(word == "none" ? "No priority" : word.capitalized)
        }
    }

    private static func labels(_ source: JSON, _ system: String) -> [JSON] {
        let wanted = source["labels"].texts
        if system == "jira" { return wanted.map { .string($0.replacing(" ", with: "_")) }.sorted { $0.line < $1.line } }
        // Asana and Linear have only the labels that someone made.
        return wanted.filter { ["follow-up", "customer"].contains($0) }.map { .string($0) }.sorted { $0.line < $1.line }
    }
}
