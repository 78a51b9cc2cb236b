import PatchbayModel

/// What went wrong with a connector, its file or its worker.
package struct ConnectorError: PatchbayFailure, CustomStringConvertible {
    package let code: ErrorCode
    package let message: String
    package var context: ErrorContext

    package init(_ code: ErrorCode, _ message: String, context: ErrorContext = ErrorContext()) {
        self.code = code
        self.message = message
        self.context = context
    }

    package var description: String { "\(code): \(message)" }
}

/// Bytes that do not mean what they should: a connector's answer, or a worker's frame.
struct WireFault: Error {
    /// Goes on after "the connector": what it did.
    let text: String
    init(_ text: String) { self.text = text }
}
