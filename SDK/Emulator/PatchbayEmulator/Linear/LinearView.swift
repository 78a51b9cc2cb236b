import Foundation

/// Answers exactly the fields that were selected.
struct LinearView: Sendable {
    let state: LinearState

    private static let noNodes: [JSON] = []

    /// An object's selected fields. A field the object does not have is refused, as the vendor's schema would.
    static func object(
        _ selection: [GraphQLField], type: String, _ value: (GraphQLField) throws(LinearError) -> JSON?
    ) throws(LinearError) -> JSON {
        guard !selection.isEmpty else {
            throw .validation("Field of type \"\(type)\" must have a selection of subfields.")
        }
        var members: [JSON.Member] = []
        members.reserveCapacity(selection.count)
        for field in selection {
            if field.name == "__typename" {
                members.append(.init(field.key, .string(type)))
            } else if let value = try value(field) {
                members.append(.init(field.key, value))
            } else {
                throw .validation("Cannot query field \"\(field.name)\" on type \"\(type)\".")
            }
        }
        return .object(members)
    }

    /// A page of a list: `nodes`, `edges`, `pageInfo`.
    static func connection<Row>(
        _ field: GraphQLField, type: String, _ rows: [Row], cursor: (Row) -> String,
        node: ([GraphQLField], Row) throws(LinearError) -> JSON
    ) throws(LinearError) -> JSON {
        let first = field["first"]?.wholeNumber ?? 50
        guard (1...250).contains(first) else { throw .argument("first must not be greater than 250.") }
        var start = 0
        if let after = field["after"]?.text {
            guard let place = rows.firstIndex(where: { cursor($0) == after }) else {
                throw .argument("after is no cursor of this list.")
            }
            start = place + 1
        }
        let page = rows[start..<min(start + first, rows.count)]
        return try object(field.selection, type: type + "Connection") { (inner) throws(LinearError) in
            switch inner.name {
            case "nodes":
                var nodes: [JSON] = []
                for row in page { nodes.append(try node(inner.selection, row)) }
                return .array(nodes)
            case "edges":
                var edges: [JSON] = []
                for row in page {
                    edges.append(
                        try object(inner.selection, type: type + "Edge") { (part) throws(LinearError) in
                            part.name == "node"
                                ? try node(part.selection, row) : part.name == "cursor" ? .string(cursor(row)) : nil
                        })
                }
                return .array(edges)
            case "pageInfo":
                return try object(inner.selection, type: "PageInfo") { (part) throws(LinearError) in
                    switch part.name {
                    case "hasNextPage": .bool(page.endIndex < rows.count)
                    case "hasPreviousPage": .bool(start > 0)
                    case "startCursor": .optional(page.first.map(cursor))
                    case "endCursor": .optional(page.last.map(cursor))
                    default: nil
                    }
                }
            default: return nil
            }
        }
    }

    func issue(_ selection: [GraphQLField], _ issue: LinearIssue) throws(LinearError) -> JSON {
        try Self.object(selection, type: "Issue") { (field) throws(LinearError) in
            switch field.name {
            case "id": .string(issue.idText)
            case "identifier": .string(issue.identifier)
            case "number": .integer(issue.number)
            case "title": .string(issue.title)
            case "description": .optional(issue.description)
            case "url": .string(issue.url(state.origin))
            case "branchName": .string("emulator/" + issue.identifier.lowercased())
            case "priority": .integer(issue.priority)
            case "priorityLabel": .string(LinearSeeds.priorityLabels[issue.priority])
            case "dueDate": .optional(issue.dueDate)
            case "estimate": issue.estimate.map(JSON.number) ?? .null
            case "createdAt": .string(Timestamp.text(issue.createdAt))
            case "updatedAt": .string(Timestamp.text(issue.updatedAt))
            case "completedAt": .optional(issue.completedAt.map(Timestamp.text))
            case "archivedAt": .optional(issue.archivedAt.map(Timestamp.text))
            case "canceledAt", "startedAt", "project", "cycle": .null
            case "trashed": issue.isTrashed ? true : .null
            case "labelIds": .strings(issue.labels.map { state.labels[$0].id })
            case "previousIdentifiers": []
            default: try relation(field, issue)
            }
        }
    }

