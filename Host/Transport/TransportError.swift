import PatchbayModel

/// Why an exchange gave no answer. Holds hosts and header names, never a secret.
package struct TransportError: PatchbayFailure, Hashable, CustomStringConvertible {
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
