import ArgumentParser
import PatchbayModel
import PatchbaySetup
import PatchbayStore

struct IntegrationRemove: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract:
            "Remove an integration with its token. Tasks stay, here and there, and are not made there again.",
        discussion: """
            Of what was or may have been delivered a tombstone is kept: an integration of the same target, whatever \
            its name, takes it over when it is added. With --forget none is kept, and those of the same target go; \
            that also works for one that was removed before.
            """)
    static let words = "integration remove"

    @Argument(help: "Its name.") var name: String
    @Flag(help: "Also when something is undelivered or unknown.") var force = false
    @Flag(help: "Keep nothing of what was delivered: bound anew, the same tasks are made a second time.") var forget =
        false
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        if forget, try await store.integration(named: name) == nil,
            let count = try await store.forgetTombstones(ofRemoved: name)
        {
            return try await forgotten(count, rooms)
        }
        let integration = try await rooms.integration(named: name)
        let (removal, isSure) = try await rooms.integrationSetup().remove(integration, force: force, forgets: forget)
        let words = [force ? "forced" : nil, forget ? "forgotten" : nil].compactMap(\.self).joined(separator: ", ")
        try await rooms.record("integration_removed", name, detail: words.isEmpty ? nil : words)
        let kept = removal.kept.values.reduce(0, +)
        var outcome = CommandOutcome()
        outcome.summary = [
            "removed": .string(name), "tombstones": .integer(Int64(kept)),
            "forgotten": .integer(Int64(removal.forgotten)), "unsent": .integer(Int64(removal.unsent)),
        ]
        outcome.text = "removed \(name)"
        outcome.notes = forget ? notesOfForgetting(removal, isSure) : [Self.note(of: removal.kept)]
        if removal.unsent > 0 {
            outcome.notes.append(
                "\(removal.unsent) that were still to be sent are not sent any more, and adding it again does not "
                    + "change "
                    + "that: `patchbay sync --integration NAME --task ID` or another import of the task does")
        }
        return outcome
    }

    private func forgotten(_ count: Int, _ rooms: Rooms) async throws -> CommandOutcome {
        try await rooms.record("tombstones_forgotten", name)
        var outcome = CommandOutcome()
        outcome.summary = ["removed": .string(name), "tombstones": .integer(0), "forgotten": .integer(Int64(count))]
        outcome.text = "forgot \(count) tombstones of \(name), which was removed before"
        outcome.notes = [Self.warning]
        return outcome
    }

    private func notesOfForgetting(_ removal: RemovalOutcome, _ isSure: Bool) -> [String] {
        var notes = [Self.warning]
        if removal.forgotten > 0 { notes.append("\(removal.forgotten) tombstones of the same target are gone too") }
        if !isSure {
            notes.append("tombstones of before stay: its connector is not there to say which are of the same target")
        }
        return notes
    }

    private static let warning =
        "what was delivered is forgotten here: binding the same tasks for an integration added anew "
        + "makes them a second time"

    private static func note(of kept: [DeliveryState: Int]) -> String {
        if kept.isEmpty { return "nothing was delivered, so no tombstone is kept" }
        let count = kept.values.reduce(0, +)
        return
            "kept \(count) tombstones (\(AdoptionWords.counts(kept))): an integration of the same target takes them "
            + "over, so that nothing is made there twice; --forget keeps none"
    }
}

struct IntegrationRename: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Give an integration another name; token, settings and deliveries stay.")
    static let words = "integration rename"

    @Argument(help: "Its name.") var name: String
    @Argument(help: "Its name from now on.") var newName: String
    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        var integration = try await rooms.integration(named: name)
        var outcome = CommandOutcome()
        if newName == name {
            outcome.text = "it is named \(name) already"
        } else {
            try await rooms.integrationSetup().rename(integration, to: newName)
            try await rooms.record("integration_renamed", name, detail: "to \(newName)")
            integration.name = newName
            outcome.text = "renamed \(name) to \(newName)"
            outcome.notes = ["whoever brings tasks in has to name \(newName) from now on"]
        }
        outcome.summary = ["renamed": .string(newName)]
        outcome.result = IntegrationView(
            integration, token: try await rooms.store().token(integrationID: integration.id))
        return outcome
    }
}

/// What is said of tombstones that became deliveries.
enum AdoptionWords {
    /// Nil where there were none.
    static func note(_ adopted: [DeliveryState: Int]) -> String? {
        if adopted.isEmpty { return nil }
        let count = adopted.values.reduce(0, +)
        let what = count == 1 ? "1 delivery" : "\(count) deliveries"
        return "took over \(what) of a removed integration of the same target (\(counts(adopted)))"
    }

    static func counts(_ states: [DeliveryState: Int]) -> String {
        states.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key.rawValue)" }.joined(
            separator: ", ")
    }

    static func sum(_ adopted: [DeliveryState: Int]) -> Int64 { Int64(adopted.values.reduce(0, +)) }
}
