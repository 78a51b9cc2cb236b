import PatchbayConnectorKit

extension LinearConnector {
    /// What this connector is.
    public static let descriptor = Descriptor(
        id: "org.patchbay.linear", name: "Linear", version: "1.0.0", vendor: "Patchbay", integrationTypes: ["linear"],
        origin: .fixed("https://api.linear.app"),
        operations: [
            OperationSupport(.check), OperationSupport(.discover),
            OperationSupport(.create, batchMax: LinearLimits.issuesMax), OperationSupport(.update, batchMax: 1),
            OperationSupport(.find, batchMax: LinearLimits.issuesMax),
            OperationSupport(.fetch, batchMax: LinearLimits.issuesMax),
        ],
        settings: [
            SettingField(
                "teamId", .string, required: true,
                help: "The id (a UUID, not the key) of the team that gets the issues.", isTarget: true),
            SettingField(
                "defaultStateId", .string, help: "The id of the state of new issues; without it the team's own default."
            ),
            SettingField(
                "assigneeMapping", .map,
                help: "E-mail addresses to Linear user ids; who is not named is left unassigned."),
        ],
        tokenKinds: [
            TokenKind("api-key", .header("Authorization")),
            TokenKind(
                "oauth", .bearer,
                oauth: OAuth(
                    authorizeURL: "https://linear.app/oauth/authorize", tokenURL: "https://api.linear.app/oauth/token",
                    revokeURL: "https://api.linear.app/oauth/revoke", scopes: "read,write", refreshRotates: true,
                    reuseWindowMs: 1_800_000)),
        ],
        // The smallest numbers in the vendor's own table; every answer tells the real ones.
        budgets: [
            Budget("requests", limit: 2_500, windowMs: 3_600_000),
            Budget("complexity", limit: 2_000_000, windowMs: 3_600_000),
        ],
        requestsConcurrentMax: 8, writesConcurrentMax: 8, createRepeatable: true)
}
