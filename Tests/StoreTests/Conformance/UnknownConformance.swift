import PatchbayModel
import PatchbayStore
import Testing

@Suite("Any store looks up what is unknown")
struct UnknownConformance {
    private func claimUnknown(_ store: any Store, _ id: Int64, now: Timestamp, limit: Int = 10) async throws
        -> [ClaimedDelivery]
    {
        let request = ClaimRequest(
            integrationID: id, scope: DeliveryScope(), limit: limit, now: now, clock: now.running, lease: .seconds(300))
        return try await store.claimUnknown(request)
    }

    private func lookedUp(_ delivery: ClaimedDelivery, _ state: DeliveryState, at time: Timestamp) -> DeliveryUpdate {
        var update = DeliveryUpdate(
            row: delivery.row, fence: delivery.fence, state: state, startedAt: time, endedAt: time)
        update.operation = .find
        return update
    }

    @Test("an unknown delivery is looked up when its time has come, and by one host at a time", arguments: Driver.all)
    func claims(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["t"], to: [a])
            try await store.settleAll(a, as: .unknown) { $0.dueAt = noon.later(seconds: 60) }
            #expect(try await claimUnknown(store, a, now: noon.later(seconds: 59)).isEmpty)
            #expect(try await store.counts(now: noon.later(seconds: 59)).first?.due == 0)
            #expect(try await store.counts(now: noon.later(seconds: 60)).first?.due == 1)
            let first = try await claimUnknown(store, a, now: noon.later(seconds: 60))
            #expect(first.map(\.task.id) == ["t"] && first.first?.lookUp?.number == 1)
            #expect(first.first?.lookUp?.unknownSince == noon.later(seconds: 1))
            #expect(try await claimUnknown(store, a, now: noon.later(seconds: 61)).isEmpty)
            // The host died: after its lease another may look.
            let second = try await claimUnknown(store, a, now: noon.later(seconds: 360))
            #expect(second.first?.lookUp?.number == 2)
            // What the first one brings now is stale.
            #expect(try await store.record(first.map { lookedUp($0, .pending, at: noon) }).count == 1)
            #expect(try await store.take(a, now: noon.later(seconds: 400)).isEmpty)
        }
    }

    @Test(
        "a look-up leads to delivered, back to pending, or to the next look-up, each with its attempt",
        arguments: Driver.all)
    func outcomes(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["found", "missing", "open"], to: [a])
            try await store.settleAll(a, as: .unknown)
            let later = noon.later(seconds: 100)
            for delivery in try await claimUnknown(store, a, now: later) {
                var update = lookedUp(delivery, .unknown, at: later)
                if delivery.task.id == "found" {
                    update = lookedUp(delivery, .delivered, at: later)
                    update.externalID = "x1"
                } else if delivery.task.id == "missing" {
                    update = lookedUp(delivery, .pending, at: later)
                } else {
                    update.dueAt = noon.later(seconds: 200)
                }
                #expect(try await store.record([update]) == [])
            }
            let found = try await store.delivery("found", a)
            #expect(found.state == .delivered && found.externalID == "x1" && found.attempts == 1)
            #expect(try await store.attempts(deliveryRow: found.row).map(\.operation) == [.create, .find])
            #expect(try await store.take(a, now: later).map(\.task.id) == ["missing"])
            let open = try await claimUnknown(store, a, now: noon.later(seconds: 200))
            #expect(open.map(\.task.id) == ["open"])
            // The moment from which patience counts does not move.
            #expect(open.first?.lookUp?.number == 2 && open.first?.lookUp?.unknownSince == noon.later(seconds: 1))
        }
    }

    @Test("a person settles an unknown one either way, and a late outcome no longer counts", arguments: Driver.all)
    func resolved(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["x", "y", "z"], to: [a])
            let claimed = try await store.take(a)
            try await store.importPlain([], to: [a])
            _ = try await store.record(claimed.map { $0.update(.unknown) })
            #expect(
                try await store.resolve(taskID: "x", integrationID: a, .exists("e1"), now: noon)?.externalID == "e1")
            #expect(try await store.resolve(taskID: "y", integrationID: a, .notCreated, now: noon)?.state == .pending)
            #expect(try await store.resolve(taskID: "x", integrationID: a, .notCreated, now: noon) == nil)
            #expect(try await store.resolve(taskID: "none", integrationID: a, .notCreated, now: noon) == nil)
            let late = claimed.filter { $0.task.id != "z" }.map { $0.update(.delivered) }
            #expect(try await store.record(late).count == 2)
            #expect(try await store.delivery("y", a).state == .pending)
            #expect(try await store.delivery("x", a).externalID == "e1")
        }
    }

    @Test("a pause keeps everything from being claimed, and then lets it through", arguments: Driver.all)
    func pause(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["t"], to: [a])
            try await store.pause(integrationID: a, until: noon.later(seconds: 60))
            #expect(try await store.take(a, now: noon.later(seconds: 59)).isEmpty)
            let counts = try await store.counts(now: noon.later(seconds: 59)).first
            #expect(counts?.due == 0 && counts?.nextDueAt == noon.later(seconds: 60))
            #expect(try await store.take(a, now: noon.later(seconds: 60)).count == 1)
            // A change of the integration's settings leaves the pause alone.
            var record = try #require(try await store.integration(named: "a"))
            record.pausedUntil = nil
            try await store.update(record)
            #expect(try await store.integration(named: "a")?.pausedUntil == noon.later(seconds: 60))
        }
    }
}
