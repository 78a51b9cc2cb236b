import PatchbayModel

/// Why something cannot be recorded, or a recording not read.
package struct RecordingError: PatchbayFailure {
    package let code: ErrorCode
    package let message: String
    package let context: ErrorContext

    package init(_ code: ErrorCode, _ message: String) {
        self.code = code
        self.message = message
        context = ErrorContext()
    }
}
