import Foundation
import PatchbayInput
import PatchbayModel

/// What `--output json` prints, for every command and every error alike.
struct Envelope<Result: Encodable>: Encodable {
    let command: String
    let ok: Bool
    let summary: [String: JSONValue]
    let result: Result?
    let error: ErrorObject?

    private enum Field: String, CodingKey { case command, ok, summary, result, error }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Field.self)
        try container.encode(command, forKey: .command)
        try container.encode(ok, forKey: .ok)
        try container.encode(summary, forKey: .summary)
        // All five fields always stand, so that a reader need not ask which exist.
        if let result {
            try container.encode(result, forKey: .result)
        } else {
            try container.encodeNil(forKey: .result)
        }
        if let error { try container.encode(error, forKey: .error) } else { try container.encodeNil(forKey: .error) }
    }

    /// One line of JSON.
    func line() throws -> String { try JSONLine.text(self) }
}

/// An error with everything that is known of it.
package struct ErrorObject: Encodable, Sendable, Hashable {
    package let code: String
    package let message: String
    package let context: ErrorContext

    package init(code: ErrorCode, message: String, context: ErrorContext = ErrorContext()) {
        self.code = code.rawValue
        self.message = message
        self.context = context
    }

    package init(_ error: any Error) {
        if let failure = error as? any PatchbayFailure {
            self.init(code: failure.code, message: failure.message, context: failure.context)
        } else {
            self.init(code: .internalError, message: "\(error); this is a mistake in Patchbay, please report it")
        }
    }

    private enum Field: String, CodingKey {
        case code, message, system, integration, meetingId, taskId, title, attempt, vendorRequestId
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Field.self)
        try container.encode(code, forKey: .code)
        try container.encode(message, forKey: .message)
        try container.encodeIfPresent(context.system, forKey: .system)
        try container.encodeIfPresent(context.integration, forKey: .integration)
        try container.encodeIfPresent(context.meetingId, forKey: .meetingId)
        try container.encodeIfPresent(context.taskId, forKey: .taskId)
        try container.encodeIfPresent(context.title, forKey: .title)
        try container.encodeIfPresent(context.attempt, forKey: .attempt)
        try container.encodeIfPresent(context.vendorRequestId, forKey: .vendorRequestId)
    }
}

/// One value as a line of JSON with sorted names.
enum JSONLine {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Printable.json(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
