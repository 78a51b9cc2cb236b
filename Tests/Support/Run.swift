import Foundation
import Testing

/// One run of the command, to its end.
package struct Run: Sendable {
    package let arguments: [String]
    package let end: ChildProcess.End
    package let out: String
    package let err: String
    /// The JSON envelope; null where standard output holds none.
    package let envelope: JSON

    package var status: Int32 { end.signal == nil ? end.status : -1 }
    package var summary: JSON { envelope["summary"] }
    package var result: JSON { envelope["result"] }
    package var error: JSON { envelope["error"] }
    package var code: String? { error["code"].text }
    package var message: String { error["message"].text ?? "" }
    /// The log's lines.
    package var log: [JSON] { JSON.lines(err) }

    /// All of it, for a failed expectation.
    package var told: Comment { "patchbay \(arguments.joined(separator: " ")) ended with \(end)\n\(out)\n\(err)" }
}
