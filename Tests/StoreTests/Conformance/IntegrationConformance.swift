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
                settings: ["host": .text("x.example.com"), "n": .integer(-5), "b": .boolean(true), "m": .map(["ä@b": "1/2"])],
                baseURL: "http://127.0.0.1:1", authURL: "https://auth.example.com", isActive: false, patience: .milliseconds(1_500),
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

    @Test("a name is taken once, by adding and by renaming", arguments: Driver.all)
    func names(driver: Driver) async throws {
        try await driver.withStore { store in
            var first = try await store.addIntegration("a")
            _ = try await store.addIntegration("b")
            await expectCode(.integrationExists) { _ = try await store.addIntegration("a") }
            first.name = "b"
            await expectCode(.integrationExists) { [first] in try await store.update(first) }
            first.name = "c"
            first.settings = ["x": .text("y")]
            try await store.update(first)
            #expect(try await store.integration(named: "c") == first)
            #expect(try await store.integrations().map(\.name) == ["b", "c"])
            first.id = 99
            first.name = "d"
            await expectCode(.integrationNotFound) { [first] in try await store.update(first) }
        }
    }

    @Test("an id never comes again after removal", arguments: Driver.all)
    func ids(driver: Driver) async throws {
        try await driver.withStore { store in
            let first = try await store.addIntegration("a")
            try await store.removeIntegration(id: first.id, force: false)
            #expect(try await store.addIntegration("a").id > first.id)
            await expectCode(.integrationNotFound) { try await store.removeIntegration(id: first.id, force: false) }
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
            await expectCode(.integrationBusy) { try await store.removeIntegration(id: integration.id, force: false) }
            try await store.removeIntegration(id: integration.id, force: true)
            #expect(try await store.integrations().isEmpty)
            #expect(try await store.tokens().isEmpty)
            #expect(try await store.task(id: "t")?.deliveries == [])
        }
    }

    @Test("a pause and what is left of a limit hold for all integrations with the same token in the same place", arguments: Driver.all)
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

    @Test("removal forgets what was delivered, refused or cancelled", arguments: Driver.all)
    func settled(driver: Driver) async throws {
        try await driver.withStore { store in
            let integration = try await store.addIntegration("a")
            try await store.importPlain(["t", "u"], to: [integration.id])
            _ = try await store.cancelTask(id: "u", now: noon)
            try await store.settleAll(integration.id, as: .refused)
            try await store.removeIntegration(id: integration.id, force: false)
            #expect(try await store.unboundCount() == 2)
        }
    }
}
