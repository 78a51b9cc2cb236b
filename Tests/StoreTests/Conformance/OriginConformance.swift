import PatchbayModel
import PatchbayStore
import Testing

@Suite("Any store keeps what an attempt was")
struct OriginConformance {
    private static func origin(_ project: String = "A", account: String? = "me") -> AttemptOrigin {
        AttemptOrigin(
            connectorID: "org.example", connectorDigest: "d1", baseURL: "https://x.example",
            settings: ["project": .text(project)],
            tokenKind: "api-key", accountID: account)
    }

    private func claim(
        _ store: any Store, _ id: Int64, _ origin: AttemptOrigin?, now: Timestamp = noon, clock: RunningTime? = nil,
        vendorDate: Timestamp? = nil
    ) async throws -> [ClaimedDelivery] {
        try await store.claim(
            ClaimRequest(
                integrationID: id, scope: DeliveryScope(), limit: 10, now: now, clock: clock ?? now.running,
                lease: .seconds(300),
                origin: origin, vendorDate: vendorDate))
    }

    private func claimUnknown(_ store: any Store, _ id: Int64, now: Timestamp, clock: RunningTime? = nil) async throws
        -> [ClaimedDelivery]
    {
        try await store.claimUnknown(
            ClaimRequest(
                integrationID: id, scope: DeliveryScope(), limit: 10, now: now, clock: clock ?? now.running,
                lease: .seconds(300)))
    }

    @Test(
        "an unknown delivery brings where, as whom and when it was sent, whatever the integration says by then",
        arguments: Driver.all)
    func kept(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["t", "u"], to: [a])
            let told = noon.later(seconds: -30)
            let sent = try await claim(store, a, Self.origin(), vendorDate: told)
            let closed = noon.later(seconds: 9).running
            _ = try await store.record(
                sent.map {
                    var update = $0.update(.unknown)
                    update.closedAt = closed
                    return update
                })
            let found = try await claimUnknown(store, a, now: noon.later(seconds: 60))
            let lookUp = try #require(found.first?.lookUp)
            #expect(
                found.count == 2 && lookUp.origin == Self.origin() && lookUp.origin?.settings == ["project": .text("A")]
            )
            #expect(lookUp.closedAt == closed && lookUp.vendorBefore == told && lookUp.vendorAfter == nil)
            // A look-up adds what the vendor's clock said after, once, and leaves the rest.
            for second in [70, 80] as [Int64] {
                _ = try await store.record(
                    found.map {
                        var update = DeliveryUpdate(
                            row: $0.row, fence: $0.fence, state: .unknown, startedAt: noon, endedAt: noon)
                        update.operation = .find
                        update.vendorAfter = noon.later(seconds: second)
                        return update
                    })
            }
            let again = try await claimUnknown(store, a, now: noon.later(seconds: 400)).first?.lookUp
            #expect(again?.closedAt == closed && again?.vendorAfter == noon.later(seconds: 70) && again?.number == 2)
        }
    }

    @Test(
        "a wall clock that jumps ahead ends no lease, and one that is set back keeps none alive", arguments: Driver.all)
    func jumps(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["t"], to: [a])
            _ = try await claim(store, a, Self.origin())
            let day: Int64 = 86_400
            let early = noon.later(seconds: 299).running
            #expect(try await claimUnknown(store, a, now: noon.later(seconds: day), clock: early).isEmpty)
            #expect(try await store.delivery("t", a).state == .sending)
            let late = noon.later(seconds: 300).running
            #expect(try await claimUnknown(store, a, now: noon.later(seconds: -day), clock: late).count == 1)
            #expect(try await store.delivery("t", a).state == .unknown)
        }
    }

    @Test("after the machine was started anew the wall clock decides", arguments: Driver.all)
    func otherBoot(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["t"], to: [a])
            _ = try await claim(store, a, Self.origin())
            let started = RunningTime(boot: "another", milliseconds: 5_000)
            #expect(try await claimUnknown(store, a, now: noon.later(seconds: 299), clock: started).isEmpty)
            let found = try await claimUnknown(store, a, now: noon.later(seconds: 300), clock: started)
            #expect(found.first?.lookUp?.closedAt == started)
        }
    }

    @Test(
        "witnesses are tasks that were made from the same place, the latest first, and no others", arguments: Driver.all
    )
    func witnesses(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["one", "two"], to: [a])
            _ = try await store.record(claim(store, a, Self.origin()).map { $0.update(.delivered) })
            try await store.importPlain(["three"], to: [a])
            _ = try await store.record(claim(store, a, Self.origin(account: "you")).map { $0.update(.delivered) })
            try await store.importPlain(["elsewhere"], to: [a])
            _ = try await store.record(claim(store, a, Self.origin("B")).map { $0.update(.delivered) })
            let found = try await store.witnesses(integrationID: a, origin: Self.origin(), skip: 0, limit: 2)
            #expect(found.map(\.externalID) == ["ext-three", "ext-two"])
            #expect(found.map(\.task.id) == ["three", "two"] && found[0].deliveryID.count == 36)
            #expect(
                try await store.witnesses(integrationID: a, origin: Self.origin(), skip: 2, limit: 2).map(\.externalID)
                    == ["ext-one"])
            // With all of them skipped it begins anew.
            #expect(
                try await store.witnesses(integrationID: a, origin: Self.origin(), skip: 9, limit: 1).map(\.externalID)
                    == ["ext-three"])
            #expect(try await store.witnesses(integrationID: a, origin: Self.origin("C"), skip: 0, limit: 2).isEmpty)
        }
    }

    @Test("a look-up that would come late is hastened, one that comes soon is not", arguments: Driver.all)
    func hastened(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["late", "soon"], to: [a])
            _ = try await store.record(
                store.take(a).map {
                    var update = $0.update(.unknown)
                    update.dueAt = noon.later(seconds: $0.task.id == "late" ? 86_400 : 200)
                    return update
                })
            #expect(try await store.hastenLookUps(integrationID: a, later: noon.later(seconds: 300), now: noon) == 1)
            #expect(try await claimUnknown(store, a, now: noon).map(\.task.id) == ["late"])
        }
    }

    @Test("what a vendor's clock and a check told is kept with the integration", arguments: Driver.all)
    func told(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            #expect(try await store.integration(named: "a")?.vendorClock == nil)
            try await store.noteVendorClock(integrationID: a, VendorClock(date: nil, seenAt: noon))
            #expect(try await store.integration(named: "a")?.vendorClock == VendorClock(date: nil, seenAt: noon))
            try await store.noteVendorClock(integrationID: a, VendorClock(date: noon.later(seconds: -90), seenAt: noon))
            #expect(try await store.integration(named: "a")?.vendorClock?.skew == .seconds(90))
            for power in [LookUpPower.proved, .never("It hides them."), .notTold] {
                try await store.noteLookUps(integrationID: a, power)
                #expect(try await store.integration(named: "a")?.lookUps == power)
            }
        }
    }
}
