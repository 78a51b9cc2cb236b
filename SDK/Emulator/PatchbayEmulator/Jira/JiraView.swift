/// How issues, users and statuses look in an answer.
struct JiraView: Sendable {
    let origin: String
    /// Names of fields; `*all` and `*navigable` stand for all of them.
    let fields: [String]
    let properties: [String]

    private static let names = [
        "summary", "description", "duedate", "labels", "priority", "assignee", "reporter", "creator", "status",
        "statuscategory",
        "issuetype",
        "project", "created", "updated", "resolutiondate", "resolution", "parent", "environment",
    ]

    static func created(_ issue: JiraIssue, origin: String) -> JSON {
        ["id": .string(issue.id), "key": .string(issue.key), "self": .string("\(origin)/rest/api/3/issue/\(issue.id)")]
    }

    func issue(_ issue: JiraIssue) -> JSON {
        var members: [JSON.Member] = [
            .init("expand", "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations"),
            .init("id", .string(issue.id)),
        ]
        let isAll = fields.contains("*all") || fields.contains("*navigable")
        if isAll || fields != ["id"] {
            members.append(.init("self", .string("\(origin)/rest/api/3/issue/\(issue.id)")))
            members.append(.init("key", .string(issue.key)))
        }
        let without = Set(fields.lazy.filter { $0.hasPrefix("-") }.map { String($0.dropFirst()) })
        let wanted = isAll ? Self.names.filter { !without.contains($0) } : fields.filter { Self.names.contains($0) }
        var values = wanted.map { JSON.Member($0, value($0, issue)) }
        for (name, text) in issue.otherFields.sorted(by: { $0.key < $1.key }) where isAll || fields.contains(name) {
            values.removeAll { $0.name == name }
            values.append(.init(name, (try? JSON(parsing: text)) ?? .null))
        }
        if isAll || !values.isEmpty { members.append(.init("fields", .object(values))) }
        if !properties.isEmpty {
            let chosen = issue.properties.filter { properties.contains($0.key) || properties.contains("*all") }
            members.append(
                .init("properties", .object(chosen.map { .init($0.key, (try? JSON(parsing: $0.value)) ?? .null) })))
        }
        return .object(members)
    }

    private func value(_ name: String, _ issue: JiraIssue) -> JSON {
        switch name {
        case "summary": .string(issue.summary)
        case "description":
            issue.description.flatMap { try? JSON(parsing: String(decoding: $0, as: UTF8.self)) } ?? .null
        case "duedate": .optional(issue.dueDate)
        case "labels": .strings(issue.labels)
        case "priority": Self.priority(JiraSeeds.priorities[issue.priority], origin: origin)
        case "assignee": issue.assignee.map { Self.user(JiraSeeds.users[$0], origin: origin) } ?? .null
        case "reporter", "creator": Self.user(JiraSeeds.users[issue.reporter], origin: origin)
        case "status": Self.status(JiraSeeds.statuses[issue.status], origin: origin)
        case "issuetype": Self.issueType(JiraSeeds.issueTypes[issue.issueType], origin: origin)
        case "project": Self.project(JiraSeeds.projects[issue.project], origin: origin)
        case "created": .string(Timestamp.offsetText(issue.created))
        case "updated": .string(Timestamp.offsetText(issue.updated))
        case "resolutiondate": .optional(issue.resolved.map(Timestamp.offsetText))
        case "parent": issue.parent.map { ["key": .string($0)] } ?? .null
        default: .null
        }
    }

    static func user(_ user: JiraSeeds.User, origin: String) -> JSON {
        [
            "self": .string("\(origin)/rest/api/3/user?accountId=\(user.accountId)"),
            "accountId": .string(user.accountId),
            "accountType": "atlassian", "emailAddress": .string(user.email), "displayName": .string(user.name),
            "active": true,
            "timeZone": "Etc/UTC", "locale": "en_US",
        ]
    }

    static func priority(_ priority: JiraSeeds.Named, origin: String) -> JSON {
        [
            "self": .string("\(origin)/rest/api/3/priority/\(priority.id)"), "id": .string(priority.id),
            "name": .string(priority.name),
            "description": .string(priority.name), "statusColor": "#777777",
            "iconUrl": .string("\(origin)/images/\(priority.name.lowercased()).svg"),
            "isDefault": .bool(priority.id == JiraSeeds.defaultPriority),
        ]
    }

    static func status(_ status: JiraSeeds.Status, origin: String) -> JSON {
        [
            "self": .string("\(origin)/rest/api/3/status/\(status.id)"), "id": .string(status.id),
            "name": .string(status.name),
            "description": "", "iconUrl": .string(origin + "/"),
            "statusCategory": [
                "self": .string("\(origin)/rest/api/3/statuscategory/\(status.categoryId)"),
                "id": .integer(status.categoryId),
                "key": .string(status.category), "name": .string(status.name), "colorName": "blue-gray",
            ],
        ]
    }

    static func issueType(_ type: JiraSeeds.Named, origin: String) -> JSON {
        [
            "self": .string("\(origin)/rest/api/3/issuetype/\(type.id)"), "id": .string(type.id),
            "name": .string(type.name),
            "description": "", "iconUrl": .string(origin + "/"), "subtask": false, "hierarchyLevel": 0,
        ]
    }

    static func project(_ project: JiraSeeds.Project, origin: String) -> JSON {
        [
            "self": .string("\(origin)/rest/api/3/project/\(project.id)"), "id": .string(project.id),
            "key": .string(project.key),
            "name": .string(project.name), "projectTypeKey": "software", "simplified": false, "style": "classic",
        ]
    }

    /// The issue in the form that is the same for the three systems.
    static func plain(_ issue: JiraIssue, _ state: JiraState) -> JSON {
        let description = issue.description.flatMap { try? JSON(parsing: String(decoding: $0, as: UTF8.self)) }
        let properties = issue.properties.map { JSON.Member($0.key, (try? JSON(parsing: $0.value)) ?? .null) }
        let delivery = properties.first { $0.name == "patchbay.delivery" }?.value
        let status = JiraSeeds.statuses[issue.status]
        return [
            "id": .string(issue.id), "displayId": .string(issue.key),
            "url": .string("\(state.settings.baseURL ?? state.origin)/browse/\(issue.key)"),
            "title": .string(issue.summary), "description": description ?? .null,
            "descriptionText": .string(description.map(JiraDocument.text) ?? ""), "due": .optional(issue.dueDate),
            "assignee": .optional(issue.assignee.map { JiraSeeds.users[$0].email }),
            "priority": .string(JiraSeeds.priorities[issue.priority].name),
            "labels": .strings(issue.labels), "deliveryId": .optional(delivery?.text ?? delivery?["id"]?.text),
            "completed": .bool(status.category == "done"), "project": .string(JiraSeeds.projects[issue.project].key),
            "order": .integer(issue.order), "createdAt": .string(Timestamp.text(issue.created)),
            "updatedAt": .string(Timestamp.text(issue.updated)),
            "details": [
                "issueType": .string(JiraSeeds.issueTypes[issue.issueType].name), "status": .string(status.name),
                "properties": .object(properties), "parent": .optional(issue.parent),
                "otherFields": .object(
                    issue.otherFields.map { .init($0.key, (try? JSON(parsing: $0.value)) ?? .null) }),
            ],
        ]
    }
}
