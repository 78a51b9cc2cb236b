import PatchbayModel

/// Why input was not taken: which line and field, the reason, and what to do.
package struct InputError: PatchbayFailure {
    package let code: ErrorCode
    /// From 1; nil when the whole input is meant.
    package let line: Int?
    package let field: String?
    /// Goes on after the field's name: "must be one of ...".
    package let reason: String
    package var context: ErrorContext

    package init(
        _ code: ErrorCode, line: Int? = nil, field: String? = nil, _ reason: String,
        context: ErrorContext = ErrorContext()
    ) {
        self.code = code
        self.line = line
        self.field = field
        self.reason = reason
        self.context = context
    }

    package var message: String {
        let place = [line.map { "line \($0)" }, field.map { "field \($0)" }].compactMap { $0 }.joined(separator: ", ")
        return place.isEmpty ? reason : "\(place): \(reason)"
    }
}
