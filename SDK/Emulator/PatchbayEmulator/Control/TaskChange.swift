import Foundation

/// A change of one task as a colleague or a rule makes it, in the words that are the same for the three systems.
struct TaskChange: Sendable {
    /// An id, what people call it, or the delivery id.
    let id: String
    /// Where it goes: a project's id or key, a team's for Linear; with `.null` (Asana) to no project. Nil = it stays.
    let project: JSON?
    /// Nil = as it is.
    let title: String?
    let description: String?
    /// Whether what carries the delivery id is taken away: Asana's external id, Jira's property. It is part of Asana's
    /// description, and Linear's is the issue's own id.
    let withoutMark: Bool

    /// Throws `ControlError` for what is no change.
    init(_ body: JSON) throws {
        guard let id = body["id"]?.text, !id.isEmpty else {
            throw ControlError("\"id\" is missing: an id, a key or a delivery id")
        }
        self.id = id
        project = body["project"]
        title = body["title"]?.text
        description = body["description"]?.text
        withoutMark = body["withoutMark"]?.truth == true
        let known = ["system", "id", "project", "title", "description", "withoutMark"]
        if let other = (body.members ?? []).first(where: { !known.contains($0.name) }) {
            throw ControlError("\"\(other.name)\" cannot be changed here")
        }
    }

    /// That there is no such task.
    var unknownTask: ControlError { ControlError("There is no task \"\(id)\"") }

    /// That there is no such place for it.
    var unknownProject: ControlError { ControlError("There is no project \(project?.jsonText ?? "")") }

    /// Whether the texts change, and not only the place.
    var changesText: Bool { title != nil || description != nil }
}

extension AsanaSystem {
    func change(_ change: TaskChange, at now: Date) throws -> JSON {
        try state.withLock { state in
            let place =
                state.place(change.id)
                ?? state.tasks.firstIndex { task in
                    !task.isDeleted && (task.externalGid == change.id || task.notes.contains("patchbay:" + change.id))
                }
            guard let place else { throw change.unknownTask }
            if let wanted = change.project {
                guard wanted.isNull || wanted.text.flatMap(AsanaState.project) != nil else {
                    throw change.unknownProject
                }
                for project in state.tasks[place].projects { state.byProject[project]?.removeAll { $0 == place } }
                state.tasks[place].projects = wanted.text.map { [$0] } ?? []
                if let project = wanted.text { state.byProject[project, default: []].append(place) }
            }
            if let title = change.title { state.tasks[place].name = title }
            if let description = change.description {
                state.tasks[place].notes = description
                state.tasks[place].htmlNotes = nil
            }
            if change.withoutMark, let external = state.tasks[place].externalGid {
                state.byExternalGid[external] = nil
                state.tasks[place].externalGid = nil
            }
            // Another project does not count as a change of the task itself.
            if change.changesText { state.tasks[place].modifiedAt = now }
            return AsanaView.plain(state.tasks[place], state)
        }
    }
}

extension JiraSystem {
    func change(_ change: TaskChange, at now: Date) throws -> JSON {
        try state.withLock { state in
            let place =
                state.place(change.id)
                ?? state.issues.firstIndex { issue in
                    !issue.isDeleted
                        && issue.properties.contains { $0.key == "patchbay.delivery" && $0.value.contains(change.id) }
                }
            guard let place else { throw change.unknownTask }
            if let wanted = change.project {
                guard let project = wanted.text.flatMap(JiraSeeds.project(named:)) else { throw change.unknownProject }
                // The old key still leads to it.
                state.numbers[project].append(place)
                state.issues[place].project = project
                state.issues[place].number = state.numbers[project].count
            }
            if let title = change.title { state.issues[place].summary = title }
            if let description = change.description {
                let paragraph: JSON = [
                    "type": "paragraph", "content": [["type": "text", "text": .string(description)]],
                ]
                let document: JSON = ["type": "doc", "version": 1, "content": [paragraph]]
                state.issues[place].description = document.bytes
            }
            if change.withoutMark { state.issues[place].properties.removeAll { $0.key == "patchbay.delivery" } }
            state.issues[place].updated = now
            return JiraView.plain(state.issues[place], state)
        }
    }
}

extension LinearSystem {
    func change(_ change: TaskChange, at now: Date) throws -> JSON {
        try state.withLock { state in
            guard let place = state.place(change.id) else { throw change.unknownTask }
            if let wanted = change.project {
                guard let team = LinearSeeds.teams.firstIndex(where: { $0.id == wanted.text || $0.key == wanted.text })
                else {
                    throw change.unknownProject
                }
                // The old identifier still leads to it.
                state.numbers[team].append(place)
                state.issues[place].team = team
                state.issues[place].number = state.numbers[team].count
                state.issues[place].state =
                    LinearSeeds.states.firstIndex { $0.team == team } ?? state.issues[place].state
            }
            if let title = change.title { state.issues[place].title = title }
            if let description = change.description { state.issues[place].description = description }
            state.issues[place].updatedAt = now
            return LinearPlain.task(state.issues[place], state)
        }
    }
}
