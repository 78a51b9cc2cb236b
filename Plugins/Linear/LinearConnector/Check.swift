import PatchbayConnectorKit

extension LinearConnector {
    private struct Owner: Decodable, Sendable {
        struct Organization: Decodable, Sendable {
            let name: String?
            let urlKey: String
        }

        let viewer: LinearNamed
        let organization: Organization
    }

    private struct TeamFound: Decodable, Sendable {
        struct Issue: Decodable, Sendable {
            let id: String
        }

        let teams: LinearPage<LinearNamed>
        let issues: LinearPage<Issue>?
    }

    private static let teamDocument = """
        query($id: ID!) {
          teams(filter: {id: {eq: $id}}, first: 1) { nodes { id name key } pageInfo { hasNextPage endCursor } }
          issues(filter: {team: {id: {eq: $id}}}, includeArchived: true, first: 1) {
            nodes { id } pageInfo { hasNextPage endCursor } } }
        """

    /// Reads the token's owner, the team, one of its issues and the default state.
    public func check(_ api: API) async throws -> Account {
        try await refusedAsCall {
            let (owner, _) = try await query(
                Owner.self, "query { viewer { id name email } organization { id name urlKey } }", [:], api)
            guard !PlainText.isBlank(owner.viewer.id) else {
                throw CallFailure.protocolError("Linear names an owner of the token without an id.")
            }
            var (problems, lookUps) = try await team(api)
            if problems.isEmpty, let state = settings.defaultStateId {
                states.forget()
                if try await !teamStates(api).contains(where: { $0.id == state }) {
                    problems.append(
                        Notice(
                            "state_not_found", field: "defaultStateId",
                            "The team has no state \(state). Run discover and set defaultStateId."))
                }
            }
            return Account(
                id: owner.viewer.id, name: owner.viewer.name, email: owner.viewer.email,
                place: owner.organization.name ?? owner.organization.urlKey, problems: problems, lookUps: lookUps)
        }
    }

    /// What is wrong with the team, and whether look-ups are certain: they go by the issue's own id, so that it is
    /// enough that this account sees the team and may read its issues.
    private func team(_ api: API) async throws -> ([Notice], Account.LookUps) {
        do {
            let (found, _) = try await query(
                TeamFound.self, Self.teamDocument, ["id": .string(settings.teamId)], isProof: true, api)
            let isSeen = found.teams.nodes.contains { $0.id.lowercased() == settings.teamId.lowercased() }
            if isSeen { return ([], found.issues?.pageInfo == nil ? .notTold : .proved) }
        } catch let refusal as LinearRefusal {
            api.note("The team's look-up was refused: \(refusal.message)")
        }
        let missing = Notice(
            "team_not_found", field: "teamId",
            "There is no team with the id \(settings.teamId); it must be the id (a UUID), not the key. Run discover "
                + "and set teamId."
        )
        return ([missing], .notTold)
    }

    /// Lists teams and users, and the states and labels of the team that is set.
    public func discover(_ api: API) async throws -> [Discovered] {
        try await refusedAsCall {
            let teams = try await pages(
                LinearNamed.self, "teams",
                "query($first: Int!, $after: String) { teams(first: $first, after: $after) "
                    + "{ nodes { id name key } pageInfo { hasNextPage endCursor } } }", [:], api)
            let users = try await pages(
                LinearNamed.self, "users",
                "query($first: Int!, $after: String) { users(first: $first, after: $after) "
                    + "{ nodes { id name email } pageInfo { hasNextPage endCursor } } }", [:], api)
            var found = teams.map { Discovered("team", id: $0.id, name: $0.name, setting: "teamId", detail: $0.key) }
            if !settings.teamId.isEmpty {
                found += try await teamStates(api).map {
                    Discovered("state", id: $0.id, name: $0.name, setting: "defaultStateId", detail: $0.type)
                }
            }
            found += users.map {
                Discovered("user", id: $0.id, name: $0.name, setting: "assigneeMapping", detail: $0.email)
            }
            guard !settings.teamId.isEmpty else { return found }
            let labels = try await labelIds(api).sorted { $0.key < $1.key }
            return found + labels.map { Discovered("label", id: $0.value, name: $0.key) }
        }
    }
}
