import PatchbayModel

/// What went wrong with a connector, its file or its worker.
package struct ConnectorError: PatchbayFailure, CustomStringConvertible {
    package let code: ErrorCode
    package let message: String
    package var context: ErrorContext
    /// The rule of the interface that the connector broke, by its number in the header; nil where none was.
    package let rule: Int?
    /// The status that the connector returned instead of an answer.
    package let status: Int32?
    /// Why the connector's file is not used; nil for all that happens later.
    package let refusal: RefusalReason?

    package init(
        _ code: ErrorCode, _ message: String, context: ErrorContext = ErrorContext(), rule: Int? = nil,
        status: Int32? = nil,
        refusal: RefusalReason? = nil
    ) {
        self.code = code
        self.message = message
        self.context = context
        self.rule = rule
        self.status = status
        self.refusal = refusal
    }

    package var description: String { "\(code): \(message)" }
}

/// Bytes that do not mean what they should: a connector's answer, or a worker's frame.
struct WireFault: Error {
    /// Goes on after "the connector": what it did.
    let text: String
    /// The broken rule's number in the header. Most faults are numbers and values that the interface does not know.
    let rule: Int
    init(_ text: String, rule: Int = 11) {
        self.text = text
        self.rule = rule
    }
}
