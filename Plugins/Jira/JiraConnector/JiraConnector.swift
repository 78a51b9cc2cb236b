import PatchbayConnectorKit

/// Speaks the REST API of Jira Cloud.
public struct JiraConnector: Connector {
    let settings: JiraSettings
    /// What the create screen takes.
    let screen = Memo<CreateScreen>()
    /// With an OAuth token: which site the gateway shall speak to.
    let site = Memo<JiraSite>()
    /// Account ids that were refused as assignees.
    let unassignable = MemoSet<String>()

    /// Opens for one project of one site.
    public init(_ opening: Opening) throws(SettingsFailure) {
        settings = try JiraSettings(opening)
    }
}

/// A site as the gateway knows it.
struct JiraSite: Sendable {
    /// Before every path; "" when requests go to the site itself.
    let pathPrefix: String
    /// Where people see the site; without a slash at its end.
    let url: String
    /// The gateway's id of the site; nil when requests go to the site itself.
    let cloudId: String?
}

/// The settings of one integration, read once.
struct JiraSettings: Sendable {
    let host: String
    let projectKey: String
    let issueType: String
    /// Account ids by lower-case e-mail.
    let assignees: [String: String]
    let usesGateway: Bool
    /// What the last check remembered.
    let facts: [String: String]
    /// The id of the token's owner; nil = not known.
    let account: String?

    init(_ opening: Opening) throws(SettingsFailure) {
        var host = try opening.required("host")
        while host.hasSuffix("/") { host.removeLast() }
        self.host = host
        projectKey = try opening.required("projectKey")
        if opening.tokenKind != "oauth" { _ = try opening.required("email") }
        issueType = opening.text("issueType") ?? "Task"
        assignees = opening.mapByLowercase("assigneeMapping")
        usesGateway = opening.tokenKind == "oauth"
        facts = opening.facts
        account = opening.account
    }

    /// The project in a path, where a key and an id do.
    var projectSegment: String { Request.segment(projectKey) }

    /// The project's id, where the setting is no key that a create takes: keys begin with a letter, so that digits are
    /// an id; and a check remembers the id of a project that has another key now than the one that is set, which reads
    /// go on to understand.
    var projectId: String? {
        if !projectKey.isEmpty, projectKey.allSatisfy({ $0.isASCII && $0.isNumber }) { return projectKey }
        return facts[JiraFact.projectKey] == projectKey ? facts[JiraFact.projectId] : nil
    }
}

/// What a check remembers.
enum JiraFact {
    static let cloudId = "cloudId"
    static let siteUrl = "siteUrl"
    /// The setting, and the id of its project, where the project's key is another one.
    static let projectKey = "projectKey"
    static let projectId = "projectId"
}

/// The bounds of this connector.
enum JiraLimits {
    /// Issues in one bulk create; the vendor's number.
    static let issuesMax = 50
    /// UTF-16 units of a summary: the vendor's bound is worded as "less than 255" in one place and "at most 255" in
    /// another.
    static let summaryUnitsMax = 254
    /// UTF-16 units of a description; the vendor's number.
    static let descriptionUnitsMax = 32_767
    /// Rows of one page of create metadata; the vendor's number.
    static let metadataRows = 200
    /// Rows of one page of any other list.
    static let pageRows = 100
    /// Pages of one list: 10,000 issues in the time of one look-up are more than a project makes, and a list without
    /// end must stop.
    static let pagesMax = 100
    /// Pages of one list that discover reads.
    static let discoverPagesMax = 20
    /// How long a created issue may stay out of the search, in milliseconds: seconds to minutes by the vendor's word.
    static let findLagMs: Int64 = 300_000
}

/// The issue property that carries the delivery id.
let deliveryProperty = "patchbay.delivery"
