import PatchbayConnectorKit

/// What may be sent when an issue is made: looked up once, because a field that is not on the screen refuses the whole
/// issue.
struct CreateScreen: Sendable {
    /// A value that a field takes.
    struct Allowed: Sendable {
        let id: String
        let name: String
    }

    /// The issue type's id.
    let issueTypeId: String
    /// The values of each field on the screen; empty where any value goes.
    let fields: [String: [Allowed]]
    /// Names of the fields that must be filled in and that this connector does not fill in.
    let unfilled: [String]

    /// What this connector can fill in.
    static let filled: Set = [
        "project", "issuetype", "summary", "description", "duedate", "labels", "priority", "assignee", "reporter",
    ]

    init(issueTypeId: String, rows: [JiraScreenFields.Field]) {
        self.issueTypeId = issueTypeId
        var fields: [String: [Allowed]] = [:]
        for row in rows {
            fields[row.fieldId] = (row.allowedValues ?? []).compactMap { value in
                guard let id = value["id"]?.text, let name = value["name"]?.text else { return nil }
                return Allowed(id: id, name: name)
            }
        }
        self.fields = fields
        unfilled = rows.filter {
            $0.required == true && $0.hasDefaultValue != true && !Self.filled.contains($0.fieldId)
        }
        .map { $0.name ?? $0.fieldId }
    }
}

extension JiraConnector {
    /// The create screen, looked up once for each instance.
    func createScreen(_ api: API) async throws -> CreateScreen {
        try await screen.value {
            let known = try await issueTypes(api)
            // Every project has some. An empty list comes from a site in trouble, or is kept from an account without
            // rights.
            if known.isEmpty {
                throw CallFailure.protocolError(
                    "Jira lists no issue types of the project \(settings.projectKey): see whether the account may "
                        + "create issues there."
                )
            }
            let issueType = known.first {
                $0.id == settings.issueType || $0.name.lowercased() == settings.issueType.lowercased()
            }
            guard let issueType else {
                throw CallFailure.refused(
                    code: "issue_type_not_found", field: "issueType",
                    "The project \(settings.projectKey) has no issue type \"\(settings.issueType)\". Run discover and "
                        + "set issueType."
                )
            }
            let path = "/issue/createmeta/\(settings.projectSegment)/issuetypes/\(Request.segment(issueType.id))"
            let rows = try await metadataPages(path, api) {
                try await get(JiraScreenFields.self, $0, query: $1, api).rows
            }
            guard !rows.isEmpty else { throw CallFailure.protocolError("Jira lists no fields of the create screen.") }
            return CreateScreen(issueTypeId: issueType.id, rows: rows)
        }
    }

    /// The issue types that the project makes.
    func issueTypes(_ api: API) async throws -> [JiraIssueTypes.IssueType] {
        let path = "/issue/createmeta/\(settings.projectSegment)/issuetypes"
        return try await metadataPages(path, api) { try await get(JiraIssueTypes.self, $0, query: $1, api).rows }
    }

    private func metadataPages<Row>(
        _ path: String, _ api: API, _ read: (String, [(String, String)]) async throws -> [Row]?
    ) async throws -> [Row] {
        var rows: [Row] = []
        for _ in 0..<JiraLimits.discoverPagesMax {
            let place = [("startAt", String(rows.count)), ("maxResults", String(JiraLimits.metadataRows))]
            guard let page = try await read(path, place) else {
                throw CallFailure.protocolError(
                    "Jira's answer to \(path) holds no list: it says nothing of what there is.")
            }
            rows += page
            if page.count < JiraLimits.metadataRows { return rows }
        }
        return rows
    }
}
