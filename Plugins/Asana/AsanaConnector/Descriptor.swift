import PatchbayConnectorKit

extension AsanaConnector {
    /// What this connector is.
    public static let descriptor = Descriptor(
        id: "org.patchbay.asana", name: "Asana", version: "1.0.0", vendor: "Patchbay", integrationTypes: ["asana"],
        origin: .fixed("https://app.asana.com"),
        operations: [
            OperationSupport(.check), OperationSupport(.discover),
            OperationSupport(.create, batchMax: AsanaLimits.actionsMax),
            OperationSupport(.update, batchMax: AsanaLimits.actionsMax),
            OperationSupport(.find, batchMax: AsanaLimits.lookUpsMax),
            OperationSupport(.fetch, batchMax: AsanaLimits.actionsMax),
        ],
        settings: [
            SettingField(
                "workspaceId", .string, required: true, help: "The id of the workspace; `discover` lists them.",
                isTarget: true),
            SettingField(
                "projectId", .string, required: true,
                help: "The id of the project that gets the tasks; `discover` lists them.",
                isTarget: true),
            SettingField(
                "assigneeMapping", .map,
                help: "E-mail addresses to Asana user ids; who is not named is left unassigned."),
        ],
        tokenKinds: [
            TokenKind("api-key", .bearer),
            TokenKind(
                "oauth", .bearer,
                oauth: OAuth(
                    authorizeURL: "https://app.asana.com/-/oauth_authorize",
                    tokenURL: "https://app.asana.com/-/oauth_token",
                    revokeURL: "https://app.asana.com/-/oauth_revoke", scopes: "default")),
        ],
        // The free plan's number: what a paid plan allows beyond it is not told by any answer.
        budgets: [Budget("requests", limit: 150, windowMs: 60_000)],
        requestsConcurrentMax: 50, writesConcurrentMax: AsanaLimits.writesMax, throttlesByStatus: true,
        findLagMs: AsanaLimits.findLagMs)
}
