import PatchbayModel
import PatchbayStore
import Testing

@Suite("Any store keeps tombstones of what was removed")
struct TombstoneConformance {
    private static let base = "https://x.example"

    private static func target(_ project: String? = "A", baseURL: String? = nil, type: String = "asana")
        -> DeliveryTarget
    {
        DeliveryTarget(
            type: type, connectorID: "org.example", addresses: [baseURL ?? base], baseURL: baseURL,
            fields: [DeliveryTarget.Field(name: "project", value: project.map(SettingValue.text), isRequired: true)])
    }

    private static func origin(_ project: String = "A") -> AttemptOrigin {
        AttemptOrigin(
            connectorID: "org.example", connectorDigest: "d1", baseURL: base, settings: ["project": .text(project)],
            tokenKind: "api-key", accountID: "me")
    }

    private func record(_ name: String, project: String = "A") -> IntegrationRecord {
        IntegrationRecord(
            name: name, type: "asana",
            settings: ["project": .text(project), "people": .map(["a@x": "1"]), "note": .text("n")],
            createdAt: noon)
    }

    private func claim(
        _ store: any Store, _ id: Int64, at target: DeliveryTarget? = nil, now: Timestamp = noon
    ) async throws -> [ClaimedDelivery] {
        try await store.claim(
            ClaimRequest(
                integrationID: id, scope: DeliveryScope(), limit: 10, now: now, clock: now.running,
                lease: .seconds(300),
                origin: Self.origin(), target: target, vendorDate: noon.later(seconds: -30)))
    }

    private func adopted(
        _ store: any Store, _ record: IntegrationRecord, at target: DeliveryTarget
    ) async throws -> (Int64, [DeliveryState: Int]) {
        let (added, adopted) = try await store.add(record, adoptingAt: target, now: noon.later(seconds: 100))
        return (added.id, adopted)
    }

    /// One task in each state to an integration named "a": the state is the task's id.
    private func inEveryState(_ store: any Store) async throws -> Int64 {
        let a = try await store.add(record("a")).id
        try await store.importPlain(["delivered", "refused", "unknown", "sending"], to: [a])
        let updates = try await claim(store, a).compactMap { claimed -> DeliveryUpdate? in
            guard let state = DeliveryState(rawValue: claimed.task.id), state != .sending else { return nil }
            return claimed.update(state) {
                $0.displayID = "A-1"
                $0.url = "https://x.example/1"
                if state == .unknown { $0.closedAt = noon.later(seconds: 9).running }
            }
        }
        #expect(try await store.record(updates) == [])
        try await store.importPlain(["pending", "cancelled"], to: [a])
        _ = try await store.cancelTask(id: "cancelled", now: noon)
        return a
    }

    @Test(
        "what was or may have been made comes back as it was in an integration of the same target",
        arguments: Driver.all)
    func everyState(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await inEveryState(store)
            let before = try await store.delivery("delivered", a)
            let unknown = try await store.delivery("unknown", a)
            let kept = try await store.remove(a, force: true, at: Self.target())
            #expect(kept.kept == [.delivered: 1, .unknown: 1, .sending: 1, .cancelled: 1])
            #expect(try await store.unboundCount() == 2, "pending and refused ones are bound for nowhere")
            #expect(try await store.tombstones(taskID: "pending").isEmpty)
            let told = try #require(try await store.tombstones(taskID: "delivered").first)
            #expect(
                told.integration == "a" && told.state == .delivered && told.externalID == before.externalID
                    && told.removedAt == noon)

