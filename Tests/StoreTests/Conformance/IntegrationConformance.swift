import PatchbayModel
import PatchbayStore
import Testing

@Suite("Any store keeps integrations")
struct IntegrationConformance {
    @Test("an integration comes back as it went in", arguments: Driver.all)
    func roundTrip(driver: Driver) async throws {
        try await driver.withStore { store in
            let given = IntegrationRecord(
                name: "work", type: "jira",
                settings: [
                    "host": .text("x.example.com"), "n": .integer(-5), "b": .boolean(true), "m": .map(["ä@b": "1/2"]),
                ],
                baseURL: "http://127.0.0.1:1", authURL: "https://auth.example.com", isActive: false,
                patience: .milliseconds(1_500),
                facts: ["account": "日本"], createdAt: noon)
            let added = try await store.add(given)
            #expect(added.id > 0)
            var expected = given
            expected.id = added.id
            #expect(added == expected)
            #expect(try await store.integration(named: "work") == expected)
            #expect(try await store.integrations() == [expected])
            #expect(try await store.integration(named: "Work") == nil)
        }
    }

    @Test("a name is taken once, by adding and by renaming, which changes nothing else", arguments: Driver.all)
    func names(driver: Driver) async throws {
        try await driver.withStore { store in
            var first = try await store.addIntegration("a")
            _ = try await store.addIntegration("b")
            await expectCode(.integrationExists) { _ = try await store.addIntegration("a") }
            await expectCode(.integrationExists) { [first] in try await store.renameIntegration(id: first.id, to: "b") }
            try await store.renameIntegration(id: first.id, to: "c")
            // Whoever read it before changes what it changes, and not the name.
            first.settings = ["x": .text("y")]
            try await store.update(first)
            (first.name, first.formerName) = ("c", "a")
            #expect(try await store.integration(named: "c") == first)
            #expect(try await store.integration(id: first.id) == first)
            #expect(try await store.integration(named: "a") == nil)
            #expect(try await store.integrations().map(\.name) == ["b", "c"])
            try await store.renameIntegration(id: first.id, to: "c")
            #expect(try await store.integration(named: "c")?.formerName == "a")
            first.id = 99
            await expectCode(.integrationNotFound) { [first] in try await store.update(first) }
            await expectCode(.integrationNotFound) { try await store.renameIntegration(id: 99, to: "d") }
        }
    }

    @Test("what a check asked to remember is kept, whatever else was changed meanwhile", arguments: Driver.all)
    func facts(driver: Driver) async throws {
        try await driver.withStore { store in
            var first = try await store.addIntegration("a")
            try await store.noteFacts(integrationID: first.id, ["account": "17"])
            first.facts = ["account": "17"]
            #expect(try await store.integration(named: "a") == first)
        }
    }

    @Test("an id never comes again after removal", arguments: Driver.all)
    func ids(driver: Driver) async throws {
        try await driver.withStore { store in
            let first = try await store.addIntegration("a")
            try await store.remove(first.id)
            #expect(try await store.addIntegration("a").id > first.id)
            await expectCode(.integrationNotFound) { try await store.remove(first.id) }
        }
    }

    @Test(
        "removal refuses while something is undelivered, unless forced; tasks stay",
        arguments: Driver.all, [DeliveryState.pending, .sending, .waiting, .unknown])
    func busy(driver: Driver, state: DeliveryState) async throws {
        try await driver.withStore { store in
            try await store.installPrimaryKey()
            let integration = try await store.addIntegration("a")
            try await store.setToken(.shaped(integrationID: integration.id))
            try await store.importPlain(["t"], to: [integration.id])
            if state == .sending {
                #expect(try await store.take(integration.id).count == 1)
            } else if state != .pending {
                try await store.settleAll(integration.id, as: state)
            }
            await expectCode(.integrationBusy) { try await store.remove(integration.id) }
            try await store.remove(integration.id, force: true)
            #expect(try await store.integrations().isEmpty)
            #expect(try await store.tokens().isEmpty)
            #expect(try await store.task(id: "t")?.deliveries == [])
        }
    }

    @Test(
        "a pause and what is left of a limit hold for all integrations with the same token in the same place",
        arguments: Driver.all)
    func sharedToken(driver: Driver) async throws {
        try await driver.withStore { store in
            try await store.installPrimaryKey()
            let names = ["a", "b", "c"]
            for name in names {
                let integration = try await store.addIntegration(name)
                if name != "c" { try await store.setToken(.shaped(integrationID: integration.id)) }
            }
            let first = try #require(try await store.integration(named: "a"))
            let notes = [BudgetNote(scope: "s", limit: 9, remaining: 1, fullAt: noon.later(seconds: 60), notedAt: noon)]
            try await store.pause(integrationID: first.id, until: noon)
            try await store.noteBudget(integrationID: first.id, notes)
            #expect(try await store.integrations().map(\.pausedUntil) == [noon, noon, nil])
            #expect(try await store.integrations().map(\.budget) == [notes, notes, []])
            try await store.pause(integrationID: first.id, until: nil)
            #expect(try await store.integrations().map(\.pausedUntil) == [nil, noon, nil])
        }
    }