    private func relation(_ field: GraphQLField, _ issue: LinearIssue) throws(LinearError) -> JSON? {
        switch field.name {
        case "team": return try team(field.selection, issue.team)
        case "state": return try workflowState(field.selection, issue.state)
        case "assignee":
            guard let place = issue.assignee else { return .null }
            return try user(field.selection, place)
        case "creator": return try user(field.selection, issue.creator)
        case "labels":
            return try Self.connection(
                field, type: "IssueLabel", issue.labels, cursor: { state.labels[$0].id }, node: label)
        case "parent":
            guard let id = issue.parent, let place = state.places[id] else { return .null }
            return try self.issue(field.selection, state.issues[place])
        default: return nil
        }
    }

    func user(_ selection: [GraphQLField], _ place: Int) throws(LinearError) -> JSON {
        let user = LinearSeeds.users[place]
        return try Self.object(selection, type: "User") { (field) throws(LinearError) in
            switch field.name {
            case "id": .string(user.id)
            case "name", "displayName": .string(user.name)
            case "email": .string(user.email)
            case "active", "isAssignable", "isMentionable": .bool(state.left?.contains(place) != true)
            case "admin", "guest", "app", "owner", "isMe": .bool(field.name == "isMe" && place == 0)
            case "url": .string("https://linear.app/example/profiles/\(place)")
            case "organization": try organization(field.selection)
            case "avatarUrl", "description", "timezone", "archivedAt": .null
            default: nil
            }
        }
    }

    func organization(_ selection: [GraphQLField]) throws(LinearError) -> JSON {
        try Self.object(selection, type: "Organization") { (field) throws(LinearError) in
            switch field.name {
            case "id": .string(LinearSeeds.organizationId)
            case "name": "Example"
            case "urlKey": .string(LinearSeeds.organizationKey)
            case "userCount": .integer(LinearSeeds.users.count)
            default: nil
            }
        }
    }

    func team(_ selection: [GraphQLField], _ place: Int) throws(LinearError) -> JSON {
        let team = LinearSeeds.teams[place]
        return try Self.object(selection, type: "Team") { (field) throws(LinearError) in
            switch field.name {
            case "id": return .string(team.id)
            case "key": return .string(team.key)
            case "name", "displayName": return .string(team.name)
            case "description", "archivedAt": return .null
            case "private", "triageEnabled": return false
            case "defaultIssueState":
                return try workflowState(field.selection, LinearSeeds.states.firstIndex { $0.team == place } ?? 0)
            case "states":
                let rows = LinearSeeds.states.indices.filter { LinearSeeds.states[$0].team == place }
                return try Self.connection(
                    field, type: "WorkflowState", rows, cursor: { LinearSeeds.states[$0].id }, node: workflowState)
            case "labels":
                let rows = state.labels.indices.filter { state.labels[$0].team == place }
                return try Self.connection(
                    field, type: "IssueLabel", rows, cursor: { state.labels[$0].id }, node: label)
            case "members":
                return try Self.connection(
                    field, type: "User", Array(LinearSeeds.users.indices), cursor: { LinearSeeds.users[$0].id },
                    node: user)
            default: return nil
            }
        }
    }

    func workflowState(_ selection: [GraphQLField], _ place: Int) throws(LinearError) -> JSON {
        let row = LinearSeeds.states[place]
        return try Self.object(selection, type: "WorkflowState") { (field) throws(LinearError) in
            switch field.name {
            case "id": .string(row.id)
            case "name": .string(row.name)
            case "type": .string(row.type)
            case "position": .integer(row.position)
            case "color": "#95a2b3"
            case "description", "archivedAt": .null
            case "team": try team(field.selection, row.team)
            default: nil
            }
        }
    }

    func label(_ selection: [GraphQLField], _ place: Int) throws(LinearError) -> JSON {
        let row = state.labels[place]
        return try Self.object(selection, type: "IssueLabel") { (field) throws(LinearError) in
            switch field.name {
            case "id": return .string(row.id)
            case "name": return .string(row.name)
            case "color": return "#5e6ad2"
            case "isGroup": return false
            case "description", "archivedAt", "parent": return .null
            case "team":
                guard let place = row.team else { return .null }
                return try team(field.selection, place)
            default: return nil
            }
        }
    }
}
