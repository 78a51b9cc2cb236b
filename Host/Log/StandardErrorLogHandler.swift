import Foundation
import Logging
import PatchbayModel

/// Writes log lines to standard error.
///
/// Values are rendered from strings alone: something that is not made to be shown, such as a credential, cannot slip in
/// through a description. Lines that cannot be written are dropped: the work is worth more than the log.
struct StandardErrorLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    let format: LogLineFormat

    init(logLevel: Logger.Level, format: LogLineFormat) {
        self.logLevel = logLevel
        self.format = format
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.compactMapValues(Self.text)
        let line = format == .json ? json(event, fields) : text(event, fields)
        try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }

    private func text(_ event: LogEvent, _ fields: [String: String]) -> String {
        let pairs = fields.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.quoted($0.value))" }
        return ([Timestamp.now.text, event.level.rawValue, Printable.text("\(event.message)")] + pairs).joined(
            separator: " ")
    }

    private func json(_ event: LogEvent, _ fields: [String: String]) -> String {
        var object = fields
        object["time"] = Timestamp.now.text
        object["level"] = event.level.rawValue
        object["message"] = "\(event.message)"
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(object) else { return "{}" }
        return Printable.json(String(decoding: data, as: UTF8.self))
    }

    private static func text(_ value: Logger.Metadata.Value) -> String? {
        switch value {
        case .string(let text): text
        case .stringConvertible(let value): value is String ? "\(value)" : nil
        case .array(let values): values.compactMap(text).joined(separator: ",")
        case .dictionary(let values):
            values.compactMapValues(text).sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(
                separator: ",")
        }
    }

    private static func quoted(_ text: String) -> String {
        // One line: text from outside must not write log lines of its own.
        let flat = Printable.text(text)
        let isPlain = !flat.isEmpty && flat.allSatisfy { !$0.isWhitespace && $0 != "\"" && $0 != "=" }
        return isPlain ? flat : "\"" + flat.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