            let (b, adopted) = try await adopted(store, record("b"), at: Self.target())
            #expect(adopted == kept.kept)
            let after = try await store.delivery("delivered", b)
            #expect(
                after.deliveryID == before.deliveryID && after.externalID == before.externalID
                    && after.url == before.url)
            #expect(
                after.displayID == "A-1" && after.deliveredAt == before.deliveredAt && !after.changedSince
                    && after.attempts == 1)
            #expect(try await store.delivery("unknown", b).deliveryID == unknown.deliveryID)
            #expect(try await store.delivery("sending", b).state == .sending)
            #expect(try await store.delivery("cancelled", b).state == .cancelled)
            #expect(try await store.unboundCount() == 2)
            #expect(try await store.tombstones(taskID: "delivered").isEmpty)

            let found = try await store.claimUnknown(
                ClaimRequest(
                    integrationID: b, scope: DeliveryScope(), limit: 10, now: noon.later(seconds: 400),
                    clock: noon.later(seconds: 400).running, lease: .seconds(300)))
            #expect(Set(found.map(\.task.id)) == ["unknown", "sending"])
            let lookUp = try #require(found.first { $0.task.id == "unknown" }?.lookUp)
            #expect(lookUp.origin == Self.origin() && lookUp.closedAt == noon.later(seconds: 9).running)
            #expect(lookUp.claimedAt == noon.running && lookUp.vendorBefore == noon.later(seconds: -30))
            #expect(
                try await store.witnesses(integrationID: b, origin: Self.origin(), skip: 0, limit: 9).map(\.task.id)
                    == ["delivered"])
        }
    }

    @Test("another target takes nothing over; one of several does, once", arguments: Driver.all)
    func places(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.add(record("a")).id
            try await store.importPlain(["t"], to: [a])
            _ = try await store.record(claim(store, a).map { $0.update(.delivered) })
            try await store.remove(a, at: Self.target())
            for (place, other) in [
                Self.target("B"), Self.target(nil), Self.target(baseURL: "https://y.example"),
                DeliveryTarget(
                    type: "asana", connectorID: "org.other", addresses: [Self.base], baseURL: nil,
                    fields: Self.target().fields),
            ].enumerated() {
                #expect(try await adopted(store, record("other-\(place)"), at: other).1.isEmpty, "\(place)")
            }
            #expect(try await adopted(store, record("b"), at: Self.target()).1 == [.delivered: 1])
            #expect(try await adopted(store, record("c"), at: Self.target()).1.isEmpty)
            // Removed again, it is kept again.
            try await store.remove(try #require(try await store.integration(named: "b")).id, at: Self.target())
            #expect(try await adopted(store, record("d"), at: Self.target()).1 == [.delivered: 1])
        }
    }

    @Test("an integration that delivered elsewhere before finds all again, there and here", arguments: Driver.all)
    func moved(driver: Driver) async throws {
        try await driver.withStore { store in
            let ids = ["b": "B", "a": "A"]
            for (name, project) in ids {
                let id = try await store.add(record(name)).id
                try await store.importPlain(["t-" + name], to: [id])
                _ = try await store.record(claim(store, id).map { $0.update(.delivered) })
                // Made in A; then the target was changed to B, or not.
                try await store.update(record(name, project: project).with(id: id))
                try await store.remove(id, at: Self.target(project))
            }
            // One that was in B at last takes what it had made, wherever that was.
            #expect(try await adopted(store, record("c", project: "B"), at: Self.target("B")).1 == [.delivered: 1])
            #expect(try await adopted(store, record("d"), at: Self.target()).1 == [.delivered: 1])
        }
    }

    @Test(
        "where its connector was not there to say what the target is, settings and address tell it",
        arguments: Driver.all)
    func withoutConnector(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.add(record("a")).id
            _ = try await store.importTasks(
                [TaskImport(task: TrackedTask(id: "t", title: "T"), integrationIDs: [a], externalID: "17")], now: noon)
            try await store.remove(a)
            #expect(try await adopted(store, record("b", project: "B"), at: Self.target("B")).1.isEmpty)
            let otherType = Self.target(type: "jira")
            #expect(try await adopted(store, record("x"), at: otherType).1.isEmpty)
            let (c, adopted) = try await adopted(store, record("c"), at: Self.target())
            #expect(adopted == [.delivered: 1])
            #expect(try await store.delivery("t", c).externalID == "17")
        }
    }

    @Test(
        "settings that come later take over what there is, and what was surely not made gives way",
        arguments: Driver.all)
    func later(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.add(record("a")).id
            try await store.importPlain(["t", "u", "v", "p"], to: [a])
            _ = try await store.record(claim(store, a).map { $0.update(.delivered) })
            try await store.remove(a, at: Self.target())
            let b = try await store.add(record("b", project: "B")).id
            try await store.importPlain(["t", "u", "w"], to: [b])
            // One was made in B meanwhile: that stays.
            let made = try await claim(store, b).filter { $0.task.id == "u" }.map {
                $0.update(.delivered) { $0.externalID = "in-b" }
            }
            _ = try await store.record(made)
            try await store.importPlain(["p"], to: [b])
            let adopted = try await store.update(record("b").with(id: b), adoptingAt: Self.target(), now: noon)
            #expect(adopted == [.delivered: 2], "t is still under way for b, u is there, p is to be sent and v is free")
            #expect(try await store.delivery("p", b).externalID == "ext-p")
            #expect(try await store.delivery("v", b).externalID == "ext-v")
            #expect(try await store.delivery("u", b).externalID == "in-b")
            #expect(try await store.tombstones(taskID: "u").count == 1)
        }
    }

    @Test("whatever binds a task, a claim takes its tombstone over instead of sending it", arguments: Driver.all)
    func atClaim(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.add(record("a")).id
            try await store.importPlain(["t"], to: [a])
            _ = try await store.record(claim(store, a).map { $0.update(.delivered) })
            // A second integration of the same target, there before the first is removed.
            let b = try await store.add(record("b")).id
            try await store.remove(a, at: Self.target())
            try await store.importPlain(["t", "u"], to: [b])
            let claimed = try await store.claim(
                ClaimRequest(
                    integrationID: b, scope: DeliveryScope(), limit: 1, now: noon, clock: noon.running,
                    lease: .seconds(300),
                    origin: Self.origin(), target: Self.target()))
            #expect(claimed.map(\.task.id) == ["u"])
            let taken = try await store.delivery("t", b)
            #expect(taken.state == .delivered && taken.externalID == "ext-t")
            #expect(try await claim(store, b, at: Self.target()).isEmpty)
        }
    }

    @Test("forgetting keeps none, and those of the target go", arguments: Driver.all)
    func forgetting(driver: Driver) async throws {
        try await driver.withStore { store in
            for name in ["a", "b"] {
                let id = try await store.add(record(name)).id
                try await store.importPlain(["t-\(name)"], to: [id])
                _ = try await store.record(claim(store, id).map { $0.update(.delivered) })
                let removal = name == "a" ? Removal.keepingTombstones(Self.target()) : .forgetting(Self.target())
                let outcome = try await store.removeIntegration(id: id, force: false, removal, now: noon)
                #expect(outcome == (name == "a" ? RemovalOutcome(kept: [.delivered: 1]) : RemovalOutcome(forgotten: 1)))
            }
            #expect(try await adopted(store, record("c"), at: Self.target()).1.isEmpty)
            try await store.importPlain(["v"], to: [try #require(try await store.integration(named: "c")).id])
            let c = try #require(try await store.integration(named: "c")).id
            _ = try await store.record(claim(store, c).map { $0.update(.delivered) })
            try await store.remove(c, at: Self.target())
            #expect(try await store.forgetTombstones(ofRemoved: "nobody") == nil)
            #expect(try await store.forgetTombstones(ofRemoved: "c") == 1)
            #expect(try await store.forgetTombstones(ofRemoved: "c") == nil)
        }
    }
}

extension IntegrationRecord {
    fileprivate func with(id: Int64) -> IntegrationRecord {
        var changed = self
        changed.id = id
        return changed
    }
}
