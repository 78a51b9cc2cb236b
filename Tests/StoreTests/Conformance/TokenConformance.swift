import PatchbayModel
import PatchbayStore
import Testing

@Suite("Any store keeps sealed tokens and keys")
struct TokenConformance {
    @Test("a key is installed once", arguments: Driver.all)
    func installOnce(driver: Driver) async throws {
        try await driver.withStore { store in
            #expect(try await store.rootKey() == nil)
            #expect(try await store.dataKeys().isEmpty)
            try await store.installPrimaryKey()
            #expect(
                try await store.rootKey() == RootKeyRecord(keyID: "test", checkValue: [UInt8](repeating: 7, count: 16)))
            #expect(
                try await store.dataKeys() == [
                    DataKeyRecord(number: 2, state: .primary, wrapped: [1, 2, 3], createdAt: noon)
                ])
            await expectCode(.keyExists) { try await store.installPrimaryKey() }
        }
    }

    @Test("a token comes back as it went in, and a new one takes its place", arguments: Driver.all)
    func roundTrip(driver: Driver) async throws {
        try await driver.withStore { store in
            try await store.installPrimaryKey()
            let integration = try await store.addIntegration("a")
            #expect(try await store.token(integrationID: integration.id) == nil)
            let first = SealedToken.shaped(integrationID: integration.id)
            try await store.setToken(first)
            #expect(try await store.token(integrationID: integration.id) == first)
            try await store.markTokenUsed(id: first.id, at: noon.later(seconds: 9))
            #expect(try await store.token(integrationID: integration.id)?.lastUsedAt == noon.later(seconds: 9))
            let second = SealedToken.shaped(integrationID: integration.id, generation: 2, bytes: 216)
            try await store.setToken(second)
            #expect(try await store.tokens() == [second])
            #expect(try await store.removeToken(integrationID: integration.id))
            #expect(try await !store.removeToken(integrationID: integration.id))
            await expectCode(.integrationNotFound) { try await store.setToken(.shaped(integrationID: 77)) }
        }
    }

    @Test("a blob that does not fit its row is refused", arguments: Driver.all)
    func misfits(driver: Driver) async throws {
        try await driver.withStore { store in
            try await store.installPrimaryKey()
            let id = try await store.addIntegration("a").id
            let misfits: [SealedToken] = [
                .shaped(integrationID: id, header: [0x41, 1, 1, 0]),
                .shaped(integrationID: id, header: [0xA7, 2, 1, 0]),
                .shaped(integrationID: id, bytes: 88), .shaped(integrationID: id, bytes: 153),
                .shaped(integrationID: id, headerKey: 3),
                .shaped(integrationID: id, headerGeneration: 9), .shaped(integrationID: id, keyNumber: 3),
            ]
            for misfit in misfits { await expectCode(.tokenInvalid) { try await store.setToken(misfit) } }
            #expect(try await store.tokens().isEmpty)
        }
    }

    @Test("the audit trail gives the newest first", arguments: Driver.all)
    func events(driver: Driver) async throws {
        try await driver.withStore { store in
            for action in ["first", "second", "third"] {
                try await store.append(
                    EventRecord(at: noon, actor: "me", action: action, subject: "s", detail: nil), chain: PlainChain())
            }
            let found = try await store.events(limit: 2)
            #expect(found.map(\.action) == ["third", "second"])
            #expect(found.first?.actor == "me" && found.first?.at == noon && found.first?.detail == nil)
        }
    }

    @Test("two openings of one store have one id, two stores have two", arguments: Driver.all)
    func storeID(driver: Driver) async throws {
        let folder = try ScratchFolder()
        let (first, again) = (try await driver.open(folder), try await driver.open(folder))
        #expect(first.storeID == again.storeID)
        try await driver.withStore { other in #expect(other.storeID != first.storeID) }
        #expect(try await first.problems() == [])
        try await first.close()
        try await again.close()
        await expectCode(.storeFailed) { _ = try await first.integrations() }
    }
}