    /// Two integrations that use the same token in the same place.
    private static func twoWithOneToken(_ store: any Store) async throws -> (Int64, Int64) {
        try await store.installPrimaryKey()
        let ids = (try await store.addIntegration("a").id, try await store.addIntegration("b").id)
        try await store.setToken(.shaped(integrationID: ids.0))
        try await store.setToken(.shaped(integrationID: ids.1))
        return ids
    }

    @Test("a pause is of the token that it was told for, and ends with it", arguments: Driver.all)
    func pauseOfToken(driver: Driver) async throws {
        try await driver.withStore { store in
            let (a, b) = try await Self.twoWithOneToken(store)
            let told = try #require(try await store.token(integrationID: a)).id
            let pause = Pause(until: noon.later(seconds: 60))
            try await store.pause(integrationID: a, pause, tokenID: told)
            #expect(try await store.pause(integrationID: a) == pause)
            #expect(try await store.pause(integrationID: b) == pause)
            // A person sets another, which lifts the pause; what the one before is told comes too late for it.
            try await store.setToken(.shaped(integrationID: a))
            try await store.pause(integrationID: a, until: nil)
            try await store.pause(integrationID: a, pause, tokenID: told)
            #expect(try await store.pause(integrationID: a) == nil)
        }
    }

    @Test("of two pauses of a token the longer one stays, with what was asked for", arguments: Driver.all)
    func pauses(driver: Driver) async throws {
        try await driver.withStore { store in
            let (a, b) = try await Self.twoWithOneToken(store)
            #expect(try await store.pause(integrationID: a) == nil)
            let long = Pause(until: noon.later(seconds: 60), asked: noon.later(seconds: 900))
            try await store.pause(integrationID: a, long)
            try await store.pause(integrationID: b, until: noon)
            #expect(try await store.pause(integrationID: a) == long)
            #expect(try await store.pause(integrationID: b) == long)
            #expect(try await store.integration(named: "b")?.pauseAsked == noon.later(seconds: 900))
        }
    }

    @Test(
        "after a pause that was asked for longer, one asks whether it still holds, and nobody sends meanwhile",
        arguments: Driver.all)
    func probe(driver: Driver) async throws {
        try await driver.withStore { store in
            let (a, b) = try await Self.twoWithOneToken(store)
            let (until, end) = (noon.later(seconds: 60), noon.later(seconds: 160))
            #expect(try await !store.beginProbe(integrationID: a, now: until, end: end))
            try await store.pause(integrationID: a, Pause(until: until, asked: noon.later(seconds: 900)))
            #expect(try await !store.beginProbe(integrationID: a, now: noon, end: end))
            #expect(try await store.beginProbe(integrationID: b, now: until, end: end))
            #expect(try await !store.beginProbe(integrationID: a, now: until, end: end))
            #expect(try await store.pause(integrationID: a) == Pause(until: end, asked: noon.later(seconds: 900)))
            try await store.endProbe(integrationID: b)
            #expect(try await store.integrations().map(\.pausedUntil) == [nil, nil])
            #expect(try await store.integrations().map(\.pauseAsked) == [nil, nil])
        }
    }

    @Test(
        "failed calls are counted until the breaker opens or closes; a change of the integration leaves both",
        arguments: Driver.all)
    func breaker(driver: Driver) async throws {
        try await driver.withStore { store in
            let id = try await store.addIntegration("a").id
            #expect(try await store.integration(named: "a")?.failedCalls == 0)
            try await store.noteFailedCalls(integrationID: id, 2)
            var record = try #require(try await store.integration(named: "a"))
            #expect(record.failedCalls == 2 && record.breaker == nil)
            record.failedCalls = 0
            record.isActive = false
            try await store.update(record)
            #expect(try await store.integration(named: "a")?.failedCalls == 2)
            let open = Breaker(failures: 1, until: noon)
            try await store.setBreaker(integrationID: id, open)
            record = try #require(try await store.integration(named: "a"))
            #expect(record.failedCalls == 0 && record.breaker == open)
            try await store.noteFailedCalls(integrationID: id, 1)
            try await store.setBreaker(integrationID: id, nil)
            record = try #require(try await store.integration(named: "a"))
            #expect(record.failedCalls == 0 && record.breaker == nil)
        }
    }

    @Test(
        "removal leaves what was refused bound for nowhere, and what was taken back taken back", arguments: Driver.all)
    func settled(driver: Driver) async throws {
        try await driver.withStore { store in
            let integration = try await store.addIntegration("a")
            try await store.importPlain(["t", "u"], to: [integration.id])
            _ = try await store.cancelTask(id: "u", now: noon)
            try await store.settleAll(integration.id, as: .refused)
            try await store.remove(integration.id)
            #expect(try await store.unboundCount() == 1)
        }
    }
}
