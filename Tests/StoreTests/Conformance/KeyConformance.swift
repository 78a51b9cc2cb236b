import PatchbayModel
import PatchbayStore
import Testing

@Suite("Any store keeps rotations of its keys")
struct KeyConformance {
    private let slot = RecoverySlot(
        name: "safe", kind: .publicKey, salt: [], publicKey: [UInt8](repeating: 1, count: 32), sealedRoot: [1, 2],
        mark: [UInt8](repeating: 2, count: 32), createdAt: noon)

    private func begin(_ store: any Store, rootKeyID: String = "test") async throws {
        try await store.beginRotation(
            DataKeyRecord(number: 3, state: .staged, wrapped: [4, 5, 6], createdAt: noon),
            RotationRecord(
                key: 3, from: 2, owner: "one", ownerMark: "m", leaseUntil: noon.later(seconds: 30), fence: 1,
                startedAt: noon),
            rootKeyID: rootKeyID)
    }

    @Test("one rotation at a time, and only its newest owner may write", arguments: Driver.all)
    func fencing(driver: Driver) async throws {
        try await driver.withStore { store in
            try await store.installPrimaryKey()
            let id = try await store.addIntegration("a").id
            try await store.setToken(.shaped(integrationID: id))
            try await begin(store)
            await expectCode(.keyBusy) { try await begin(store) }
            let claim = RotationClaim(owner: "two", ownerMark: "n", now: noon, lease: .seconds(30))
            #expect(try await store.claimRotation(key: 3, claim, takeOver: nil) == nil)
            let later = RotationClaim(owner: "two", ownerMark: "n", now: noon.later(seconds: 31), lease: .seconds(30))
            #expect(try await store.claimRotation(key: 3, later, takeOver: nil) == 2)
            await expectCode(.keyBusy) { try await store.promoteKey(3, fence: 1, now: noon) }
            #expect(try await store.dataKeys().map(\.state) == [.primary, .staged])
            try await store.promoteKey(3, fence: 2, now: noon)
            #expect(try await store.dataKeys().map(\.state) == [.draining, .primary])
            #expect(try await store.rowCounts(notUnder: 3) == (1, 1))
            await expectCode(.keyInUse) { try await store.retireKeys(for: 3, provedRows: 1, fence: 2, now: noon) }
            let row = try #require(try await store.rows(notUnder: 3, after: 0, limit: 10).first)
            let sealed = SealedToken.shaped(integrationID: id, keyNumber: 3).sealed
            let new = ResealedRow(row: row.row, tokenID: row.tokenID, generation: 1, oldKey: 2, sealed: sealed)
            let stale = ResealedRow(row: row.row, tokenID: row.tokenID, generation: 9, oldKey: 2, sealed: sealed)
            await expectCode(.keyBusy) {
                _ = try await store.record([new], faults: [], key: 3, fence: 1, cursor: 1, leaseUntil: noon)
            }
            #expect(try await store.record([stale], faults: [], key: 3, fence: 2, cursor: 0, leaseUntil: noon) == 0)
            #expect(try await store.record([new], faults: [], key: 3, fence: 2, cursor: row.row, leaseUntil: noon) == 1)
            try await store.retireKeys(for: 3, provedRows: 1, fence: 2, now: noon)
            #expect(try await store.dataKeys().map(\.state) == [.retired, .primary])
            try await store.destroyKey(2)
            #expect(try await store.dataKeys().map(\.wrapped) == [nil, [4, 5, 6]])
            await expectCode(.keyInUse) { try await store.destroyKey(3) }
        }
    }

