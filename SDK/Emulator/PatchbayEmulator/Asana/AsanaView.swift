/// How tasks, users and projects look in an answer.
enum AsanaView {
    private static let taskDefaults = [
        "gid", "resource_type", "resource_subtype", "name", "notes", "completed", "completed_at", "created_at",
        "modified_at", "due_on",
        "due_at", "start_on", "start_at", "assignee", "assignee_status", "workspace", "projects", "memberships", "tags",
        "parent",
        "followers", "permalink_url", "custom_fields", "num_hearts", "num_likes", "hearted", "liked", "hearts", "likes",
    ]

    /// One task: what was asked for, or the usual set, or (in lists) the compact one.
    static func task(_ task: AsanaTask, _ state: AsanaState, _ fields: AsanaFields?, compact: Bool = false) -> JSON {
        guard let fields else {
            let names = compact ? ["gid", "name", "resource_type", "resource_subtype"] : taskDefaults
            return .object(names.compactMap { name in value(name, task, state).map { .init(name, $0) } })
        }
        var members: [JSON.Member] = [.init("gid", .string(task.gid))]
        for (name, child) in fields.children.sorted(by: { $0.key < $1.key }) where name != "gid" {
            // "this" is how the vendor's own clients name the object itself.
            if let value = value(name, task, state) { members.append(.init(name, child.narrowed(value))) }
        }
        return .object(members)
    }

    private static func value(_ name: String, _ task: AsanaTask, _ state: AsanaState) -> JSON? {
        switch name {
        case "gid": .string(task.gid)
        case "resource_type": "task"
        case "resource_subtype": "default_task"
        case "name": .string(task.name)
        case "notes": .string(task.notes)
        case "html_notes": .string(task.htmlNotes ?? "<body>\(HTMLText.escaped(task.notes))</body>")
        case "completed", "is_rendered_as_separator": .bool(name == "completed" && task.completed)
        case "completed_at": .optional(task.completedAt.map(Timestamp.text))
        case "created_at": .string(Timestamp.text(task.createdAt))
        case "modified_at": .string(Timestamp.text(task.modifiedAt))
        case "created_by": user(task.createdBy)
        case "due_on": .optional(task.dueOn)
        case "due_at": .optional(task.dueAt)
        case "start_on", "start_at": .null
        case "permalink_url": .string(task.url(state.origin))
        case "custom_fields", "followers", "hearts", "likes", "dependencies", "dependents": []
        case "num_hearts", "num_likes", "num_subtasks": 0
        case "hearted", "liked": false
        default: relation(name, task, state)
        }
    }

    private static func relation(_ name: String, _ task: AsanaTask, _ state: AsanaState) -> JSON? {
        switch name {
        // The vendor's spec calls neither assignee nor parent nullable, so without one they are left out.
        case "assignee": task.assignee.map(user)
        case "assignee_status": "inbox"
        case "workspace":
            [
                "gid": .string(AsanaSeeds.workspace), "resource_type": "workspace",
                "name": .string(AsanaSeeds.workspaceName),
            ]
        case "projects": .array(task.projects.compactMap { AsanaState.project($0).map(project) })
        case "memberships":
            .array(
                task.projects.compactMap {
                    AsanaState.project($0).map { ["project": project($0), "section": section($0)] }
                })
        case "tags": .array(task.tags.compactMap { state.tag($0).map(tag) })
        case "parent":
            task.parent.map { ["gid": .string($0), "resource_type": "task", "resource_subtype": "default_task"] }
        case "external":
            task.externalGid.map { ["gid": .string($0), "data": .optional(task.externalData)] }
        default: nil
        }
    }

    static func user(_ gid: String) -> JSON {
        guard let user = AsanaSeeds.users.first(where: { $0.gid == gid }) else { return .null }
        return [
            "gid": .string(user.gid), "resource_type": "user", "name": .string(user.name), "email": .string(user.email),
        ]
    }

    static func fullUser(_ user: AsanaSeeds.User) -> JSON {
        [
            "gid": .string(user.gid), "resource_type": "user", "name": .string(user.name), "email": .string(user.email),
            "photo": nil,
            "workspaces": [
                [
                    "gid": .string(AsanaSeeds.workspace), "resource_type": "workspace",
                    "name": .string(AsanaSeeds.workspaceName),
                ]
            ],
        ]
    }

    static func workspace() -> JSON {
        [
            "gid": .string(AsanaSeeds.workspace), "resource_type": "workspace",
            "name": .string(AsanaSeeds.workspaceName),
            "email_domains": ["example.com"], "is_organization": true,
        ]
    }

    static func project(_ project: AsanaSeeds.Project) -> JSON {
        ["gid": .string(project.gid), "resource_type": "project", "name": .string(project.name)]
    }

    static func fullProject(_ project: AsanaSeeds.Project) -> JSON {
        [
            "gid": .string(project.gid), "resource_type": "project", "name": .string(project.name), "archived": false,
            "completed": false, "notes": "", "permalink_url": .string("https://app.asana.com/0/\(project.gid)/list"),
            "workspace": [
                "gid": .string(AsanaSeeds.workspace), "resource_type": "workspace",
                "name": .string(AsanaSeeds.workspaceName),
            ],
        ]
    }

    static func tag(_ tag: AsanaSeeds.Tag) -> JSON {
        ["gid": .string(tag.gid), "resource_type": "tag", "name": .string(tag.name)]
    }

    /// Each project has one section, as a new one has with the vendor.
    private static func section(_ project: AsanaSeeds.Project) -> JSON {
        [
            "gid": .string(String(project.gid.dropLast(3)) + "4" + String(project.gid.suffix(2))),
            "resource_type": "section",
            "name": "Untitled section",
        ]
    }

    /// The task in the form that is the same for the three systems.
    static func plain(_ task: AsanaTask, _ state: AsanaState) -> JSON {
        let marker = task.notes.split(separator: "\n").last { $0.hasPrefix("patchbay:") }.map {
            String($0.dropFirst(9))
        }
        return [
            "id": .string(task.gid), "displayId": .string(task.gid), "url": .string(task.url(state.origin)),
            "title": .string(task.name),
            "description": .string(task.htmlNotes ?? task.notes), "descriptionText": .string(task.notes),
            "due": .optional(task.dueAt ?? task.dueOn), "assignee": .optional(email(task.assignee)), "priority": nil,
            "labels": .strings(task.tags.compactMap { state.tag($0)?.name }),
            "deliveryId": .optional(task.externalGid ?? marker),
            "completed": .bool(task.completed), "project": .optional(task.projects.first),
            "order": .integer(task.number),
            "createdAt": .string(Timestamp.text(task.createdAt)), "updatedAt": .string(Timestamp.text(task.modifiedAt)),
            "details": [
                "projects": .strings(task.projects), "tags": .strings(task.tags),
                "externalGid": .optional(task.externalGid),
                "externalData": .optional(task.externalData), "htmlNotes": .optional(task.htmlNotes),
                "parent": .optional(task.parent),
            ],
        ]
    }

    private static func email(_ gid: String?) -> String? {
        AsanaSeeds.users.first { $0.gid == gid }?.email
    }
}
