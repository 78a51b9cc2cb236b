/// One field of the create screen.
struct JiraFieldMeta {
    let name: String
    let title: String
    let type: String
    var items: String?
    var isAlwaysRequired = false
    var hasDefault = false
    var allowed: [JSON]?

    static func all(origin: String) -> [JiraFieldMeta] {
        [
            JiraFieldMeta(name: "summary", title: "Summary", type: "string", isAlwaysRequired: true),
            JiraFieldMeta(
                name: "issuetype", title: "Issue Type", type: "issuetype", isAlwaysRequired: true,
                allowed: JiraSeeds.issueTypes.map { JiraView.issueType($0, origin: origin) }),
            JiraFieldMeta(
                name: "project", title: "Project", type: "project", isAlwaysRequired: true,
                allowed: JiraSeeds.projects.map { JiraView.project($0, origin: origin) }),
            JiraFieldMeta(name: "description", title: "Description", type: "string"),
            JiraFieldMeta(name: "duedate", title: "Due date", type: "date"),
            JiraFieldMeta(name: "labels", title: "Labels", type: "array", items: "string"),
            JiraFieldMeta(name: "assignee", title: "Assignee", type: "user"),
            JiraFieldMeta(name: "reporter", title: "Reporter", type: "user", hasDefault: true),
            JiraFieldMeta(
                name: "priority", title: "Priority", type: "priority", hasDefault: true,
                allowed: JiraSeeds.priorities.map { JiraView.priority($0, origin: origin) }),
            JiraFieldMeta(name: "parent", title: "Parent", type: "issuelink"),
        ]
    }

    /// The field as `GET /field` lists it.
    var listed: JSON {
        [
            "id": .string(name), "key": .string(name), "name": .string(title), "custom": false, "orderable": true,
            "navigable": true,
            "searchable": true, "clauseNames": [.string(name)], "schema": schema,
        ]
    }

    private var schema: JSON {
        var members: [JSON.Member] = [.init("type", .string(type)), .init("system", .string(name))]
        if let items { members.append(.init("items", .string(items))) }
        return .object(members)
    }

    /// The field as the create screen describes it.
    func json(required: Bool) -> JSON {
        var members: [JSON.Member] = [
            .init("fieldId", .string(name)), .init("key", .string(name)), .init("name", .string(title)),
            .init("required", .bool(isAlwaysRequired || required)), .init("hasDefaultValue", .bool(hasDefault)),
            .init("operations", items == nil ? ["set"] : ["add", "set", "remove"]), .init("schema", schema),
        ]
        if let allowed { members.append(.init("allowedValues", .array(allowed))) }
        return .object(members)
    }
}
