import Foundation

/// The writing half of the emulated schema. Runs under the state's lock: all of a mutation or nothing.
struct LinearMutations {
    /// The most issues in one batch.
    static let batchIssuesMax = 50

    let caller: Int
    let now: Date

    func field(_ field: GraphQLField, _ state: inout LinearState) throws(LinearError) -> JSON {
        switch field.name {
        case "issueCreate": return try create(field, &state)
        case "issueBatchCreate": return try createBatch(field, &state)
        case "issueUpdate": return try update(field, &state)
        case "issueBatchUpdate": return try updateBatch(field, &state)
        case "issueDelete", "issueArchive", "issueUnarchive": return try archive(field, &state)
        case "issueLabelCreate": return try createLabel(field, &state)
        case "__typename": return "Mutation"
        default: throw .validation("Cannot query field \"\(field.name)\" on type \"Mutation\".")
        }
    }

    private func create(_ field: GraphQLField, _ state: inout LinearState) throws(LinearError) -> JSON {
        guard let input = field["input"] else { throw missing("input", "IssueCreateInput!", field) }
        let issue = try made(input, state, next: 0)
        let place = state.add(issue)
        return try payload(field, "IssuePayload", [place], state)
    }

    private func createBatch(_ field: GraphQLField, _ state: inout LinearState) throws(LinearError) -> JSON {
        guard let inputs = field["input"]?["issues"]?.items else {
            throw missing("input", "IssueBatchCreateInput!", field)
        }
        guard !inputs.isEmpty, inputs.count <= Self.batchIssuesMax else {
            throw .argument("issues must contain from 1 to \(Self.batchIssuesMax) elements.")
        }
        var issues: [LinearIssue] = []
        issues.reserveCapacity(inputs.count)
        var seen = Set<UUID>()
        for input in inputs {
            let issue = try made(input, state, next: issues.count)
            guard seen.insert(issue.id).inserted else { throw .conflict(issue.idText) }
            issues.append(issue)
        }
        var places: [Int] = []
        for issue in issues { places.append(state.add(issue)) }
        return try payload(field, "IssueBatchPayload", places, state)
    }

    private func made(_ input: JSON, _ state: LinearState, next: Int) throws(LinearError) -> LinearIssue {
        let fallback = LinearSeeds.madeId(kind: "0005", state.issues.count + next + 1)
        return try LinearInput(input: input, caller: caller, now: now).issue(state, fallback: fallback)
    }

    private func update(_ field: GraphQLField, _ state: inout LinearState) throws(LinearError) -> JSON {
        guard let input = field["input"], let id = field["id"]?.text else {
            throw missing("input", "IssueUpdateInput!", field)
        }
        let change = try changed(id, input, state)
        keep(change.issue, at: change.place, &state)
        return try payload(field, "IssuePayload", [change.place], state)
    }

    private func updateBatch(_ field: GraphQLField, _ state: inout LinearState) throws(LinearError) -> JSON {
        guard let input = field["input"], let ids = field["ids"]?.texts else { throw missing("ids", "[UUID!]!", field) }
        guard !ids.isEmpty, ids.count <= Self.batchIssuesMax else {
            throw .argument("ids must contain from 1 to \(Self.batchIssuesMax) elements.")
        }
        var changes: [(place: Int, issue: LinearIssue)] = []
        for id in ids { changes.append(try changed(id, input, state)) }
        for change in changes { keep(change.issue, at: change.place, &state) }
        return try payload(field, "IssueBatchPayload", changes.map(\.place), state)
    }

    private func changed(_ id: String, _ input: JSON, _ state: LinearState) throws(LinearError) -> (
        place: Int, issue: LinearIssue
    ) {
        guard let place = state.place(id) else { throw .notFound("Issue") }
        var issue = state.issues[place]
        try LinearInput(input: input, caller: caller, now: now).apply(to: &issue, state)
        issue.updatedAt = now
        return (place, issue)
    }

    private func keep(_ issue: LinearIssue, at place: Int, _ state: inout LinearState) {
        if issue.isTrashed != state.issues[place].isTrashed { state.deleted += issue.isTrashed ? 1 : -1 }
        state.issues[place] = issue
        state.syncId += 1
    }

    private func archive(_ field: GraphQLField, _ state: inout LinearState) throws(LinearError) -> JSON {
        guard let id = field["id"]?.text, let place = state.place(id) else { throw .notFound("Issue") }
        let wasTrashed = state.issues[place].isTrashed
        state.issues[place].isTrashed = field.name == "issueDelete" || field["trash"]?.truth == true
        state.issues[place].archivedAt = field.name == "issueUnarchive" ? nil : now
        state.issues[place].updatedAt = now
        if state.issues[place].isTrashed != wasTrashed { state.deleted += wasTrashed ? -1 : 1 }
        state.syncId += 1
        return try payload(field, "IssueArchivePayload", [place], state)
    }

    private func createLabel(_ field: GraphQLField, _ state: inout LinearState) throws(LinearError) -> JSON {
        guard let name = field["input"]?["name"]?.text, !name.isEmpty else {
            throw missing("input", "IssueLabelCreateInput!", field)
        }
        var team: Int?
        if let id = field["input"]?["teamId"]?.text {
            team = LinearSeeds.teams.firstIndex { $0.id == id.lowercased() }
            if team == nil { throw .notFound("Team") }
        }
        guard
            !state.labels.contains(where: {
                $0.name.lowercased() == name.lowercased() && ($0.team == nil || $0.team == team)
            })
        else {
            throw .input("Duplicate label name", "A label with that name exists already.")
        }
        let id = field["input"]?["id"]?.text ?? LinearSeeds.madeId(kind: "0004", state.labels.count + 1)
        guard LinearSeeds.isVersion4(id) else { throw .argument("id must be a UUID.") }
        state.labels.append(LinearSeeds.Label(id: id.lowercased(), name: name, team: team))
        state.syncId += 1
        let view = LinearView(state: state)
        return try LinearView.object(field.selection, type: "IssueLabelPayload") { (part) throws(LinearError) in
            switch part.name {
            case "success": true
            case "lastSyncId": .integer(state.syncId)
            case "issueLabel": try view.label(part.selection, state.labels.count - 1)
            default: nil
            }
        }
    }

    /// What a mutation answers. The state is shared with the view, not copied: it is not changed while the view lives.
    private func payload(_ field: GraphQLField, _ type: String, _ places: [Int], _ state: LinearState)
        throws(LinearError) -> JSON
    {
        let view = LinearView(state: state)
        return try LinearView.object(field.selection, type: type) { (part) throws(LinearError) in
            switch part.name {
            case "success": return true
            case "lastSyncId": return .integer(state.syncId)
            case "issue" where type == "IssuePayload", "entity" where type == "IssueArchivePayload":
                return try view.issue(part.selection, state.issues[places[0]])
            case "issues" where type == "IssueBatchPayload":
                var issues: [JSON] = []
                issues.reserveCapacity(places.count)
                for place in places { issues.append(try view.issue(part.selection, state.issues[place])) }
                return .array(issues)
            default: return nil
            }
        }
    }

    private func missing(_ argument: String, _ type: String, _ field: GraphQLField) -> LinearError {
        .validation(
            "Field \"\(field.name)\" argument \"\(argument)\" of type \"\(type)\" is required, but it was not provided."
        )
    }
}
