import ArgumentParser
import PatchbayConformance
import PatchbayConnectors
import PatchbayModel
import PatchbayRecording

struct ConnectorReplay: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Run a connector against recorded calls, offline, and say where it differs.",
        discussion:
            "Recordings come from sync --record and integration check --record. Status 0: the same; 1: it differs.")
    static let words = "connector replay"

    @Argument(help: "The connector's file.") var file: String
    @Argument(help: "The folder of recordings (*.har).") var folder: String
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let names = try RecordingFolder.files(in: folder)
        let loaded = try await ConnectorFile(path: file, worker: rooms.home.workerPath)
        var reports: [ReplayReport] = []
        do {
            let replay = Replay(loaded.connector)
            for name in names {
                reports.append(await replay.run(try RecordingFolder.read(name, in: folder), file: name))
            }
        } catch {
            await loaded.shutdown()
            throw error
        }
        await loaded.shutdown()
        return outcome(reports)
    }

    private func outcome(_ reports: [ReplayReport]) -> CommandOutcome {
        let differing = reports.count { !$0.differences.isEmpty }
        let skipped = reports.count { $0.skipped != nil }
        var outcome = CommandOutcome()
        outcome.exit = differing > 0 ? .someFailed : skipped == reports.count ? .inputWrong : .done
        outcome.summary = [
            "recordings": .integer(Int64(reports.count)), "same": .integer(Int64(reports.count - differing - skipped)),
            "different": .integer(Int64(differing)), "skipped": .integer(Int64(skipped)),
        ]
        outcome.result = ["recordings": reports.map(ReplayView.init)]
        var lines = reports.flatMap { report -> [String] in
            let head =
                "\(report.file): \(report.operation), \(report.requests) "
                + "\(report.requests == 1 ? "request" : "requests"): "
            if let reason = report.skipped { return [head + "skipped: \(reason)"] }
            return report.differences.isEmpty
                ? [head + "same"] : [head + "differs"] + report.differences.map { "  " + $0 }
        }
        lines.append("\(reports.count - differing - skipped) the same, \(differing) different, \(skipped) skipped")
        outcome.text = lines.joined(separator: "\n")
        return outcome
    }
}

/// A replayed recording as JSON output shows it.
private struct ReplayView: Encodable, Sendable {
    let file: String
    let operation: String
    let state: String
    let requests: Int
    let differences: [String]
    let reason: String?

    init(_ report: ReplayReport) {
        file = report.file
        operation = report.operation
        requests = report.requests
        differences = report.differences
        reason = report.skipped
        state = report.skipped != nil ? "skipped" : report.differences.isEmpty ? "same" : "different"
    }
}
