/// What an error is about; only what is known is set. The names are those of the JSON output.
package struct ErrorContext: Sendable, Hashable, Codable {
    package var system: String?
    package var integration: String?
    package var meetingId: String?
    package var taskId: String?
    package var title: String?
    package var attempt: Int?
    package var vendorRequestId: String?

    package init(
        system: String? = nil, integration: String? = nil, meetingId: String? = nil, taskId: String? = nil,
        title: String? = nil, attempt: Int? = nil, vendorRequestId: String? = nil
    ) {
        self.system = system
        self.integration = integration
        self.meetingId = meetingId
        self.taskId = taskId
        self.title = title
        self.attempt = attempt
        self.vendorRequestId = vendorRequestId
    }

    /// This context with what it lacks taken from `other`.
    package func filled(from other: ErrorContext) -> ErrorContext {
        ErrorContext(
            system: system ?? other.system, integration: integration ?? other.integration,
            meetingId: meetingId ?? other.meetingId, taskId: taskId ?? other.taskId, title: title ?? other.title,
            attempt: attempt ?? other.attempt, vendorRequestId: vendorRequestId ?? other.vendorRequestId)
    }
}

/// An error as every room throws it: each has a struct of its own that conforms.
package protocol PatchbayFailure: Error, Sendable {
    /// The stable word for it.
    var code: ErrorCode { get }
    /// What happened, then what to do, for a person. Never holds a secret.
    var message: String { get }
    var context: ErrorContext { get }
}

extension String {
    /// A sentence without its full stop, to go on behind it.
    package var clause: String { hasSuffix(".") ? String(dropLast()) : self }
}
