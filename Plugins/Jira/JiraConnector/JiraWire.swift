import PatchbayConnectorKit

/// What a refusal looks like: texts, texts by field, or, from the gateway, one message.
struct JiraErrors: Decodable, Sendable {
    let errorMessages: [String]?
    let errors: [String: JSONValue]?
    let message: String?

    /// Whether the body had any of the forms of a refusal.
    var isRefusal: Bool { errorMessages != nil || errors != nil || message != nil }

    /// Whether it says why.
    var hasWords: Bool {
        let texts = (errorMessages ?? []) + (message.map { [$0] } ?? [])
        return errors?.isEmpty == false || texts.contains { !PlainText.isBlank($0) }
    }

    /// The vendor's words.
    var words: String {
        let byField = (errors ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.text ?? "refused")" }
        let words = (errorMessages ?? []) + byField + (message.map { [$0] } ?? [])
        return words.isEmpty ? "Jira gave no reason." : words.joined(separator: "; ")
    }

    /// The first field that is named.
    var field: String? { errors?.keys.min() }

    /// Whether nothing but the assignee was refused.
    var isAboutAssignee: Bool {
        errors?.count == 1 && field == "assignee" && errorMessages?.isEmpty != false && message == nil
    }

    /// A code among the texts, where the vendor gives one in place of prose.
    func code(status: Int) -> String {
        let coded = (errorMessages ?? []).first { text in
            !text.isEmpty && text.allSatisfy { ($0.isASCII && $0.isUppercase) || $0 == "_" }
        }
        return coded ?? "http_\(status)"
    }
}

/// The answer to a bulk create.
struct JiraBulkAnswer: Decodable, Sendable {
    struct Made: Decodable, Sendable {
        let id: String
        let key: String
    }

    struct Failed: Decodable, Sendable {
        let status: Int?
        let failedElementNumber: Int
        let elementErrors: JiraErrors?
    }

    let issues: [Made]?
    let errors: [Failed]?
}

/// A page of issue types; the vendor's spec names the rows twice.
struct JiraIssueTypes: Decodable, Sendable {
    struct IssueType: Decodable, Sendable {
        let id: String
        let name: String
    }

    let issueTypes: [IssueType]?
    let createMetaIssueType: [IssueType]?

    /// Nil when it is no such page.
    var rows: [IssueType]? { issueTypes ?? createMetaIssueType }
}

/// A page of the fields of a create screen; the vendor's spec names the rows twice.
struct JiraScreenFields: Decodable, Sendable {
    struct Field: Decodable, Sendable {
        let fieldId: String
        let name: String?
        let required: Bool?
        let hasDefaultValue: Bool?
        let allowedValues: [JSONValue]?
    }

    let fields: [Field]?
    let results: [Field]?

    /// Nil when it is no such page.
    var rows: [Field]? { fields ?? results }
}

/// An issue as it is read by id.
struct JiraIssue: Decodable, Sendable {
    let id: String
    let key: String
    let fields: [String: JSONValue]?
}

/// The answer to a read of many issues by id.
struct JiraFetched: Decodable, Sendable {
    let issues: [JiraIssue]
}

/// What the token's owner may do in a project.
struct JiraPermissions: Decodable, Sendable {
    struct Permission: Decodable, Sendable {
        let havePermission: Bool
    }

    let permissions: [String: Permission]
}

/// The ways an issue can go from where it stands.
struct JiraTransitions: Decodable, Sendable {
    struct Transition: Decodable, Sendable {
        let id: String
        let to: JSONValue?
    }

    let transitions: [Transition]?
}

/// The token's owner, and a row of a list of users.
struct JiraUser: Decodable, Sendable {
    let accountId: String
    let displayName: String?
    let emailAddress: String?
}

/// A project as check and discover read it.
struct JiraProject: Decodable, Sendable {
    let id: String?
    let key: String
    let name: String?
    let archived: Bool?
}

/// A page of projects.
struct JiraProjects: Decodable, Sendable {
    let values: [JiraProject]
    let isLast: Bool?
}

/// A site that an OAuth token may speak to.
struct JiraResource: Decodable, Sendable {
    let id: String
    let url: String
    let name: String?
}
