import PatchbayModel
import PatchbayStore
import Testing

@Suite("Any store lets one host refresh a token")
struct RefreshConformance {
    private func withToken(_ driver: Driver, _ body: (any Store, SealedToken) async throws -> Void) async throws {
        try await driver.withStore { store in
            try await store.installPrimaryKey()
            var token = SealedToken.shaped(integrationID: try await store.addIntegration("a").id)
            token.refresh = RefreshNotes(issuedAt: noon, lapsesAt: noon.later(seconds: 900))
            token.accountID = "u-1"
            try await store.setToken(token)
            #expect(try await store.token(integrationID: token.integrationID) == token)
            try await body(store, token)
        }
    }

    private func next(_ token: SealedToken) -> SealedToken {
        let shaped = SealedToken.shaped(
            integrationID: token.integrationID, generation: token.generation + 1, bytes: 216)
        return SealedToken(
            id: token.id, integrationID: token.integrationID, kind: token.kind, generation: shaped.generation,
            keyNumber: 2,
            origins: token.origins, sealed: shaped.sealed, fingerprint: "f3f4", setAt: token.setAt,
            expiresAt: noon.later(seconds: 60),
            accountID: token.accountID, refresh: RefreshNotes(issuedAt: noon.later(seconds: 1)))
    }

    @Test("the right is one host's until its lease ends, and its fence rises", arguments: Driver.all)
    func lease(driver: Driver) async throws {
        try await withToken(driver) { (store, token) async throws in
            func take(_ now: Timestamp, generation: Int64 = 1) async throws -> Int64? {
                try await store.takeRefresh(tokenID: token.id, generation: generation, now: now, lease: .seconds(10))
            }
            #expect(try await take(noon) == 1)
            #expect(try await take(noon.later(seconds: 9)) == nil)
            #expect(try await take(noon.later(seconds: 10)) == 2)
            try await store.releaseRefresh(tokenID: token.id, fence: 1)
            #expect(try await take(noon.later(seconds: 11)) == nil, "an older fence releases nothing")
            try await store.releaseRefresh(tokenID: token.id, fence: 2)
            #expect(try await take(noon.later(seconds: 11)) == 3)
            #expect(try await take(noon.later(seconds: 99), generation: 2) == nil, "of another value nothing is given")
        }
    }

    @Test("of many who ask at once one gets it", arguments: Driver.all)
    func crowd(driver: Driver) async throws {
        try await withToken(driver) { (store, token) async throws in
            let fences = try await withThrowingTaskGroup(of: Int64?.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await store.takeRefresh(tokenID: token.id, generation: 1, now: noon, lease: .seconds(10))
                    }
                }
                return try await group.reduce(into: [Int64]()) { found, fence in if let fence { found.append(fence) } }
            }
            #expect(fences == [1])
        }
    }

    @Test("the next value takes the place of the one before once, under the newest fence only", arguments: Driver.all)
    func commit(driver: Driver) async throws {
        try await withToken(driver) { (store, token) async throws in
            let renewed = next(token)
            _ = try await store.takeRefresh(tokenID: token.id, generation: 1, now: noon, lease: .seconds(1))
            _ = try await store.takeRefresh(
                tokenID: token.id, generation: 1, now: noon.later(seconds: 2), lease: .seconds(1))
            #expect(try await !store.commitRefresh(renewed, fence: 1))
            #expect(try await store.token(integrationID: token.integrationID) == token)
            #expect(try await store.commitRefresh(renewed, fence: 2))
            #expect(try await store.token(integrationID: token.integrationID) == renewed)
            #expect(try await !store.commitRefresh(renewed, fence: 2))
            #expect(try await !store.commitRefresh(renewed, fence: nil))
            #expect(try await store.commitRefresh(next(renewed), fence: nil))
        }
    }

    @Test("that a person is needed is kept with the value, and gone with the next", arguments: Driver.all)
    func reauth(driver: Driver) async throws {
        try await withToken(driver) { (store, token) async throws in
            #expect(try await !store.noteNeedsReauth(tokenID: token.id, generation: 2, at: noon))
            #expect(try await store.noteNeedsReauth(tokenID: token.id, generation: 1, at: noon))
            #expect(try await store.token(integrationID: token.integrationID)?.refresh?.needsReauthSince == noon)
            #expect(try await store.commitRefresh(next(token), fence: nil))
            #expect(try await store.token(integrationID: token.integrationID)?.refresh?.needsReauthSince == nil)
        }
    }

    @Test("a rotated token keeps its previous value for its time, and gives way to it", arguments: Driver.all)
    func rotation(driver: Driver) async throws {
        try await withToken(driver) { (store, token) async throws in
            let id = token.integrationID
            #expect(try await !store.undoRotation(integrationID: id))
            let second = SealedToken.shaped(integrationID: id, generation: 2)
            try await store.rotateToken(second, previousUntil: noon.later(seconds: 900))
            #expect(try await store.token(integrationID: id) == second)
            #expect(try await store.tokens() == [second])
            let kept = PreviousToken(token: token, until: noon.later(seconds: 900))
            #expect(try await store.previousTokens(integrationID: id, now: noon) == [kept])
            #expect(try await store.previousTokens(integrationID: nil, now: noon.later(seconds: 900)) == [])
            let third = SealedToken.shaped(integrationID: id, generation: 3)
            try await store.rotateToken(third, previousUntil: noon.later(seconds: 999))
            #expect(try await store.previousTokens(integrationID: nil, now: noon).map(\.token) == [second])
            #expect(try await store.undoRotation(integrationID: id))
            #expect(try await store.token(integrationID: id) == second)
            #expect(try await store.previousTokens(integrationID: id, now: noon) == [])
            #expect(try await store.removeToken(integrationID: id))
        }
    }
}
