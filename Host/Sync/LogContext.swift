import Logging
import PatchbayModel

/// The facts of an error as log metadata: the message stays constant, the data goes here.
enum LogContext {
    static func metadata(_ failure: SyncFailure) -> Logger.Metadata {
        metadata(failure.context, ["code": "\(failure.code)", "error": "\(failure.message)"])
    }

    /// `alike` others ended in the same way.
    static func metadata(_ row: SyncRow, alike: Int) -> Logger.Metadata {
        let context = ErrorContext(
            system: row.type, integration: row.integration, meetingId: row.meetingID, taskId: row.taskID,
            title: row.title,
            attempt: row.attempt, vendorRequestId: row.vendorRequestID)
        var metadata = metadata(context, ["state": "\(row.state.rawValue)"])
        if let code = row.code { metadata["code"] = "\(code)" }
        if let field = row.field { metadata["field"] = "\(field)" }
        if let message = row.message { metadata["error"] = "\(message)" }
        if let time = row.dueAt { metadata["dueAt"] = "\(time.text)" }
        if alike > 0 { metadata["alike"] = "\(alike)" }
        return metadata
    }

    static func metadata(_ context: ErrorContext, _ more: Logger.Metadata) -> Logger.Metadata {
        var metadata = more
        if let value = context.system { metadata["system"] = "\(value)" }
        if let value = context.integration { metadata["integration"] = "\(value)" }
        if let value = context.meetingId { metadata["meetingId"] = "\(value)" }
        if let value = context.taskId { metadata["taskId"] = "\(value)" }
        if let value = context.title { metadata["title"] = "\(value)" }
        if let value = context.attempt { metadata["attempt"] = "\(value)" }
        if let value = context.vendorRequestId { metadata["vendorRequestId"] = "\(value)" }
        return metadata
    }
}
