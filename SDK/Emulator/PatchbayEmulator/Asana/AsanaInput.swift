import Foundation

/// Reads the fields of a create or an update and says no where the vendor does.
struct AsanaInput {
    let data: JSON
    let token: TokenRecord
    /// Whether a new task is made: placement and tags belong to creation only.
    let isCreate: Bool

    /// Puts the fields into the task. Throws a refusal in Asana's shape and leaves a half-changed copy behind, which is
    /// thrown away.
    func apply(to task: inout AsanaTask, _ state: AsanaState, now: Date) throws(AsanaError) {
        guard let members = data.members else { throw .badRequest("data: Missing input") }
        if isCreate { try place(&task, state) }
        if data["due_on"]?.text != nil, data["due_at"]?.text != nil {
            throw .badRequest("You may only provide one of due_on or due_at!")
        }
        if data["notes"] != nil, data["html_notes"] != nil {
            throw .badRequest("You may only provide one of notes or html_notes")
        }
        for member in members {
            try set(member.name, member.value, &task, state, now: now)
        }
    }

    private func place(_ task: inout AsanaTask, _ state: AsanaState) throws(AsanaError) {
        let projects =
            (data["projects"]?.texts ?? []) + (data["memberships"]?.items ?? []).compactMap { $0["project"]?.text }
        let parent = data["parent"]?.text
        guard data["workspace"]?.text != nil || !projects.isEmpty || parent != nil else {
            throw .badRequest("You should specify one of workspace, parent, projects")
        }
        if let workspace = data["workspace"]?.text, workspace != AsanaSeeds.workspace {
            throw .unknownObject("workspace", workspace)
        }
        if let parent, state.place(parent) == nil { throw .unknownObject("parent", parent) }
        for project in projects {
            guard AsanaState.project(project) != nil else { throw .unknownObject("projects", project) }
            if !task.projects.contains(project) { task.projects.append(project) }
        }
        task.parent = parent
    }

    private func set(
        _ name: String, _ value: JSON, _ task: inout AsanaTask, _ state: AsanaState, now: Date
    ) throws(AsanaError) {
        switch name {
        case "name": task.name = try text(name, value)
        case "notes":
            task.notes = try text(name, value)
            task.htmlNotes = nil
        case "html_notes":
            let html = try text(name, value)
            task.notes = try AsanaRichText.plainText(html)
            task.htmlNotes = html
        case "due_on", "due_at": try setDue(name, value, &task)
        case "assignee": try setAssignee(value, &task, state)
        case "completed":
            guard let completed = value.truth else { throw .badRequest("completed: Not a boolean") }
            if completed != task.completed { task.completedAt = completed ? now : nil }
            task.completed = completed
        case "external": try setExternal(value, &task)
        case "custom_fields": try setCustomFields(value, &task)
        case "workspace", "projects", "memberships", "parent", "tags", "followers":
            try setPlacement(name, value, &task, state)
        case "resource_subtype", "assignee_section", "assignee_status", "approval_status", "liked", "start_on",
            "start_at":
            return
        case "completed_at", "created_at", "modified_at", "gid", "permalink_url", "created_by":
            throw .badRequest("\(name): This field is read-only and may not be written")
        default: throw .badRequest("\(name): Unrecognized field")
        }
    }

    private func text(_ name: String, _ value: JSON) throws(AsanaError) -> String {
        guard let text = value.text else { throw .badRequest("\(name): Value is not a string") }
        return text
    }

    private func setDue(_ name: String, _ value: JSON, _ task: inout AsanaTask) throws(AsanaError) {
        if value.isNull {
            task.dueOn = nil
            task.dueAt = nil
            return
        }
        let text = try text(name, value)
        if name == "due_on" {
            guard Timestamp.isDay(text) else {
                throw .badRequest("due_on: Invalid date. Must be of the form YYYY-MM-DD")
            }
            task.dueOn = text
            task.dueAt = nil
        } else {
            guard let date = Timestamp.date(text) else { throw .badRequest("due_at: Invalid date time") }
            task.dueAt = Timestamp.text(date)
            task.dueOn = String(Timestamp.text(date).prefix(10))
        }
    }

    private func setAssignee(_ value: JSON, _ task: inout AsanaTask, _ state: AsanaState) throws(AsanaError) {
        if value.isNull {
            task.assignee = nil
            return
        }
        let name = try text("assignee", value)
        guard let user = AsanaSeeds.user(name, caller: token.user) else {
            if name.contains("@") { throw .badRequest("assignee: Not a user in Organization: \(name)") }
            throw .badRequest("assignee: Not an email, GID, or 'me': \(name)")
        }
        guard state.left?.contains(user.gid) != true else {
            throw .badRequest("assignee: Not a user in Organization: \(name)")
        }
        task.assignee = user.gid
    }

    private func setExternal(_ value: JSON, _ task: inout AsanaTask) throws(AsanaError) {
        guard token.kind == .oauth else { throw .badRequest("external: Invalid Request") }
        guard value.members != nil else { throw .badRequest("external: Not an object") }
        if let gid = value["gid"]?.text {
            guard gid.count <= 1024 else { throw .badRequest("external.gid: longer than 1024 characters") }
            task.externalGid = gid
        }
        if let data = value["data"]?.text {
            guard data.count <= 32_768 else { throw .badRequest("external.data: longer than 32768 characters") }
            task.externalData = data
        }
    }

    private func setCustomFields(_ value: JSON, _ task: inout AsanaTask) throws(AsanaError) {
        guard let members = value.members else { throw .badRequest("custom_fields: Not an object") }
        for member in members {
            guard member.name.allSatisfy(\.isNumber) else { throw .unknownObject("custom_fields", member.name) }
            if let text = member.value.text, text.count > 1024 {
                throw .badRequest("custom_fields: the text is longer than 1024 characters")
            }
            task.customFields[member.name] = member.value.jsonText
        }
    }

    private func setPlacement(
        _ name: String, _ value: JSON, _ task: inout AsanaTask, _ state: AsanaState
    ) throws(AsanaError) {
        guard isCreate || name == "parent" || name == "followers" else {
            throw .badRequest("\(name): Cannot be changed by an update; use the request made for it")
        }
        guard name == "tags" else { return }
        guard let tags = value.texts else { throw .badRequest("tags: Not an array of gids") }
        for tag in tags {
            guard state.tag(tag) != nil else { throw .unknownObject("tags", tag) }
            if !task.tags.contains(tag) { task.tags.append(tag) }
        }
    }
}
