import PatchbayInput
import PatchbayModel
import PatchbayStore

/// A task in the form that an import takes.
enum TaskExporter {
    private static let names = [
        "id", "meetingId", "title", "description", "dueDate", "assignee", "priority", "labels", "status", "integration",
        "externalId", "deliveries",
    ]

    static func csvHeader(forSpreadsheet: Bool) -> String {
        (forSpreadsheet ? names + [SpreadsheetCell.column] : names).joined(separator: ",")
    }

    static func jsonLine(_ record: MovedTask) throws -> String {
        let task = record.task
        let bound = record.deliveries.filter { $0.state != .cancelled }
        var object: [String: JSONValue] = [
            "id": .string(task.id), "title": .string(task.title), "priority": .string(task.priority.rawValue),
            "status": .string(task.status.rawValue),
        ]
        object["meetingId"] = text(task.meetingId)
        object["description"] = text(task.description)
        object["dueDate"] = text(task.dueDate?.text)
        object["assignee"] = text(task.assignee)
        if !task.labels.isEmpty { object["labels"] = .array(task.labels.map { .string($0) }) }
        if !bound.isEmpty { object["integration"] = .array(bound.map { .string($0.integration) }) }
        object["externalId"] = text(externalID(bound))
        if !record.deliveries.isEmpty { object["deliveries"] = .array(record.deliveries.map(delivery)) }
        return try JSONLine.text(object)
    }

    static func csvLine(_ record: MovedTask, forSpreadsheet: Bool) throws -> String {
        let task = record.task
        let bound = record.deliveries.filter { $0.state != .cancelled }
        let found: [String?] = [
            task.id, task.meetingId, task.title, task.description, task.dueDate?.text, task.assignee,
            task.priority.rawValue, task.labels.joined(separator: ";"), task.status.rawValue,
            bound.map(\.integration).joined(separator: ";"), externalID(bound),
            record.deliveries.isEmpty ? nil : try JSONLine.text(record.deliveries.map(delivery)),
        ]
        var cells = found.map { $0 ?? "" }
        if forSpreadsheet { cells = cells.map(SpreadsheetCell.protected) + [SpreadsheetCell.mark] }
        return cells.map { cell in
            // A quote inside is doubled; quoting all that could need it keeps the rule short. By scalars: CR and LF
            // together are one character, which is neither. Where a semicolon or a tab parts cells, as spreadsheets of
            // some countries have it, quotes hold a cell together as well.
            let needsQuotes = cell.unicodeScalars.contains { ",\"\n\r;\t".unicodeScalars.contains($0) }
            return needsQuotes ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
        }.joined(separator: ",")
    }

    /// For readers of one external id; then the deliveries tell the same.
    private static func externalID(_ bound: [MovedDelivery]) -> String? { bound.count == 1 ? bound[0].externalID : nil }

    private static func text(_ text: String?) -> JSONValue? { text.map { .string($0) } }
    private static func time(_ time: Timestamp?) -> JSONValue? { time.map { .string($0.text) } }
    /// Texts from outside lose what an import would refuse.
    private static func clean(_ words: String?) -> JSONValue? { words.map { .string(Printable.text($0)) } }

    /// One delivery; the names are those of `task show` where that has one.
    private static func delivery(_ delivery: MovedDelivery) -> JSONValue {
        var object: [String: JSONValue] = [
            "integration": .string(delivery.integration), "deliveryId": .string(delivery.deliveryID),
            "state": .string(delivery.state.rawValue),
        ]
        object["type"] = text(delivery.type)
        if delivery.attempts > 0 { object["attempts"] = .integer(Int64(delivery.attempts)) }
        object["externalId"] = text(delivery.externalID)
        object["displayId"] = clean(delivery.displayID)
        object["url"] = text(delivery.url)
        object["vendorRequestId"] = clean(delivery.vendorRequestID)
        object["error"] = error(delivery)
        if !delivery.warnings.isEmpty { object["warnings"] = .array(delivery.warnings.map(warning)) }
        object["firstAttemptAt"] = time(delivery.firstAttemptAt)
        object["sentAt"] = time(delivery.sentAt)
        object["deliveredAt"] = time(delivery.deliveredAt)
        object["unknownSince"] = time(delivery.unknownSince)
        object["vendorDate"] = time(delivery.vendorBefore)
        object["origin"] = delivery.origin.map(origin)
        if delivery.changedSince { object["changedSince"] = .boolean(true) }
        if delivery.isRestored { object["isRestored"] = .boolean(true) }
        if delivery.state == .cancelled {
            object["cancelledBy"] = .string(delivery.isCancelledByImport ? "import" : "user")
        }
        return .object(object)
    }

    private static func error(_ delivery: MovedDelivery) -> JSONValue? {
        guard let code = delivery.errorCode else { return nil }
        var object: [String: JSONValue] = ["code": .string(code.rawValue)]
        object["field"] = clean(delivery.errorField)
        object["message"] = clean(delivery.errorMessage)
        return .object(object)
    }

    private static func warning(_ warning: DeliveryWarning) -> JSONValue {
        var object: [String: JSONValue] = ["text": .string(Printable.text(warning.text))]
        object["code"] = clean(warning.code)
        object["field"] = clean(warning.field)
        return .object(object)
    }

    private static func origin(_ origin: MovedOrigin) -> JSONValue {
        var object: [String: JSONValue] = [
            "connectorId": .string(origin.connectorID), "baseUrl": .string(origin.baseURL),
            "tokenKind": .string(origin.tokenKind),
        ]
        if !origin.connectorDigest.isEmpty { object["connectorDigest"] = .string(origin.connectorDigest) }
        if !origin.settings.isEmpty { object["settings"] = .object(origin.settings.mapValues(value)) }
        object["accountId"] = text(origin.accountID)
        return .object(object)
    }

    private static func value(_ setting: SettingValue) -> JSONValue {
        switch setting {
        case .text(let text): .string(text)
        case .integer(let number): .integer(number)
        case .boolean(let flag): .boolean(flag)
        case .map(let map): .object(map.mapValues { .string($0) })
        }
    }
}
