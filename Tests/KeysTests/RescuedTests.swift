import Foundation
import PatchbayModel
import PatchbayStore
import PatchbayVault
import TestSupport
import Testing

@testable import PatchbayKeys
@testable import PatchbayStoreSQLite

@Suite("A refreshed token that lies beside the store", .timeLimit(.minutes(12)))
struct RescuedTests {
    /// Leaves the next value of a token in the rescue folder, sealed as `vault` seals; gives the file.
    private func leave(_ number: Int, _ treasury: Treasury, _ vault: Vault, damaged: Bool = false) async throws
        -> String
    {
        let old = try #require(try await treasury.store.token(integrationID: Int64(number)))
        let generation = old.generation + 1
        let place = Treasury.place(old.id, number, generation: generation, storeID: treasury.store.storeID)
        let value = try vault.seal(token: Treasury.secret("token \(number) of generation \(generation)"), place: place)
        var sealed = value.bytes
        if damaged { sealed[100] ^= 1 }
        let folder = RescueFolder(home: treasury.desk.home)
        let before = folder.files(under: value.keyNumber)
        try folder.keep(
            SealedToken(
                id: old.id, integrationID: Int64(number), kind: "api-key", generation: generation,
                keyNumber: value.keyNumber,
                origins: place.origins, sealed: sealed, fingerprint: value.fingerprint, setAt: .now,
                refresh: RefreshNotes(issuedAt: .now)))
        return try #require(folder.files(under: value.keyNumber).first { !before.contains($0) })
    }

    private func generation(_ number: Int64, _ treasury: Treasury) async throws -> Int64? {
        try await treasury.store.token(integrationID: number)?.generation
    }

    @Test("comes in before the data key is rotated") func rotate() async throws {
        let treasury = try await Treasury(tokens: 3)
        let file = try await leave(2, treasury, treasury.vault())
        try await treasury.desk.must("key", "rotate")
        #expect(!FileManager.default.fileExists(atPath: file))
        #expect(try await generation(2, treasury) == 2)
        try await treasury.desk.must("key", "destroy", "2")
        try await treasury.expectAllOpen(3)
    }

    @Test("comes in before the only key that opens it is destroyed, and keeps it where it cannot") func destroy()
        async throws
    {
        let treasury = try await Treasury(tokens: 3)
        let vault = try await treasury.vault()
        try await treasury.desk.must("key", "rotate")
        // As left by a host that has not heard of the new key.
        let broken = try await leave(1, treasury, vault, damaged: true)
        let whole = try await leave(2, treasury, vault)
        let unreadable = treasury.desk.home + "/rescue/zzz.sealed"
        try Data("no JSON".utf8).write(to: URL(fileURLWithPath: unreadable))
        let run = try await treasury.desk.run("key", "destroy", "2")
        #expect(run.code == "key_in_use" && run.message.contains(broken) && run.message.contains(unreadable), run.told)
        #expect(!run.message.contains(whole) && !FileManager.default.fileExists(atPath: whole), run.told)
        #expect(try await generation(2, treasury) == 2)
        #expect(try await treasury.store.dataKeys().map { $0.wrapped == nil } == [false, false])
        for file in [broken, unreadable] { try FileManager.default.removeItem(atPath: file) }
        try await treasury.desk.must("key", "destroy", "2")
        #expect(try await treasury.store.dataKeys().map { $0.wrapped == nil } == [true, false])
        try await treasury.expectAllOpen(3)
    }
}
