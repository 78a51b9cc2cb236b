import PatchbayConnectorKit

/// What is known of the users to whom tasks are mapped, by their ids. One whom Linear does not take refuses a whole
/// batch, because it is one transaction: so it is asked before, once in a session.
struct LinearPeople: Sendable {
    /// Not sent as assignees.
    let refused = MemoSet<String>()
    /// Seen, active and assignable.
    let taken = MemoSet<String>()
    /// Asked about, whatever came of it.
    let asked = MemoSet<String>()

    /// Takes these for refused, where it is plain that one of them was: those that were not seen, if others were, or
    /// the only one. Otherwise they are asked about anew. Answers whether something was learnt.
    func learn(refused sent: [String]) -> Bool {
        let sent = Set(sent)
        let (taken, doubted) = (sent.intersection(self.taken.elements), sent.subtracting(self.taken.elements))
        if sent.count == 1 || (!taken.isEmpty && !doubted.isEmpty) {
            refused.insert(sent.count == 1 ? sent : doubted)
            return true
        }
        asked.forget()
        self.taken.forget()
        return false
    }
}

/// A user as far as it matters to an assignee.
private struct LinearUser: Decodable, Sendable {
    let id: String
    let active: Bool?
    let isAssignable: Bool?
}

extension LinearConnector {
    private static let usersDocument = """
        query($ids: [ID!]!, $first: Int!) {
          users(filter: {id: {in: $ids}}, includeDisabled: true, first: $first) {
            nodes { id active isAssignable } pageInfo { hasNextPage endCursor } } }
        """

    /// Asks whether those to whom these tasks are mapped are still there, and others of the mapping in the same
    /// request. No answer to it keeps a task back: whoever is in doubt is sent as the assignee.
    func learnPeople(_ tasks: [ConnectorTask], _ api: API) async throws {
        let known = people.asked.elements.union(people.refused.elements)
        let mapped = tasks.compactMap { $0.assignee.flatMap { settings.assignees[$0.lowercased()] } }
        let wanted = Set(mapped.filter(Self.isId)).subtracting(known)
        guard !wanted.isEmpty else { return }
        let others = Set(settings.assignees.values.filter(Self.isId)).subtracting(known).subtracting(wanted)
        let ids = Array((wanted.sorted() + others.sorted()).prefix(LinearLimits.pageRows))
        do {
            let variables: [String: JSONValue] = [
                "ids": .array(ids.map { .string($0) }), "first": .integer(Int64(ids.count)),
            ]
            let (data, _) = try await query(
                [String: LinearPage<LinearUser>].self, Self.usersDocument, variables, isProof: true, api)
            people.asked.insert(ids)
            note(data["users"], ids, api)
        } catch {
            let failure = (error as? LinearRefusal)?.callFailure ?? error as? CallFailure
            let endsCall =
                failure?.kind == .throttled || failure?.kind == .authFailed && failure?.authReason != .forbidden
            guard let failure, !endsCall else { throw error }
            // A fault may pass; an answer of another form is not asked for again.
            if failure.kind != .vendorFault { people.asked.insert(ids) }
            api.note("Whether the mapped users are still there could not be told: \(failure.message)")
        }
    }

    /// Who is not seen among others who are is taken for gone; where nobody is seen, this account may not see users.
    private func note(_ page: LinearPage<LinearUser>?, _ ids: [String], _ api: API) {
        let asked = Set(ids.map { $0.lowercased() })
        let isWhole = page?.pageInfo?.hasNextPage == false
        guard let page, isWhole, page.nodes.allSatisfy({ asked.contains($0.id.lowercased()) }) else {
            return api.note("Linear's list of users has no end, or others in it than were asked for.")
        }
        let users = Dictionary(page.nodes.map { ($0.id.lowercased(), $0) }) { first, _ in first }
        people.taken.insert(
            ids.filter { id in users[id.lowercased()].map { $0.active == true && $0.isAssignable != false } ?? false })
        people.refused.insert(
            ids.filter { id in
                guard let user = users[id.lowercased()] else { return !users.isEmpty }
                return user.active == false || user.isAssignable == false
            })
    }

    /// Whether it has the form of an id, so that a question with it is not refused: a UUID.
    private static func isId(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return parts.map(\.utf8.count) == [8, 4, 4, 4, 12] && parts.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }
}
