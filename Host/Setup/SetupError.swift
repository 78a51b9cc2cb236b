import PatchbayModel

/// Why an integration or its token could not be set up.
package struct SetupError: PatchbayFailure {
    package let code: ErrorCode
    package let message: String
    package let context: ErrorContext

    package init(_ code: ErrorCode, _ message: String, context: ErrorContext = ErrorContext()) {
        self.code = code
        self.message = message
        self.context = context
    }

    /// Any room's error, with the integration that it is about.
    init(_ error: any Error, about context: ErrorContext) {
        if let failure = error as? any PatchbayFailure {
            self.init(failure.code, failure.message, context: failure.context.filled(from: context))
        } else {
            self.init(.internalError, "\(error); this is a mistake in Patchbay, please report it", context: context)
        }
    }
}
