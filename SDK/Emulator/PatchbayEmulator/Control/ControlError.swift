/// Why the control port refuses: a sentence that says what to do.
struct ControlError: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
