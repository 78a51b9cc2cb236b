import PatchbayConnectorKit

/// Speaks Asana's REST API.
public struct AsanaConnector: Connector {
    let settings: AsanaSettings
    /// Tag ids by lower-case name.
    let tags = Memo<[String: String]>()
    /// User ids that were refused as assignees.
    let unassignable = MemoSet<String>()

    /// Opens for one project.
    public init(_ opening: Opening) throws(SettingsFailure) {
        settings = try AsanaSettings(opening)
    }
}

/// The settings of one integration, read once.
struct AsanaSettings: Sendable {
    let workspaceId: String
    let projectId: String
    /// User ids by lower-case e-mail.
    let assignees: [String: String]
    /// With an OAuth token the delivery id travels as the app's own external id; otherwise as a line of the notes.
    let usesExternalId: Bool
    /// The same of the attempts that are looked for, which may have been made with another kind of token.
    let attemptsUseExternalId: Bool
    /// The id of the token's owner; nil = not known.
    let account: String?

    init(_ opening: Opening) throws(SettingsFailure) {
        workspaceId = try opening.required("workspaceId")
        projectId = try opening.required("projectId")
        assignees = opening.mapByLowercase("assigneeMapping")
        usesExternalId = opening.tokenKind == "oauth"
        attemptsUseExternalId = (opening.attemptedTokenKind ?? opening.tokenKind) == "oauth"
        account = opening.account
    }
}

/// The bounds of this connector.
enum AsanaLimits {
    /// Actions in one batch request; the vendor's number. Of creates, one such batch is under way at a time, and five
    /// of the fifteen writes stay unused: smaller batches would use them, and as many of them would be refused at once
    /// where the limit is not known yet.
    static let actionsMax = 10
    /// Tasks in one look-up: they share one reading of the project's list.
    static let lookUpsMax = 50
    /// Concurrent writes of one token (Asana's documentation, Rate limits); each action of a batch is one.
    static let writesMax = 15
    /// Rows of one page; the vendor's number.
    static let pageRows = 100
    /// Pages of one list: 10,000 rows are more than a person looks through, and a list without end must stop.
    static let pagesMax = 100
    /// Projects beside our own that a look-up goes through before it says that a task is nowhere: with them it stays
    /// below the 150 requests that the free plan has for a minute. In a workspace of more a miss is never certain.
    static let otherProjectsMax = 100
    /// People whose tasks a look-up lists, for those that are in no project; a look-up has tasks of few.
    static let assigneesMax = 10
    /// Requests of one look-up, all lists together: below the 256 steps of a call.
    static let lookUpRequestsMax = 240
    /// Workspaces that discover looks into; each costs several requests of a call's 256.
    static let workspacesMax = 10
    /// Pages that discover reads of each list of a workspace.
    static let discoverPagesMax = 10
    /// How long a created task may stay out of a project's list, in milliseconds; the vendor promises nothing, a minute
    /// is ample.
    static let findLagMs: Int64 = 60_000
}
