import PatchbayConnectorKit

extension LinearConnector {
    private static let labelsDocument = """
        query($first: Int!, $after: String) {
          issueLabels(first: $first, after: $after) {
            nodes { id name isGroup team { id } } pageInfo { hasNextPage endCursor } } }
        """

    static let statesDocument = """
        query($team: ID!, $first: Int!, $after: String) {
          workflowStates(filter: {team: {id: {eq: $team}}}, first: $first, after: $after) {
            nodes { id name type position } pageInfo { hasNextPage endCursor } } }
        """

    /// Looks up what these tasks need and is not known yet. `toggles` tells which tasks set a state that must be looked
    /// up.
    func lookUp(_ tasks: [ConnectorTask], toggles: (ConnectorTask) -> Bool, _ api: API) async throws -> LookedUp {
        var known = LookedUp()
        if tasks.contains(where: { !$0.labels.isEmpty }) { known.labels = try await labelIds(api) }
        known.unassignable = people.refused.elements
        known.openState = settings.defaultStateId
        if tasks.contains(where: toggles) {
            let states = try await teamStates(api)
            known.doneState = states.first { $0.type == "completed" }?.id
            known.openState = known.openState ?? states.first { $0.type == "unstarted" || $0.type == "backlog" }?.id
        }
        return known
    }

    /// Label ids by lower-case name, of the team before those of the workspace; groups cannot be put on an issue.
    func labelIds(_ api: API) async throws -> [String: String] {
        try await labels.value {
            let rows = try await pages(LinearLabel.self, "issueLabels", Self.labelsDocument, [:], api).filter {
                $0.isGroup != true
            }
            let ofTeam = rows.filter { $0.team?.id.lowercased() == settings.teamId.lowercased() }
            let ofWorkspace = rows.filter { $0.team == nil }
            return Dictionary((ofTeam + ofWorkspace).map { ($0.name.lowercased(), $0.id) }) { first, _ in first }
        }
    }

    /// The team's states in their order.
    func teamStates(_ api: API) async throws -> [LinearState] {
        try await states.value {
            try await pages(
                LinearState.self, "workflowStates", Self.statesDocument, ["team": .string(settings.teamId)], api
            )
            .sorted { ($0.position ?? 0, $0.id) < ($1.position ?? 0, $1.id) }
        }
    }
}
