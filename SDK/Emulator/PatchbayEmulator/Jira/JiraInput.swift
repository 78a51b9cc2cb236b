import Foundation

/// Reads the fields of a create or an edit; collects every refusal, as the vendor does.
struct JiraInput {
    let body: JSON
    let state: JiraState.Rules
    let isCreate: Bool
    let caller: Int

    private static let known: Set<String> = [
        "project", "issuetype", "summary", "description", "duedate", "labels", "priority", "assignee", "reporter",
        "parent", "environment",
        "components", "fixVersions", "versions",
    ]

    /// A new issue from a create. Id and key are set when it is kept.
    func issue(now: Date) throws(JiraError) -> JiraIssue {
        let fields = body["fields"]
        guard let project = JiraSeeds.project(fields?["project"]) else {
            throw JiraError(400, fields: [.init("project", "valid project is required")])
        }
        guard let type = Self.named(fields?["issuetype"], JiraSeeds.issueTypes) else {
            throw JiraError(400, fields: [.init("issuetype", "Specify a valid issue type")])
        }
        var issue = JiraIssue(
            order: 0, project: project, number: 0, issueType: type, priority: 2, created: now, updated: now)
        issue.reporter = caller
        try apply(to: &issue)
        return issue
    }

    /// Puts the fields and properties into the issue.
    func apply(to issue: inout JiraIssue) throws(JiraError) {
        var errors: [JSON.Member] = []
        var messages: [String] = []
        for member in body["fields"]?.members ?? [] {
            if state.isOffScreen(member.name, project: issue.project) || !Self.isKnown(member.name) {
                let text = "Field '\(member.name)' cannot be set. It is not on the appropriate screen, or unknown."
                errors.append(.init(member.name, .string(text)))
            } else if let error = set(member.name, member.value, &issue, &messages) {
                errors.append(.init(member.name, .string(error)))
            }
        }
        if isCreate, body["fields"]?["summary"]?.text?.isEmpty ?? true,
            !errors.contains(where: { $0.name == "summary" })
        {
            errors.append(.init("summary", "You must specify a summary of the issue."))
        }
        for name in isCreate ? state.required(project: issue.project) : [] where (body["fields"]?[name] ?? .null).isNull
        {
            errors.append(.init(name, .string("\(name) is required.")))
        }
        for property in body["properties"]?.items ?? [] {
            guard let key = property["key"]?.text, !key.isEmpty, key.utf8.count <= 255,
                let value = property["value"]?.jsonText
            else {
                throw JiraError(400, ["An issue property needs a key of at most 255 bytes and a value."])
            }
            guard value.count <= 32_768 else {
                throw JiraError(400, ["The value of property '\(key)' is longer than 32768 characters."])
            }
            issue.properties.removeAll { $0.key == key }
            issue.properties.append(JiraProperty(key: key, value: value))
        }
        guard errors.isEmpty, messages.isEmpty else { throw JiraError(400, messages, fields: errors) }
    }

    private static func isKnown(_ name: String) -> Bool {
        known.contains(name) || (name.hasPrefix("customfield_") && name.dropFirst(12).allSatisfy(\.isNumber))
    }

    /// Sets one field; answers what is wrong with it.
    private func set(_ name: String, _ value: JSON, _ issue: inout JiraIssue, _ messages: inout [String]) -> String? {
        switch name {
        case "project", "issuetype": return setKind(name, value, &issue)
        case "summary": return setSummary(value, &issue)
        case "description": return setDescription(value, &issue, &messages)
        case "duedate":
            if value.isNull { issue.dueDate = nil; return nil }
            guard let day = value.text, Timestamp.isDay(day) else {
                return "Error parsing date string: \(value.text ?? value.jsonText)"
            }
            issue.dueDate = day
        case "labels":
            if value.isNull { issue.labels = []; return nil }
            guard let labels = value.texts else { return "data was not an array" }
            if let bad = labels.first(where: { $0.contains(where: \.isWhitespace) }) {
                return "The label '\(bad)' contains spaces which is invalid."
            }
            issue.labels = labels
        case "priority":
            guard let place = Self.named(value, JiraSeeds.priorities) else {
                return "Specify a valid 'id' or 'name' for Priority"
            }
            issue.priority = place
        case "assignee": return setAssignee(value, &issue)
        case "reporter":
            guard let place = Self.user(value) else { return "The reporter specified is not a user." }
            issue.reporter = place
        case "parent": issue.parent = value["key"]?.text ?? value["id"]?.text
        default: issue.otherFields[name] = value.isNull ? nil : value.jsonText
        }
        return nil
    }

