import PatchbayModel

/// Builds the frames that ask something of a worker.
enum OperationEncoding {
    /// Bytes a task usually takes, so that a batch is encoded without growing often.
    private static let taskBytesGuess = 512

    static func opening(_ opening: ConnectorOpening, settings: [FilledSetting], tokenKind: String, id: UInt64)
        -> FrameWriter
    {
        var frame = FrameWriter(.open, id: id)
        frame.put(UInt32(opening.isPartial ? 1 : 0))
        frame.put(tokenKind)
        frame.put(UInt32(settings.count))
        for (field, value) in settings { put(value, of: field, into: &frame) }
        put(opening.facts, into: &frame)
        frame.put(opening.attemptedTokenKind)
        frame.put(opening.account)
        frame.put(opening.origin)
        return frame
    }

    private static func put(_ value: SettingValue, of field: SettingField, into frame: inout FrameWriter) {
        var text: String?
        var integer: Int64 = 0
        var entries: [String: String] = [:]
        switch value {
        case .text(let value): text = value
        case .integer(let value): integer = value
        case .boolean(let value): integer = value ? 1 : 0
        case .map(let value): entries = value
        }
        frame.put(field.kind.number)
        frame.put(field.name)
        frame.put(text)
        frame.put(integer)
        put(entries, into: &frame)
    }

    /// Sorted, so that the same settings are the same bytes.
    private static func put(_ pairs: [String: String], into frame: inout FrameWriter) {
        frame.put(UInt32(pairs.count))
        for (name, value) in pairs.sorted(by: { $0.key < $1.key }) {
            frame.put(name)
            frame.put(value)
        }
    }

    static func begin(_ operation: ConnectorOperation, instance: UInt64, id: UInt64) -> FrameWriter {
        var frame = FrameWriter(.begin, id: id, reserve: 64 + operation.tasks.count * taskBytesGuess)
        frame.put(instance)
        frame.put(operation.number.rawValue)
        frame.put(operation.now.milliseconds)
        frame.put(UInt32(operation.tasks.count))
        for task in operation.tasks { put(task, into: &frame) }
        return frame
    }

    private static func put(_ item: OperationTask, into frame: inout FrameWriter) {
        let task = item.task
        frame.put(task.priority.number)
        frame.put(task.status.number)
        frame.put(item.changes.rawValue)
        frame.put(item.deliveryID)
        frame.put(item.externalID)
        frame.put(task.meetingId)
        frame.put(task.title)
        frame.put(task.description)
        frame.put(task.dueDate?.date)
        frame.put(task.dueDate?.time)
        // An earlier version took a link in for an address.
        frame.put(task.assignee.map(MailAddress.plain))
        frame.put(UInt32(task.labels.count))
        for label in task.labels { frame.put(label) }
        frame.put(item.attemptedAt?.milliseconds ?? 0)
        frame.put(UInt32(item.isWitness ? 1 : 0))
        put(item.attempt, into: &frame)
    }

    /// None, or one as an array of one.
    private static func put(_ attempt: AttemptFacts?, into frame: inout FrameWriter) {
        frame.put(UInt32(attempt == nil ? 0 : 1))
        guard let attempt else { return }
        frame.put(UInt32(clamping: attempt.number))
        frame.put(UInt32(attempt.windowIsSure ? 1 : 0))
        frame.put(attempt.startedAt.milliseconds)
        frame.put(attempt.vendorDate?.milliseconds ?? 0)
        frame.put(attempt.account)
    }

    static func resume(_ response: HTTPResponse, id: UInt64) -> FrameWriter {
        var frame = FrameWriter(.resume, id: id, reserve: response.body.count + 1_024)
        frame.put(UInt32(clamping: response.status))
        frame.put(UInt32(response.headers.count))
        for header in response.headers {
            frame.put(header.name)
            frame.put(header.value)
        }
        frame.put(response.body)
        return frame
    }
}

extension SettingKind {
    /// The numbers of the interface.
    init?(number: UInt32) {
        guard let kind = Self.numbered.first(where: { $0.number == number }) else { return nil }
        self = kind
    }

    private static let numbered: [SettingKind] = [.string, .integer, .boolean, .url, .map]

    var number: UInt32 {
        switch self {
        case .string: 1
        case .integer: 2
        case .boolean: 3
        case .url: 4
        case .map: 5
        }
    }
}

extension Priority {
    init?(number: UInt32) {
        guard let priority = Self.allCases.first(where: { $0.number == number }) else { return nil }
        self = priority
    }

    var number: UInt32 {
        switch self {
        case .none: 0
        case .low: 1
        case .medium: 2
        case .high: 3
        case .urgent: 4
        }
    }
}

extension TaskStatus {
    init?(number: UInt32) {
        switch number {
        case 1: self = .open
        case 2: self = .done
        default: return nil
        }
    }

    var number: UInt32 { self == .open ? 1 : 2 }
}
