import PatchbayModel

/// A workflow action: which tasks to make in which system.
package struct ActionInput: Sendable, Hashable {
    /// An integration's name, else a type.
    package let externalSystem: String
    package let meetingID: String?
    /// Tasks brought inline, each a JSON object as in a file; nil = those of the meeting.
    package let tasks: [JSONValue]?

    /// Throws `input_invalid`, naming the field.
    package init(_ value: JSONValue) throws(InputError) {
        var fields = try FieldReader(value, line: nil, code: .inputInvalid)
        let type = try fields.filledText("type", bytesMax: Limits.nameBytesMax)
        guard type == "create_tasks" else {
            throw fields.invalid(
                "type", "must be create_tasks, the one action there is\(type.map { "; found \($0)" } ?? "")")
        }
        guard let config = fields.value("config") else { throw fields.invalid("config", "is required") }
        var inner = try FieldReader(config, line: nil, code: .inputInvalid)
        guard let system = try inner.filledText("externalSystem", bytesMax: Limits.nameBytesMax) else {
            throw inner.invalid(
                "config.externalSystem", "is required: an integration's name, or a type that one active integration has"
            )
        }
        externalSystem = system
        meetingID = try inner.filledText("meetingId", bytesMax: Limits.nameBytesMax)
        switch inner.value("tasks") {
        case nil: tasks = nil
        case .array(let values)?:
            guard values.count <= Limits.actionTasksMax else {
                throw inner.invalid(
                    "config.tasks",
                    "has \(values.count) tasks; at most \(Limits.actionTasksMax) are taken, import the rest from a file"
                )
            }
            tasks = values
        case let other?: throw inner.invalid("config.tasks", "expected a list, found \(other.kindName)")
        }
        guard meetingID != nil || tasks != nil else {
            throw inner.invalid("config", "needs meetingId (its tasks are taken) or tasks (brought inline)")
        }
    }

    /// Reads a file, or standard input for `-`. Throws `input_unreadable`, `input_invalid`.
    package static func read(path: String) throws(InputError) -> ActionInput {
        let text = try LineReader(path: path).rest(bytesMax: Limits.actionBytesMax)
        let value: JSONValue
        do { value = try JSONValue.parse(text.utf8) } catch let refused as JSONNesting.Refused {
            throw InputError(.inputInvalid, "\(path) \(refused)")
        } catch {
            throw InputError(
                .inputInvalid,
                "\(path) is not JSON; write {\"type\": \"create_tasks\", \"config\": {\"externalSystem\": \"asana\", "
                    + "\"meetingId\": \"...\"}}"
            )
        }
        return try ActionInput(value)
    }
}