    private func setKind(_ name: String, _ value: JSON, _ issue: inout JiraIssue) -> String? {
        if name == "project" {
            return JiraSeeds.project(value) == issue.project ? nil : "The project of an issue cannot be changed here"
        }
        guard let type = Self.named(value, JiraSeeds.issueTypes) else { return "Specify a valid issue type" }
        issue.issueType = type
        return nil
    }

    private func setSummary(_ value: JSON, _ issue: inout JiraIssue) -> String? {
        guard let summary = value.text else {
            return value.isNull ? "You must specify a summary of the issue." : "Operation value must be a string"
        }
        if summary.allSatisfy(\.isWhitespace) { return "You must specify a summary of the issue." }
        if summary.contains(where: \.isNewline) {
            return "The summary is invalid because it contains newline characters."
        }
        if summary.utf16.count > 255 { return "Summary can't exceed 255 characters." }
        issue.summary = summary
        return nil
    }

    private func setDescription(_ value: JSON, _ issue: inout JiraIssue, _ messages: inout [String]) -> String? {
        if value.isNull { issue.description = nil; return nil }
        do throws(JiraDocument.Defect) {
            try JiraDocument.check(value, refuseNewlineInText: state.settings.refuseNewlineInText)
            issue.description = value.bytes
        } catch {
            switch error {
            case .notADocument:
                return "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
            case .invalid: messages.append("INVALID_INPUT")
            case .tooLong: return "CONTENT_LIMIT_EXCEEDED"
            }
        }
        return nil
    }

    private func setAssignee(_ value: JSON, _ issue: inout JiraIssue) -> String? {
        let id = value["id"]?.text ?? value["accountId"]?.text
        if value.isNull || id == "-1" {
            issue.assignee = nil
            return nil
        }
        guard let id else { return "expected 'accountId' property to be provided" }
        guard let place = JiraSeeds.users.firstIndex(where: { $0.accountId == id }) else {
            return "User '\(id)' does not exist."
        }
        if state.left?.contains(place) == true { return "User '\(id)' cannot be assigned issues." }
        issue.assignee = place
        return nil
    }

    private static func user(_ value: JSON) -> Int? {
        let id = value["id"]?.text ?? value["accountId"]?.text
        return JiraSeeds.users.firstIndex { $0.accountId == id }
    }

    private static func named(_ value: JSON?, _ list: [JiraSeeds.Named]) -> Int? {
        if let id = value?["id"] { return list.firstIndex { $0.id == (id.text ?? id.wholeNumber.map(String.init)) } }
        guard let name = value?["name"]?.text?.lowercased() else { return nil }
        return list.firstIndex { $0.name.lowercased() == name }
    }
}

extension JiraState {
    /// The part of the state a create is checked against: small enough to copy for each.
    struct Rules: Sendable {
        let settings: JiraSettings
        let left: Set<Int>?

        func isOffScreen(_ field: String, project: Int) -> Bool {
            guard !settings.offScreen.isEmpty else { return false }
            return settings.offScreen[JiraSeeds.projects[project].key]?.contains(field) ?? false
                || settings.offScreen["*"]?.contains(field) ?? false
        }

        func required(project: Int) -> Set<String> {
            guard !settings.required.isEmpty else { return [] }
            return (settings.required[JiraSeeds.projects[project].key] ?? []).union(settings.required["*"] ?? [])
        }
    }

    var rules: Rules { Rules(settings: settings, left: left) }
}
