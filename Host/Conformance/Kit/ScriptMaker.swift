import PatchbayConnectors
import PatchbayModel
import PatchbayRecording

/// Makes something to ask of a connector for each operation that it offers: what was recorded, else made up.
struct ScriptMaker {
    let descriptor: ConnectorDescriptor
    /// Read from recordings of this connector.
    let recordings: [Recording]
    /// Given by the author.
    let settings: [String: SettingValue]

    /// At most so many recordings of one operation are used in all checks; replay looks at all.
    private static let recordingsPerOperation = 3
    static let now = Timestamp(milliseconds: 1_785_542_400_000)

    func scripts() -> [Script] {
        descriptor.operations.keys.sorted { $0.rawValue < $1.rawValue }.flatMap { number -> [Script] in
            let recorded = recordings.filter { $0.call.operation.name == number.word && !$0.call.isCut }
            let scripts = recorded.prefix(Self.recordingsPerOperation).compactMap(script)
            return scripts.isEmpty ? [made(number)] : scripts
        }
    }

    /// Recorded look-ups, more of them than other checks use: each may show another form of an answer.
    func lookUps() -> [Script] {
        recordings.filter { $0.call.operation.name == OperationNumber.find.word && !$0.call.isCut }.prefix(
            Limits.lookUpRecordingsMax
        )
        .compactMap(script)
    }

    private func script(_ recording: Recording) -> Script? {
        guard let operation = recording.call.operation.value,
            operation.tasks.count <= descriptor.operations[operation.number] ?? 0
        else { return nil }
        return Script(
            name: operation.number.word, opening: recording.call.opening.value, operation: operation,
            answers: recording.exchanges.compactMap(\.response), recording: recording)
    }

    /// Something to ask that was not recorded.
    func made(_ number: OperationNumber) -> Script {
        let count = min(descriptor.operations[number] ?? 0, 3)
        let tasks = (0..<count).map { Self.task("Task \($0 + 1)", place: $0) }
        let isPartial = number == .discover
        return Script(
            name: number.word, opening: opening(isPartial: isPartial),
            operation: ConnectorOperation(number, now: Self.now, tasks: tasks),
            answers: [], recording: nil)
    }

    /// Settings that were recorded, else the author's, with the required ones made up.
    func opening(isPartial: Bool = false) -> ConnectorOpening {
        if let recorded = recordings.first(where: { !$0.call.opening.isPartial })?.call.opening.value {
            return ConnectorOpening(
                settings: recorded.settings, tokenKind: recorded.tokenKind, facts: recorded.facts, isPartial: isPartial)
        }
        var values = settings
        for field in descriptor.settings where field.isRequired && values[field.name] == nil {
            values[field.name] =
                switch field.kind {
                case .string: field.name == originSetting ? .text("https://service.example") : .text("kit")
                case .url: .text("https://service.example")
                case .integer: .integer(1)
                case .boolean: .boolean(true)
                case .map: .map([:])
                }
        }
        return ConnectorOpening(settings: values, isPartial: isPartial)
    }

    private var originSetting: String? { if case .setting(let name) = descriptor.origin { name } else { nil } }

    /// A task that all operations can be asked about.
    static func task(_ title: String, place: Int = 0, description: String? = nil, labels: [String] = [])
        -> OperationTask
    {
        let digit = "\(place % 10)"
        let task = TrackedTask(
            id: "kit-\(place)", meetingId: "kit", title: title, description: description,
            dueDate: DueDate(text: "2026-08-01", date: "2026-08-01", time: nil), assignee: "ann@example.org",
            priority: .high,
            labels: labels)
        return OperationTask(
            task: task, deliveryID: "0b9e4a52-9d0e-4c1a-8f3a-2f6f0c5d7e1\(digit)", externalID: "1\(digit)",
            changes: [.title, .description, .due, .labels], attemptedAt: now)
    }
}
