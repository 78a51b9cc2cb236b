import ArgumentParser
import PatchbayInput
import PatchbayModel
import PatchbayStore
import PatchbaySync

struct TaskExport: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract:
            """
            Write all tasks as JSON lines or CSV, to standard output, with what became of them: another home takes it \
            all.
            """,
        discussion: """
            What is not delivered yet is sent by the home that imports it, so this one must not sync any more: disable \
            its integrations \
            first, and export when no sync goes on.
            """)
    static let words = "task export"

    @Option(help: "jsonl or csv.") var format: TaskImporter.Format = .jsonl
    @Flag(help: "CSV for people: no cell can begin a formula, and an import takes it as it was.") var forSpreadsheet =
        false
    @OptionGroup var selection: TaskSelection
    @OptionGroup var flags: GlobalFlags

    func validate() throws {
        guard format == .csv || !forSpreadsheet else {
            throw ValidationError("--for-spreadsheet is a form of CSV; add --format csv")
        }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        let filter = try await selection.filter(rooms)
        var row: Int64 = 0
        var count = 0
        var states: [DeliveryState: Int] = [:]
        if format == .csv { try rooms.console.out(TaskExporter.csvHeader(forSpreadsheet: forSpreadsheet) + "\n") }
        while true {
            let page = try await store.movedTasks(filter, after: row, limit: Limits.listPageRows)
            guard let last = page.last else { break }
            row = last.row
            count += page.count
            for task in page { for delivery in task.deliveries { states[delivery.state, default: 0] += 1 } }
            let lines = try page.map { task in
                try format == .csv
                    ? TaskExporter.csvLine(task, forSpreadsheet: forSpreadsheet) : TaskExporter.jsonLine(task)
            }
            try rooms.console.out(lines.joined(separator: "\n") + "\n")
        }
        var outcome = Self.outcome(count, states)
        let left = try await store.tombstoneCounts()
        if !left.isEmpty {
            let names = left.sorted { $0.key < $1.key }.map { "\($0.value) of \(Printable.text($0.key))" }
            outcome.notes.append(
                "what removed integrations delivered is not in the export (\(names.joined(separator: ", "))), and a "
                    + "home "
                    + "that binds these tasks for the same target makes them again; add the integrations again before "
                    + "you export"
            )
        }
        return outcome
    }

    /// The tasks themselves are the result; an envelope around them would make one line of a whole store.
    private static func outcome(_ count: Int, _ states: [DeliveryState: Int]) -> CommandOutcome {
        var outcome = CommandOutcome()
        outcome.isPrinted = true
        func sum(_ wanted: DeliveryState...) -> Int { wanted.reduce(0) { $0 + (states[$1] ?? 0) } }
        let (toSend, toLookUp) = (sum(.pending, .waiting), sum(.unknown, .sending))
        let names = DeliveryState.allCases.compactMap { state in
            states[state].map { (state.rawValue, JSONValue.integer(Int64($0))) }
        }
        outcome.summary = [
            "count": .integer(Int64(count)), "toSend": .integer(Int64(toSend)), "toLookUp": .integer(Int64(toLookUp)),
            "deliveries": .object(Dictionary(uniqueKeysWithValues: names)),
        ]
        outcome.notes = ["\(count) tasks"]
        if toSend + toLookUp > 0 {
            outcome.notes.append(
                "\(toSend) deliveries are still to be sent and \(toLookUp) to be looked up, by the home that imports "
                    + "them: this home must not sync "
                    + "them any more, or they are made twice; `patchbay integration disable NAME` keeps it from that")
        }
        if sum(.sending) > 0 {
            outcome.notes.append("\(sum(.sending)) were being sent just now; better end that sync and export again")
        }
        return outcome
    }
}
