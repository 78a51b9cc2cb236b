import PatchbayModel

/// Why a token could not be refreshed.
package struct RefreshError: PatchbayFailure {
    package let code: ErrorCode
    package let message: String
    package let context: ErrorContext

    package init(_ code: ErrorCode, _ message: String, context: ErrorContext = ErrorContext()) {
        self.code = code
        self.message = message
        self.context = context
    }
}
