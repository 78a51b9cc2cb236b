import PatchbayModel

/// Why the keys could not be worked on. Never holds a secret.
package struct KeyError: PatchbayFailure {
    package let code: ErrorCode
    package let message: String
    package let context: ErrorContext

    package init(_ code: ErrorCode, _ message: String, context: ErrorContext = ErrorContext()) {
        self.code = code
        self.message = message
        self.context = context
    }

    /// The key is not there, and the store holds tokens that only it opens.
    static func lost(_ failure: any PatchbayFailure) -> KeyError {
        KeyError(
            failure.code,
            "\(failure.message) If the key is lost, `patchbay key recover SLOT` brings it back out of a recovery slot. "
                + "Without one, "
                + "`patchbay key reset --give-up-tokens` makes a new key and lists the tokens to set anew: no task is "
                + "lost"
        )
    }
}
