import PatchbayModel

/// One task as a line of input names it, checked field by field.
package struct TaskInput: Sendable, Hashable {
    /// Nil: to be derived from meeting id, title and its ordinal among equals.
    package var id: String?
    package var meetingID: String?
    package var title: String
    package var description: String?
    package var dueDate: DueDate?
    package var assignee: String?
    package var priority: Priority
    package var labels: [String]
    package var status: TaskStatus
    /// Names; nil = the line says nothing about it.
    package var integrations: [String]?
    package var externalID: String?
    /// What became of it in the home that it comes from; empty = the line says nothing about that.
    package var deliveries: [MovedDelivery]
    /// Fields that mean nothing here, sorted: reported, not refused.
    package var unknownFields: [String]

    /// Throws `task_invalid`, naming line, field and reason.
    package init(_ value: JSONValue, line: Int?) throws(InputError) {
        var fields = try FieldReader(value, line: line, code: .taskInvalid)
        let name = Limits.nameBytesMax
        guard let title = try fields.filledText("title", bytesMax: Limits.titleBytesMax) else {
            throw fields.invalid("title", "is required and must not be blank")
        }
        self.title = title
        id = try fields.filledText("id", bytesMax: name)
        meetingID = try fields.filledText("meetingId", bytesMax: name)
        description = try fields.filledText("description", bytesMax: Limits.descriptionBytesMax)
        if let text = try fields.filledText("dueDate", bytesMax: name) {
            guard let date = DueDate(parsing: text) else {
                throw fields.invalid(
                    "dueDate", "must be a date that exists, as YYYY-MM-DD or RFC 3339 (2026-05-11T10:00:00+02:00)")
            }
            dueDate = date
        }
        assignee = try fields.filledText("assignee", bytesMax: name).map(MailAddress.plain)
        if let assignee, !Self.looksLikeAddress(assignee) {
            throw fields.invalid("assignee", "must be an e-mail address")
        }
        priority = try fields.word("priority", Priority.self) ?? .none
        labels = Self.tidied(try fields.texts("labels", bytesMax: name, countMax: Limits.labelsMax) ?? [])
        status = try fields.word("status", TaskStatus.self) ?? .open
        integrations = try fields.texts(
            "integration", bytesMax: Limits.integrationNameBytesMax, countMax: Limits.taskDeliveriesMax
        )
        .map(Self.tidied)
        let moved = try fields.value("deliveries").map { value throws(InputError) in
            try DeliveryReading(value, line: line)
        }
        deliveries = moved?.deliveries ?? []
        externalID = try Self.externalID(&fields, integrations, deliveries)
        unknownFields = fields.unknownFields + (moved?.unknownFields.sorted() ?? [])
    }

    /// Nil where the deliveries tell it already.
    private static func externalID(
        _ fields: inout FieldReader, _ integrations: [String]?, _ deliveries: [MovedDelivery]
    ) throws(InputError) -> String? {
        guard let id = try fields.filledText("externalId", bytesMax: Limits.nameBytesMax) else { return nil }
        if !deliveries.isEmpty {
            guard deliveries.contains(where: { $0.externalID == id }) else {
                throw fields.invalid("externalId", "differs from those in deliveries; leave one of the two out")
            }
            return nil
        }
        guard integrations.map({ $0.count == 1 }) ?? true else {
            throw fields.invalid(
                "externalId",
                "needs exactly one integration, because the id belongs to one system; deliveries takes more")
        }
        return id
    }

    /// Names of the integrations that it is bound for; nil = the line says nothing about it.
    package var boundFor: [String]? {
        guard !deliveries.isEmpty else { return integrations }
        let taken = deliveries.filter { $0.state == .cancelled }.map(\.integration)
        let moved = deliveries.map(\.integration)
        return ((integrations ?? []).filter { !moved.contains($0) } + moved).filter { !taken.contains($0) }
    }

    /// The task under its own id, or under `derivedID`.
    package func task(derivedID: @autoclosure () -> String) -> TrackedTask {
        TrackedTask(
            id: id ?? derivedID(), meetingId: meetingID, title: title, description: description, dueDate: dueDate,
            assignee: assignee, priority: priority, labels: labels, status: status)
    }

    /// Enough to catch a name where an address is meant; whether it exists only the vendor knows.
    private static func looksLikeAddress(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !text.contains(where: \.isWhitespace)
    }

    /// Without blanks around, empty ones and repeats; the order stays.
    private static func tidied(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.compactMap { name in
            let trimmed = name.trimmingPrefix(while: \.isWhitespace).reversed().trimmingPrefix(while: \.isWhitespace)
            let text = String(trimmed.reversed())
            return !text.isEmpty && seen.insert(text).inserted ? text : nil
        }
    }
}
