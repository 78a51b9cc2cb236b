import Foundation

/// The search of a workspace, which paid plans have: of its many filters those by maker, time and kind.
extension AsanaAction {
    /// The most rows of an answer; there are no pages.
    private static let rowsMax = 100

    func search(_ state: AsanaState) throws(AsanaError) -> Answer {
        guard path[1] == AsanaSeeds.workspace else { throw .notFound("workspace", path[1]) }
        guard state.withoutSearch != true else { throw AsanaError(402, "Search is only available to premium users.") }
        // The vendor's default, in its own words: whoever does not name another kind finds milestones.
        guard text("resource_subtype") == "default_task" else { return Answer(200, []) }
        let makers = text("created_by.any").map {
            $0.split(separator: ",").map { AsanaSeeds.user(String($0), caller: token.user)?.gid }
        }
        let since = try time("created_at.after")
        let changed = try time("modified_at.after")
        let known: Set = [
            "created_by.any", "created_at.after", "modified_at.after", "resource_subtype", "sort_by", "opt_fields",
            "limit",
        ]
        if let other = parameters.keys.sorted().first(where: { !known.contains($0) }) {
            throw .badRequest("\(other): is not emulated")
        }
        let places = state.tasks.indices.filter { place in
            let task = state.tasks[place]
            return !task.isDeleted && (makers?.contains(task.createdBy) ?? true) && task.createdAt >= since
                && task.modifiedAt >= changed
        }
        let rows = places.suffix(Self.rowsMax).reversed().map {
            AsanaView.task(state.tasks[$0], state, fields, compact: true)
        }
        return Answer(200, .array(rows))
    }

    private func time(_ name: String) throws(AsanaError) -> Date {
        guard let sent = text(name) else { return .distantPast }
        guard let date = Timestamp.date(sent) else { throw .badRequest("\(name): Invalid date time") }
        return date
    }
}
