import PatchbayConnectorKit

/// Speaks Linear's GraphQL API.
public struct LinearConnector: Connector {
    let settings: LinearSettings
    /// Label ids by lower-case name, of the team and of the whole workspace.
    let labels = Memo<[String: String]>()
    /// The states of the team, in their order.
    let states = Memo<[LinearState]>()
    /// Whom Linear takes as assignees, as far as it is known.
    let people = LinearPeople()

    /// Opens for one team.
    public init(_ opening: Opening) throws(SettingsFailure) {
        settings = try LinearSettings(opening)
    }
}

/// The settings of one integration, read once.
struct LinearSettings: Sendable {
    let teamId: String
    /// The state of new open issues; nil leaves it to the team.
    let defaultStateId: String?
    /// User ids by lower-case e-mail.
    let assignees: [String: String]

    init(_ opening: Opening) throws(SettingsFailure) {
        teamId = try opening.required("teamId")
        defaultStateId = opening.text("defaultStateId")
        assignees = opening.mapByLowercase("assigneeMapping")
    }
}

/// The bounds of this connector.
enum LinearLimits {
    /// Issues in one batch; the vendor's number.
    static let issuesMax = 50
    /// Rows of one page; more rows cost more of the complexity budget.
    static let pageRows = 100
    /// Pages of one list: 5,000 rows are more than a workspace has of labels, states or users a person looks through.
    static let pagesMax = 50
    /// Of the name of a limit's operation; the vendor's are words such as `issueCreate`.
    static let endpointNameBytesMax = 64
}
