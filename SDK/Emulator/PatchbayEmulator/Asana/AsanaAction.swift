import Foundation

/// One request to Asana, sent alone or as an action of a batch.
struct AsanaAction: Sendable {
    /// Its answer.
    struct Answer: Sendable {
        var status: Int
        var body: JSON
        var location: String?

        init(_ status: Int, _ data: JSON, location: String? = nil) {
            self.status = status
            body = ["data": data]
            self.location = location
        }

        init(_ error: AsanaError) {
            status = error.status
            body = error.body
        }

        init(page: [JSON], next: JSON) {
            status = 200
            body = ["data": .array(page), "next_page": next]
        }
    }

    let method: String
    let path: [String]
    let data: JSON
    let hasEnvelope: Bool
    let parameters: [String: JSON]
    let fields: AsanaFields?
    let token: TokenRecord
    let now: Date
    let origin: String

    func perform(_ state: inout AsanaState) -> Answer {
        do {
            return path.first == "tasks" ? try tasks(&state) : try directory(&state)
        } catch {
            return Answer(error)
        }
    }

    private func tasks(_ state: inout AsanaState) throws(AsanaError) -> Answer {
        switch (method, path.count) {
        case ("POST", 1): return try create(&state)
        case ("GET", 1): return try listed(state)
        case ("GET", 2):
            return Answer(200, AsanaView.task(state.tasks[try place(state)], state, fields))
        case ("PUT", 2):
            let place = try place(state)
            guard hasEnvelope else { throw .badRequest("data: Missing input") }
            var task = state.tasks[place]
            try AsanaInput(data: data, token: token, isCreate: false).apply(to: &task, state, now: now)
            task.modifiedAt = now
            if let external = task.externalGid { state.byExternalGid[external] = place }
            state.tasks[place] = task
            return Answer(200, AsanaView.task(task, state, fields))
        case ("DELETE", 2):
            state.delete(try place(state))
            return Answer(200, .object([]))
        default: throw AsanaError(404, "No matching route for request")
        }
    }

    private func create(_ state: inout AsanaState) throws(AsanaError) -> Answer {
        guard hasEnvelope else { throw .badRequest("data: Missing input") }
        let creator = AsanaSeeds.user("me", caller: token.user)?.gid ?? AsanaSeeds.users[0].gid
        var task = AsanaTask(number: state.tasks.count + 1, createdAt: now, createdBy: creator, modifiedAt: now)
        try AsanaInput(data: data, token: token, isCreate: true).apply(to: &task, state, now: now)
        state.add(task)
        return Answer(201, AsanaView.task(task, state, fields), location: "/api/1.0/tasks/\(task.gid)")
    }

    /// The place of the task the path names, also by `external:` where the token may.
    private func place(_ state: AsanaState) throws(AsanaError) -> Int {
        let gid = path[1]
        if gid.hasPrefix("external:"), token.kind == .oauth {
            guard let place = state.byExternalGid[String(gid.dropFirst(9))] else { throw .notFound("task", gid) }
            return place
        }
        guard let place = state.place(gid) else { throw .notFound("task", gid) }
        return place
    }

    /// The tasks of a project, or of a person.
    private func listed(_ state: AsanaState) throws(AsanaError) -> Answer {
        guard let assignee = text("assignee") else { return try list(project: text("project"), state) }
        guard let workspace = text("workspace") else { throw .badRequest("workspace: Missing input") }
        guard workspace == AsanaSeeds.workspace else { throw .notFound("workspace", workspace) }
        guard text("project") == nil else {
            throw .badRequest("Must specify exactly one of project or assignee + workspace")
        }
        guard let person = AsanaSeeds.user(assignee, caller: token.user) else { throw .notFound("assignee", assignee) }
        return try list(state.tasks.indices.filter { state.tasks[$0].assignee == person.gid }, state)
    }

    /// The tasks of a project, by time of change if asked, in pages.
    func list(project: String?, _ state: AsanaState) throws(AsanaError) -> Answer {
        guard let project else {
            throw .badRequest(
                "Must specify exactly one of project, tag, section, user task list, or assignee + workspace")
        }
        guard AsanaState.project(project) != nil else { throw .notFound("project", project) }
        return try list(state.byProject[project] ?? [], state)
    }

    private func list(_ places: [Int], _ state: AsanaState) throws(AsanaError) -> Answer {
        var since = Date.distantPast
        if let sent = text("modified_since"), sent != "now" {
            guard let date = Timestamp.date(sent) ?? Timestamp.day(sent) else {
                throw .badRequest("modified_since: Invalid date time")
            }
            since = date
        }
        let places = places.filter { !state.tasks[$0].isDeleted && state.tasks[$0].modifiedAt >= since }
        return try page(places, path: "/tasks") { AsanaView.task(state.tasks[$0], state, fields, compact: true) }
    }

    /// Cuts a page out of a list and says how to get the next one.
    func page<Row>(_ rows: [Row], path: String, _ view: (Row) -> JSON) throws(AsanaError) -> Answer {
        let limit: Int
        if let sent = text("limit") ?? parameters["limit"]?.wholeNumber.map(String.init) {
            guard let number = Int(sent), (1...100).contains(number) else {
                throw .badRequest("limit: Must be between 1 and 100")
            }
            limit = number
        } else {
            limit = 100
        }
        var start = 0
        if let offset = text("offset") {
            guard let number = Self.start(of: offset), number <= rows.count else {
                throw .badRequest("offset: Your pagination token is invalid or has expired")
            }
            start = number
        }
        let end = min(start + limit, rows.count)
        guard end < rows.count else { return Answer(page: rows[start..<end].map(view), next: nil) }
        let offset = "eyJ\(String(end, radix: 36))"
        let kept = parameters.filter { $0.key != "offset" }.sorted { $0.key < $1.key }
        let query = (kept.map { "\($0.key)=\($0.value.text ?? $0.value.jsonText)" } + ["offset=\(offset)"]).joined(
            separator: "&")
        let relative = "\(path)?\(query)"
        return Answer(
            page: rows[start..<end].map(view),
            next: [
                "offset": .string(offset), "path": .string(relative), "uri": .string("\(origin)/api/1.0\(relative)"),
            ])
    }

    private static func start(of offset: String) -> Int? {
        guard offset.hasPrefix("eyJ"), let number = Int(offset.dropFirst(3), radix: 36), number >= 0 else { return nil }
        return number
    }

    func text(_ name: String) -> String? {
        parameters[name]?.text
    }
}
