import ArgumentParser
import Foundation
import PatchbayInput
import PatchbayKeys
import PatchbayModel
import PatchbayStore
import PatchbaySync

struct KeyRotate: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Seal every token under a new data key, beside whatever else is running, and prove it.",
        discussion:
            "Run again, it goes on where it stopped. A signal that asks to stop ends it after the batch under way.")
    static let words = "key rotate"

    @Option(
        name: .customLong("compromised-since"),
        help: ArgumentHelp(
            "The old key may be known to others since then: also list the tokens to replace at the vendors.",
            valueName: "date"))
    var compromisedSince: String?
    @Flag(name: .customLong("no-rest"), help: "Without the pauses in which other writers come to their turn.")
    var noRest = false
    @OptionGroup var flags: GlobalFlags

    private var since: Timestamp? { compromisedSince.flatMap(Moment.parse) }

    func validate() throws {
        if compromisedSince != nil, since == nil {
            throw ValidationError("--compromised-since takes a date such as 2026-03-01 or 2026-03-01T09:00:00Z.")
        }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let (store, vault) = (try await rooms.store(), try await rooms.vault())
        // They come under the new key with all others, instead of waiting under one that is then destroyed.
        try await rooms.bringInRescued()
        let drain = DrainSignal()
        let isShown = rooms.console.format == .text && !rooms.isQuiet
        let (sealing, proving) = (
            ProgressBar(isShown: isShown, done: "rows sealed"), ProgressBar(isShown: isShown, done: "rows proved")
        )
        let rotation = KeyRotation(
            store: store, vault: vault, holder: KeyHolder(user: Program.userName),
            rest: noRest ? .zero : Limits.rotationRest,
            isStopped: { drain.isRaised },
            progress: { ($0.step == .sealing ? sealing : proving).show($0.rows, of: $0.expected) })
        defer { [sealing, proving].forEach { $0.finish() } }
        let (report, signal) = try await SignalDrain.run(drain) { try await rotation.run() }
        if !report.isStopped {
            try await rooms.record(
                "key_rotated", "\(report.key)", detail: "from \(report.from), \(report.provedRows ?? 0) rows proved")
        }
        var outcome = Self.outcome(report)
        if let signal, report.isStopped { outcome.exit = signal }
        if let since, !report.isStopped { try await tellExposed(since, report, store, &outcome) }
        return outcome
    }

    private static func outcome(_ report: RotationReport) -> CommandOutcome {
        var outcome = CommandOutcome()
        outcome.summary = [
            "key": .integer(report.key), "from": .integer(report.from), "written": .integer(Int64(report.written)),
            "left": .integer(Int64(report.left)), "stopped": .boolean(report.isStopped),
            "scrubbed": .boolean(report.isScrubbed),
        ]
        if let proved = report.provedRows { outcome.summary["proved"] = .integer(Int64(proved)) }
        if let promoted = report.promotedAt { outcome.summary["refusesOthersSince"] = .string(promoted.text) }
        if report.isStopped {
            outcome.text =
                "stopped: \(report.written) rows sealed again, \(report.left) left; `patchbay key rotate` goes on from "
                + "there"
            return outcome
        }
        outcome.text = """
            rows not under key \(report.key): \(report.left)
            the database refuses other keys since \(report.promotedAt?.text ?? "-")
            all \(report.provedRows ?? 0) rows opened with key \(report.key) while key \(report.from) was not in memory
            key \(report.from) is retired
            """
        if !report.isScrubbed {
            outcome.exit = .someFailed
            outcome.notes.append(
                "a reader keeps old copies in the write-ahead log; end it and run `patchbay key rotate` again to "
                    + "remove them"
            )
        }
        outcome.notes.append(
            "copies of the store from before still open with key \(report.from); `patchbay key destroy \(report.from)` "
                + "forgets it here"
        )
        return outcome
    }

    private struct Exposed: Encodable {
        let integration: String
        let reason: String
    }

    /// Whoever had the key and a copy of the store has every value that lay under it, then or since; a new seal changes
    /// none of them.
    private func tellExposed(
        _ since: Timestamp, _ report: RotationReport, _ store: any Store, _ outcome: inout CommandOutcome
    ) async throws {
        let promoted = report.promotedAt ?? .now
        let tokens = Dictionary(try await store.tokens().map { ($0.integrationID, $0) }) { one, _ in one }
        var exposed = try await store.integrations().compactMap { integration -> Exposed? in
            guard let token = tokens[integration.id], token.setAt <= promoted else { return nil }
            return Exposed(integration: integration.name, reason: "its token lay under key \(report.from)")
        }
        let events = try await store.events(limit: Limits.strictImportTasksMax)
        for event in events
        where event.at >= since && event.at <= promoted && ["token_removed", "token_set"].contains(event.action) {
            let what = event.action == "token_set" ? "any token before the one set at" : "the token removed at"
            exposed.append(Exposed(integration: event.subject, reason: "\(what) \(event.at.text)"))
        }
        outcome.result = ["replaceAtVendors": exposed]
        outcome.summary["replaceAtVendors"] = .integer(Int64(exposed.count))
        var table = TextTable(["REPLACE AT THE VENDOR", "BECAUSE"])
        for entry in exposed { table.add([entry.integration, entry.reason]) }
        if !exposed.isEmpty { outcome.text += "\n\n" + table.text }
        outcome.notes.append(
            "revoke these at the vendors, then `patchbay token set NAME`; a new seal does not make a known token "
                + "secret again"
        )
    }
}

/// A date or a point in time as the command line writes it.
enum Moment {
    /// RFC 3339, or a date, which is its first moment in UTC.
    static func parse(_ text: String) -> Timestamp? {
        let whole = text.count == 10 ? text + "T00:00:00Z" : text
        guard let date = try? Date(whole, strategy: .iso8601) else { return nil }
        return Timestamp(milliseconds: Int64(date.timeIntervalSince1970 * 1_000))
    }
}
