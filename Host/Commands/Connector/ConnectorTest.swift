import ArgumentParser
import Foundation
import PatchbayConformance
import PatchbayConnectors
import PatchbayModel
import PatchbayRecording

struct ConnectorTest: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Hold a connector's file to every rule of the interface.",
        discussion: "The numbers are those of patchbay.h; A is about what answers mean. Status 1 when a rule is broken."
    )
    static let words = "connector test"

    @Argument(help: "The connector's file.") var file: String
    @Option(help: ArgumentHelp("Recorded calls to build on, as sync --record makes them.", valueName: "dir"))
    var recordings: String?
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("A setting to open it with; may be repeated.", valueName: "name=value"))
    var settings: [String] = []
    @Option(help: "What the damaged answers are made from; printed, so that a failure can be had again.") var seed:
        UInt64?
    @Option(help: "How many damaged answers to try.") var rounds: Int = Limits.fuzzRoundsDefault
    @OptionGroup var flags: GlobalFlags

    func validate() throws {
        guard (0...Limits.fuzzRoundsMax).contains(rounds) else {
            throw ValidationError("--rounds takes a number from 0 to \(Limits.fuzzRoundsMax).")
        }
        for text in settings where !text.contains("=") { throw ValidationError("--set takes NAME=VALUE, not \(text).") }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        guard FileManager.default.fileExists(atPath: file) else {
            throw CommandError(.inputUnreadable, "there is no file \(file); name a connector's library")
        }
        var known: [(name: String, recording: Recording)] = []
        if let recordings {
            for name in try RecordingFolder.files(in: recordings).prefix(Limits.kitRecordingsMax) {
                known.append((name, try RecordingFolder.read(name, in: recordings)))
            }
        }
        let values = settings.map { text in
            (String(text.prefix { $0 != "=" }), String(text.drop { $0 != "=" }.dropFirst()))
        }
        let seed = seed ?? UInt64.random(in: 1...9_999_999)
        let kit = ConformanceKit(
            path: file, worker: rooms.home.workerPath, recordings: known, settings: Dictionary(values) { $1 },
            seed: seed, rounds: rounds)
        return outcome(try await kit.run(), seed: seed)
    }

    private func outcome(_ findings: [ConformanceFinding], seed: UInt64) -> CommandOutcome {
        func count(_ verdict: ConformanceFinding.Verdict) -> Int { findings.count { $0.verdict == verdict } }
        var table = TextTable(["RULE", "", "WHAT HOLDS", "SEEN"], cellWidthMax: 160)
        for finding in findings {
            let verdict = finding.verdict == .failed ? "FAILED" : finding.verdict.rawValue
            table.add([finding.rule.rawValue, verdict, finding.rule.title, finding.detail])
        }
        var outcome = CommandOutcome()
        outcome.exit = count(.failed) > 0 ? .someFailed : .done
        outcome.summary = [
            "ok": .integer(Int64(count(.ok))), "failed": .integer(Int64(count(.failed))),
            "skipped": .integer(Int64(count(.skipped))),
            "seed": .integer(Int64(clamping: seed)),
        ]
        outcome.result = ["rules": findings.map(FindingView.init)]
        outcome.text =
            "\(table.text)\n\n\(count(.ok)) ok, \(count(.failed)) failed, \(count(.skipped)) skipped; seed \(seed)"
        return outcome
    }
}

/// A rule and what became of it as JSON output shows it.
private struct FindingView: Encodable, Sendable {
    let rule: String
    let name: String
    let title: String
    let verdict: String
    let detail: String

    init(_ finding: ConformanceFinding) {
        rule = finding.rule.rawValue
        name = "\(finding.rule)"
        title = finding.rule.title
        verdict = finding.verdict.rawValue
        detail = finding.detail
    }
}
