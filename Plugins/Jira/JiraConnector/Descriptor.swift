import PatchbayConnectorKit

extension JiraConnector {
    /// What this connector is.
    public static let descriptor = Descriptor(
        id: "org.patchbay.jira", name: "Jira Cloud", version: "1.0.0", vendor: "Patchbay", integrationTypes: ["jira"],
        origin: .setting("host"),
        operations: [
            OperationSupport(.check), OperationSupport(.discover),
            OperationSupport(.create, batchMax: JiraLimits.issuesMax), OperationSupport(.update, batchMax: 1),
            OperationSupport(.find, batchMax: JiraLimits.issuesMax),
            OperationSupport(.fetch, batchMax: JiraLimits.issuesMax),
        ],
        settings: [
            SettingField(
                "host", .url, required: true, help: "The address of the site, such as https://example.atlassian.net.",
                isTarget: true),
            SettingField(
                "projectKey", .string, required: true,
                help: "The key of the project that gets the issues, such as ENG, or its id.",
                isTarget: true),
            SettingField(
                "email", .string, required: true,
                help: "The e-mail address of the account that the API token belongs to."),
            SettingField("issueType", .string, defaultValue: "Task", help: "The name or id of the issue type to make."),
            SettingField(
                "assigneeMapping", .map, help: "E-mail addresses to account ids; who is not named is left unassigned."),
        ],
        tokenKinds: [
            TokenKind("api-key", .basic(userSetting: "email")),
            TokenKind(
                "oauth", .bearer, origin: "https://api.atlassian.com",
                oauth: OAuth(
                    authorizeURL: "https://auth.atlassian.com/authorize?audience=api.atlassian.com&prompt=consent",
                    tokenURL: "https://auth.atlassian.com/oauth/token",
                    scopes: "read:jira-work write:jira-work read:jira-user offline_access", refreshRotates: true,
                    reuseWindowMs: 600_000, refreshIdleMs: 7_776_000_000, tokenRequestJSON: true)),
        ],
        // The vendor's bucket for each endpoint, which is all that an API token is under, and the hourly points of an
        // OAuth app.
        budgets: [Budget("burst", limit: 100, windowMs: 1_000), Budget("points", limit: 65_000, windowMs: 3_600_000)],
        requestsConcurrentMax: 10, writesConcurrentMax: 10, throttlesByStatus: true, findLagMs: JiraLimits.findLagMs,
        // Through the gateway they have the site's id before them, which no fixed path can hold.
        readingPaths: ["/rest/api/3/search/jql", "/rest/api/3/issue/bulkfetch"])
}
