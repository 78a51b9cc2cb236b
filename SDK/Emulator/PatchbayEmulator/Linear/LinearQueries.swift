import Foundation

/// The reading half of the emulated schema.
struct LinearQueries: Sendable {
    let state: LinearState
    let view: LinearView
    let caller: Int
    let report: LimitReport?

    init(state: LinearState, caller: Int, report: LimitReport?) {
        self.state = state
        self.caller = caller
        self.report = report
        view = LinearView(state: state)
    }

    func field(_ field: GraphQLField) throws(LinearError) -> JSON {
        switch field.name {
        case "viewer": return try view.user(field.selection, caller)
        case "organization": return try view.organization(field.selection)
        case "issue": return try issue(field)
        case "issues": return try issues(field)
        case "rateLimitStatus": return try rateLimitStatus(field)
        case "team":
            guard
                let place = LinearSeeds.teams.firstIndex(where: {
                    $0.id == field["id"]?.text || $0.key == field["id"]?.text
                })
            else {
                throw .notFound("Team")
            }
            return try view.team(field.selection, place)
        case "user":
            guard let place = LinearSeeds.users.firstIndex(where: { $0.id == field["id"]?.text }) else {
                throw .notFound("User")
            }
            return try view.user(field.selection, place)
        case "__typename": return "Query"
        default: return try directory(field)
        }
    }

    private func directory(_ field: GraphQLField) throws(LinearError) -> JSON {
        switch field.name {
        case "teams":
            let rows = try LinearSeeds.teams.indices.filtered { (place) throws(LinearError) in
                try LinearFilter.holds(field["filter"], { Self.team(place)[$0] })
            }
            return try LinearView.connection(
                field, type: "Team", rows, cursor: { LinearSeeds.teams[$0].id }, node: view.team)
        case "users":
            let showsAll = field["includeDisabled"]?.truth == true
            let rows = try LinearSeeds.users.indices.filtered { (place) throws(LinearError) in
                guard showsAll || state.left?.contains(place) != true else { return false }
                return try LinearFilter.holds(field["filter"], { Self.user(place)[$0] })
            }
            return try LinearView.connection(
                field, type: "User", rows, cursor: { LinearSeeds.users[$0].id }, node: view.user)
        case "workflowStates":
            let rows = try LinearSeeds.states.indices.filtered { (place) throws(LinearError) in
                let row = LinearSeeds.states[place]
                let values: JSON = [
                    "id": .string(row.id), "name": .string(row.name), "type": .string(row.type),
                    "position": .integer(row.position),
                    "team": Self.team(row.team),
                ]
                return try LinearFilter.holds(field["filter"], { values[$0] })
            }
            return try LinearView.connection(
                field, type: "WorkflowState", rows, cursor: { LinearSeeds.states[$0].id }, node: view.workflowState)
        case "issueLabels":
            let rows = try state.labels.indices.filtered { (place) throws(LinearError) in
                let row = state.labels[place]
                let values: JSON = [
                    "id": .string(row.id), "name": .string(row.name), "isGroup": false,
                    "team": row.team.map(Self.team) ?? .null,
                ]
                return try LinearFilter.holds(field["filter"], { values[$0] })
            }
            return try LinearView.connection(
                field, type: "IssueLabel", rows, cursor: { state.labels[$0].id }, node: view.label)
        default: throw .validation("Cannot query field \"\(field.name)\" on type \"Query\".")
        }
    }

    private func issue(_ field: GraphQLField) throws(LinearError) -> JSON {
        guard let id = field["id"]?.text, let place = state.place(id) else { throw .notFound("Issue") }
        return try view.issue(field.selection, state.issues[place])
    }

