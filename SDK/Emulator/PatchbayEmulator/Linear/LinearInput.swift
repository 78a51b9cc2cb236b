import Foundation

/// Reads `IssueCreateInput` and `IssueUpdateInput` and says no where the vendor does.
struct LinearInput {
    let input: JSON
    let caller: Int
    let now: Date

    private static let known: Set<String> = [
        "addedLabelIds", "addedReleaseIds", "assigneeId", "autoClosedByParentClosing", "completedAt", "createAsUser",
        "createdAt",
        "cycleId",
        "delegateId", "description", "descriptionData", "displayIconUrl", "dueDate", "estimate", "id",
        "inheritsSharedAccess", "labelIds",
        "lastAppliedTemplateId", "parentId", "preserveSortOrderOnCreate", "priority", "prioritySortOrder", "projectId",
        "projectMilestoneId",
        "referenceCommentId", "releaseIds", "removedLabelIds", "removedReleaseIds", "slaBreachesAt", "slaStartedAt",
        "slaType",
        "snoozedById", "snoozedUntilAt", "sortOrder", "sourceCommentId", "sourcePullRequestCommentId", "stateId",
        "subIssueSortOrder",
        "subscriberIds", "teamId", "templateId", "title", "trashed", "trusted", "useDefaultTemplate",
    ]

    /// A new issue. `fallback` is its id where the input brings none.
    func issue(_ state: LinearState, fallback: String) throws(LinearError) -> LinearIssue {
        guard let teamId = input["teamId"]?.text else {
            throw .validation(
                "Variable \"$input\" got invalid value; Field \"teamId\" of required type \"String!\" was not provided."
            )
        }
        guard UUID(uuidString: teamId) != nil else { throw .argument("teamId must be a UUID.") }
        guard let team = LinearSeeds.teams.firstIndex(where: { $0.id == teamId.lowercased() }) else {
            throw .notFound("Team")
        }
        guard let title = input["title"]?.text, !title.allSatisfy(\.isWhitespace) else {
            throw .argument("title must not be empty.")
        }
        var id = fallback
        if let sent = input["id"], !sent.isNull {
            guard let text = sent.text, LinearSeeds.isVersion4(text) else { throw .argument("id must be a UUID.") }
            id = text
        }
        guard let uuid = UUID(uuidString: id) else { throw .argument("id must be a UUID.") }
        guard state.places[uuid] == nil else { throw .conflict(id) }
        let first = LinearSeeds.states.firstIndex { $0.team == team && $0.type == "backlog" } ?? 0
        var issue = LinearIssue(id: uuid, team: team, title: title, state: first, createdAt: now, updatedAt: now)
        issue.creator = caller
        try apply(to: &issue, state)
        if let created = input["createdAt"]?.text.flatMap(Timestamp.date) { issue.createdAt = created }
        return issue
    }

    /// Puts the fields into the issue; `null` clears.
    func apply(to issue: inout LinearIssue, _ state: LinearState) throws(LinearError) {
        guard let members = input.members else { throw .validation("Variable \"$input\" got invalid value.") }
        for member in members {
            try set(member.name, member.value, &issue, state)
        }
    }

    private func set(_ name: String, _ value: JSON, _ issue: inout LinearIssue, _ state: LinearState)
        throws(LinearError)
    {
        switch name {
        case "title":
            guard let title = value.text, !title.allSatisfy(\.isWhitespace) else {
                throw .argument("title must not be empty.")
            }
            issue.title = title
        case "description":
            guard value.isNull || value.text != nil else { throw invalid(name, "String") }
            issue.description = value.text
        case "priority":
            guard value.isNull || value.wholeNumber != nil else { throw invalid(name, "Int") }
            let priority = value.wholeNumber ?? 0
            guard (0...4).contains(priority) else { throw .argument("priority must be one of 0, 1, 2, 3, 4.") }
            issue.priority = priority
        case "dueDate":
            guard value.isNull || Timestamp.isDay(value.text ?? "") else {
                throw .argument("dueDate must be a date of the form YYYY-MM-DD.")
            }
            issue.dueDate = value.text
        case "estimate": issue.estimate = value.anyNumber
        case "labelIds": issue.labels = try labels(name, value, issue, state)
        case "addedLabelIds":
            for label in try labels(name, value, issue, state) where !issue.labels.contains(label) {
                issue.labels.append(label)
            }
        case "removedLabelIds":
            let removed = try labels(name, value, issue, state)
            issue.labels.removeAll { removed.contains($0) }
        case "assigneeId", "stateId", "parentId": try setRelation(name, value, &issue, state)
        case "trashed":
            issue.isTrashed = value.truth ?? false
            issue.archivedAt = issue.isTrashed ? now : nil
        case "projectId", "cycleId":
            if !value.isNull { throw .notFound(name == "projectId" ? "Project" : "Cycle") }
        default:
            guard Self.known.contains(name) else {
                throw .validation(
                    "Variable \"$input\" got invalid value; Field \"\(name)\" is not defined by its type.")
            }
        }
    }

    private func setRelation(_ name: String, _ value: JSON, _ issue: inout LinearIssue, _ state: LinearState)
        throws(LinearError)
    {
        let id = value.text?.lowercased()
        if !value.isNull, name != "parentId", UUID(uuidString: id ?? "") == nil {
            throw .argument("\(name) must be a UUID.")
        }
        switch name {
        case "assigneeId":
            issue.assignee = LinearSeeds.users.firstIndex { $0.id == id }
            if id != nil, issue.assignee.map({ state.left?.contains($0) == true }) ?? true { throw .notFound("User") }
        case "stateId":
            guard let id else { return }
            guard let place = LinearSeeds.states.firstIndex(where: { $0.id == id && $0.team == issue.team }) else {
                throw .notFound("WorkflowState")
            }
            issue.state = place
            issue.completedAt = LinearSeeds.states[place].type == "completed" ? now : nil
        default:
            issue.parent = id.flatMap { state.place($0) }.map { state.issues[$0].id }
            if id != nil, issue.parent == nil { throw .notFound("Issue") }
        }
    }

    private func labels(_ name: String, _ value: JSON, _ issue: LinearIssue, _ state: LinearState) throws(LinearError)
        -> [Int]
    {
        if value.isNull { return [] }
        guard let ids = value.texts else { throw invalid(name, "[String!]") }
        var places: [Int] = []
        for id in ids {
            guard UUID(uuidString: id) != nil else { throw .argument("each value in \(name) must be a UUID.") }
            guard let place = state.labels.firstIndex(where: { $0.id == id.lowercased() }) else {
                throw .notFound("IssueLabel")
            }
            if let team = state.labels[place].team, team != issue.team {
                throw .input("Label does not belong to the issue's team", "The label belongs to another team.")
            }
            if !places.contains(place) { places.append(place) }
        }
        return places
    }

    private func invalid(_ name: String, _ type: String) -> LinearError {
        .validation("Variable \"$input\" got invalid value at \"input.\(name)\"; \(type) cannot represent it.")
    }
}
