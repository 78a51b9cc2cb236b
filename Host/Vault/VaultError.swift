import PatchbayModel

/// Why the vault could not do what was asked. Holds names and paths, never a secret.
package struct VaultError: PatchbayFailure, CustomStringConvertible {
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