    /// Newest first by creation, or by change. A filter by id alone is answered from the index.
    private func issues(_ field: GraphQLField) throws(LinearError) -> JSON {
        let filter = field["filter"]
        let includeArchived = field["includeArchived"]?.truth ?? false
        var places = candidates(filter) ?? Array(state.issues.indices)
        places = try places.filtered { (place) throws(LinearError) in
            let issue = state.issues[place]
            guard includeArchived || issue.archivedAt == nil else { return false }
            return try LinearFilter.holds(filter, { values(issue, $0) })
        }
        if field["orderBy"]?.text == "updatedAt" {
            places.sort { state.issues[$0].updatedAt > state.issues[$1].updatedAt }
        } else {
            places.reverse()
        }
        return try LinearView.connection(field, type: "Issue", places, cursor: { state.issues[$0].idText }) {
            (selection, place) throws(LinearError) in try view.issue(selection, state.issues[place])
        }
    }

    private func candidates(_ filter: JSON?) -> [Int]? {
        guard let id = filter?["id"] else { return nil }
        let wanted = id["in"]?.texts ?? id["eq"]?.text.map { [$0] }
        return wanted.map { Set($0.compactMap { state.place($0) }).sorted() }
    }

    private func values(_ issue: LinearIssue, _ name: String) -> JSON? {
        switch name {
        case "id": .string(issue.idText)
        case "title": .string(issue.title)
        case "number": .integer(issue.number)
        case "priority": .integer(issue.priority)
        case "team": Self.team(issue.team)
        case "createdAt": .number(issue.createdAt.timeIntervalSince1970)
        case "updatedAt": .number(issue.updatedAt.timeIntervalSince1970)
        case "assignee": issue.assignee.map(Self.user) ?? .null
        case "state":
            [
                "id": .string(LinearSeeds.states[issue.state].id),
                "type": .string(LinearSeeds.states[issue.state].type),
                "name": .string(LinearSeeds.states[issue.state].name),
            ]
        default: nil
        }
    }

    private static func team(_ place: Int) -> JSON {
        let team = LinearSeeds.teams[place]
        return ["id": .string(team.id), "key": .string(team.key), "name": .string(team.name)]
    }

    private static func user(_ place: Int) -> JSON {
        let user = LinearSeeds.users[place]
        return [
            "id": .string(user.id), "email": .string(user.email), "name": .string(user.name),
            "displayName": .string(user.name),
            "active": true, "isAssignable": true,
        ]
    }

    private func rateLimitStatus(_ field: GraphQLField) throws(LinearError) -> JSON {
        let report = report ?? LimitReport()
        let rows = [
            ("requests", report.limit ?? 2_500, report.limit == nil ? 2_500 : report.remaining),
            (
                "complexity", report.complexityLimit ?? 3_000_000,
                report.complexityLimit == nil ? 3_000_000 : report.complexityRemaining
            ),
        ]
        return try LinearView.object(field.selection, type: "RateLimitPayload") { (part) throws(LinearError) in
            switch part.name {
            case "kind": return "apiKey"
            case "identifier": return .string(LinearSeeds.users[caller].id)
            case "limits":
                var limits: [JSON] = []
                for (type, allowed, remaining) in rows {
                    limits.append(
                        try LinearView.object(part.selection, type: "RateLimitResultPayload") {
                            (inner) throws(LinearError) in
                            switch inner.name {
                            case "type": .string(type)
                            case "allowedAmount": .integer(allowed)
                            case "remainingAmount": .integer(remaining)
                            case "requestedAmount": 1
                            case "period": 3_600_000
                            case "reset": .integer(Int(report.resets.timeIntervalSince1970 * 1000))
                            default: nil
                            }
                        })
                }
                return .array(limits)
            default: return nil
            }
        }
    }
}

extension Collection {
    /// `filter` for a test that throws one kind of error.
    func filtered<Failure: Error>(_ test: (Element) throws(Failure) -> Bool) throws(Failure) -> [Element] {
        var kept: [Element] = []
        for element in self where try test(element) { kept.append(element) }
        return kept
    }
}
