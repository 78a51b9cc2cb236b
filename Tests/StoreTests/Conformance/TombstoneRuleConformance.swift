import PatchbayModel
import PatchbayStore
import Testing

/// A removed delivery and one that comes from another home are the same question: what becomes of it where there is one
/// already.
@Suite("Any store takes tombstones over by the rule by which deliveries move")
struct TombstoneRuleConformance {
    /// A task to two integrations of one place: "a", which is removed, in one state, and "b" in another.
    private struct Pair {
        let store: any Store
        let kept: DeliveryState
        let here: DeliveryState

        var task: String { "\(kept)-\(here)" }
        private var address: String { "https://\(kept).\(here).example" }
        var target: DeliveryTarget {
            DeliveryTarget(
                type: "asana", connectorID: "org.example", addresses: [address], baseURL: address, fields: [])
        }

        func integration(_ name: String) -> IntegrationRecord {
            IntegrationRecord(name: "\(name)-\(task)", type: "asana", baseURL: address, createdAt: noon)
        }

        func bind(_ integrations: [Int64]) async throws { try await store.importPlain([task], to: integrations) }

        func send(_ id: Int64, _ state: DeliveryState) async throws {
            if state == .pending || state == .cancelled { return }
            let origin = AttemptOrigin(
                connectorID: "org.example", connectorDigest: "d", baseURL: address, settings: [:], tokenKind: "api-key",
                accountID: "me")
            let claimed = try await store.claim(
                ClaimRequest(
                    integrationID: id, scope: DeliveryScope(), limit: 10, now: noon, clock: noon.running,
                    lease: .seconds(300), origin: origin))
            if state == .sending { return }
            let updates = claimed.map { one in
                one.update(state) {
                    if state == .waiting { $0.dueAt = noon.later(seconds: 900) }
                    if state == .unknown { $0.closedAt = noon.later(seconds: 9).running }
                }
            }
            #expect(try await store.record(updates) == [])
        }

        func make() async throws -> (a: Int64, b: Int64) {
            let a = try await store.add(integration("a")).id
            try await bind([a])
            try await send(a, kept)
            if kept == .cancelled { _ = try await store.cancelTask(id: task, now: noon) }
            let b = try await store.add(integration("b")).id
            try await bind([a, b])
            try await send(b, here)
            if here == .cancelled { try await bind(kept == .pending ? [a] : []) }
            return (a, b)
        }
    }

    @Test("whatever both are", arguments: Driver.all) func rule(driver: Driver) async throws {
        try await driver.withStore { store in
            for kept in DeliveryState.allCases {
                for here in DeliveryState.allCases { try await check(Pair(store: store, kept: kept, here: here)) }
            }
        }
    }

    private func check(_ pair: Pair) async throws {
        let (store, kept, here) = (pair.store, pair.kept, pair.here)
        let (a, b) = try await pair.make()
        let (was, stands) = (try await store.delivery(pair.task, a), try await store.delivery(pair.task, b))
        try #require(was.state == kept && stands.state == here, "\(kept), \(here)")
        var moved = MovedDelivery(integration: "b", deliveryID: was.deliveryID, state: kept)
        moved.externalID = was.externalID
        let rule = MoveDecision(
            moved,
            here: MoveDecision.Here(
                deliveryID: stands.deliveryID, state: here, externalID: stands.externalID, isRestored: false))

        try await store.remove(a, force: true, at: pair.target)
        var integration = pair.integration("b")
        integration.id = b
        _ = try await store.update(integration, adoptingAt: pair.target, now: noon)
        let now = try await store.delivery(pair.task, b)
        let words: Comment = "\(kept) and \(here): \(rule), became \(now.state)"
        switch rule {
        case .take: #expect(now.state == kept && now.deliveryID == was.deliveryID, words)
        case .mark:
            #expect(now.state == here && now.deliveryID == was.deliveryID, words)
            _ = try await store.retry(taskIDs: [pair.task], integrationID: b, codes: nil, now: noon)
            if here == .refused { #expect(try await store.delivery(pair.task, b).state == .unknown, words) }
        case .keep, .tell, .refuse:
            // What neither has sent gets the older delivery id, under which a copy of the store would look for it.
            let id = !moved.mayBeThere && here == .pending ? was.deliveryID : stands.deliveryID
            #expect(now.state == here && now.deliveryID == id, words)
        }
    }
}