    @Test("a reset forgets tokens and keys whole, takes new ones, and tells so in the trail", arguments: Driver.all)
    func reset(driver: Driver) async throws {
        try await driver.withStore { store in
            try await store.installPrimaryKey()
            let id = try await store.addIntegration("a").id
            try await store.setToken(.shaped(integrationID: id))
            try await begin(store)
            let chain = PlainChain()
            try await store.append(EventRecord(at: noon, actor: "a", action: "before", subject: "s"), chain: chain)
            let root = RootKeyRecord(keyID: "new", checkValue: [UInt8](repeating: 9, count: 16))
            let dataKey = DataKeyRecord(number: 2, state: .primary, wrapped: [1], createdAt: noon)
            let event = EventRecord(at: noon, actor: "a", action: "key_reset", subject: "s")
            let old = try #require(try await store.rootKey()).keyID
            await expectCode(.keyBusy) {
                _ = try await store.resetKey(
                    root: root, insteadOf: "another", dataKey: dataKey, event: event, chain: chain)
            }
            #expect(try await store.tokens().count == 1)
            #expect(
                try await store.resetKey(root: root, insteadOf: old, dataKey: dataKey, event: event, chain: chain) == 1)
            #expect(try await store.tokens().isEmpty)
            #expect(try await store.rootKey() == root)
            #expect(try await store.dataKeys() == [dataKey])
            #expect(try await store.rotation() == nil)
            let lines = try await store.eventLines(after: 0, limit: 10)
            #expect(lines.map(\.event.action) == ["before", "key_reset"])
            #expect(lines.map { $0.seal == nil } == [true, false], "old seals are of a key that is gone")
            #expect(lines.allSatisfy { $0.link != nil })
            try await store.setToken(.shaped(integrationID: id))
        }
    }

    /// Links and seals with nothing secret.
    private struct PlainChain: EventSealing {
        func link(_ text: [UInt8], after previous: [UInt8]) -> [UInt8] {
            [UInt8](repeating: UInt8(text.count % 251), count: 32)
        }
        func seal(_ link: [UInt8]) -> [UInt8]? { link }
    }

    @Test("a new root takes the place of the old one whole, and not beside a rotation", arguments: Driver.all)
    func root(driver: Driver) async throws {
        try await driver.withStore { store in
            try await store.installPrimaryKey()
            let root = RootKeyRecord(keyID: "new", checkValue: [UInt8](repeating: 9, count: 16), lastingKeys: [5])
            func activate(insteadOf old: String = "test", slots: [RecoverySlot] = [], known: [RecoverySlot] = [])
                async throws
            {
                try await store.activateRoot(
                    keyID: "new", insteadOf: old, slots: slots, insteadOf: known,
                    event: EventRecord(at: noon, actor: "a", action: "root_rotated", subject: "new"),
                    chain: PlainChain())
            }
            await expectCode(.keyBusy) { try await store.stageRoot(StagedRoot(root: root, wraps: [:])) }
            await expectCode(.keyBusy) { try await activate() }
            let staged = StagedRoot(root: root, wraps: [2: [7, 8]])
            try await store.stageRoot(staged)
            #expect(try await store.stagedRoot() == staged)
            #expect(try await store.rootKey()?.keyID == "test")
            await expectCode(.keyBusy) { try await begin(store) }
            // Another root, or other slots, than those that were looked at.
            await expectCode(.keyBusy) { try await activate(insteadOf: "older") }
            try await store.addSlot(slot, rootKeyID: "test")
            await expectCode(.keyBusy) { try await activate() }
            #expect(try await store.rootKey()?.keyID == "test")
            try await activate(slots: [slot], known: [slot])
            #expect(try await store.recoverySlots() == [slot])
            #expect(try await store.events(limit: 1).map(\.action) == ["root_rotated"])
            #expect(try await store.stagedRoot() == nil)
            #expect(try await store.rootKey() == root)
            #expect(try await store.dataKeys().map(\.wrapped) == [[7, 8]])
            await expectCode(.keyBusy) { try await begin(store, rootKeyID: "test") }
            try await begin(store, rootKeyID: "new")
        }
    }

    @Test("recovery slots have names of their own", arguments: Driver.all)
    func slots(driver: Driver) async throws {
        try await driver.withStore { store in
            try await store.installPrimaryKey()
            await expectCode(.keyBusy) { try await store.addSlot(slot, rootKeyID: "older") }
            try await store.addSlot(slot, rootKeyID: "test")
            await expectCode(.slotExists) { try await store.addSlot(slot, rootKeyID: "test") }
            #expect(try await store.recoverySlots() == [slot])
            let changed = RecoverySlot(
                name: "safe", kind: .publicKey, salt: [], publicKey: slot.publicKey, sealedRoot: [9], mark: slot.mark,
                createdAt: noon)
            #expect(try await !store.markTested(changed, at: noon.later(seconds: 4)))
            #expect(try await store.markTested(slot, at: noon.later(seconds: 5)))
            #expect(try await store.recoverySlots().first?.testedAt == noon.later(seconds: 5))
            #expect(try await store.removeSlot(named: "safe"))
            #expect(try await !store.removeSlot(named: "safe"))
        }
    }
}
