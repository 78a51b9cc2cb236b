import ArgumentParser
import PatchbayInput
import PatchbayModel
import PatchbaySetup
import PatchbayStore

struct EventsCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Show who set, rotated, refreshed, trusted and resolved what, and whether the trail is whole.",
        discussion: """
            Each line is chained to the one before, and sealed under the store's key: a line that was changed or \
            removed shows, and the exit \
            status is 1. Without the key the chain alone is looked at, which whoever can write to the store could have \
            made anew.
            """)
    static let words = "events"

    @Option(help: "Show so many of the newest lines.") var last = 50
    @OptionGroup var flags: GlobalFlags

    private struct Line: Encodable {
        let line: Int64
        let at: String
        let actor: String
        let action: String
        let subject: String
        let detail: String?
    }
    private struct View: Encodable {
        let events: [Line]
        let verified: Bool
        let sealedThrough: Int64
        let problems: [String]
    }

    func validate() throws {
        guard (0...Limits.listPageRows).contains(last) else {
            throw ValidationError("--last takes 0 to \(Limits.listPageRows).")
        }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        let found = try await TrailCheck(store: store, chain: await rooms.chain()).run()
        let events = Array(try await store.events(limit: last).reversed())
        var table = TextTable(["LINE", "WHEN", "WHO", "WHAT", "SUBJECT", "DETAIL"])
        for event in events {
            table.add([String(event.row), event.at.text, event.actor, event.action, event.subject, event.detail ?? "-"])
        }
        var outcome = CommandOutcome()
        outcome.exit = found.problems.isEmpty ? .done : .someFailed
        outcome.summary = ["lines": .integer(Int64(found.lines)), "problems": .integer(Int64(found.problems.count))]
        outcome.result = View(
            events: events.map {
                Line(
                    line: $0.row, at: $0.at.text, actor: $0.actor, action: $0.action, subject: $0.subject,
                    detail: $0.detail)
            }, verified: found.hasKey && found.problems.isEmpty, sealedThrough: found.sealedThrough,
            problems: found.problems)
        outcome.text = events.isEmpty ? "nothing yet" : table.text
        outcome.notes = found.problems
        if !found.hasKey {
            outcome.notes.append("unverified: the key is not at hand, so only the chain was looked at, not its seals")
        } else if found.problems.isEmpty {
            outcome.notes.append("whole: \(found.lines) lines, sealed through line \(found.sealedThrough)")
        }
        return outcome
    }
}
