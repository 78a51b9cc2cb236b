import Foundation
import PatchbayModel
import PatchbayStore
import PatchbayVault
import Synchronization
import TestSupport
import Testing

@testable import PatchbayKeys

/// PATCHBAY_KEY_KILLS=100 kills at so many random moments, in a store with 50,000 tokens.
@Suite("A rotation that is killed", .timeLimit(.minutes(60)))
struct KillTests {
    private static let kills = ProcessInfo.processInfo.environment["PATCHBAY_KEY_KILLS"].flatMap { Int($0) }

    @Test(
        "at any step loses nothing, and the next one ends it",
        arguments: ["R0", "R1", "R2", "R3", "R4", "R6", "R7", "R8"])
    func steps(step: String) async throws {
        let treasury = try await Treasury(tokens: 1_200)
        let dead = try await treasury.desk.run(["key", "rotate"], environment: ["PATCHBAY_DEBUG_DIE_AT": step])
        #expect(dead.end.signal == SIGKILL, dead.told)
        try await treasury.expectAllOpen(1_200)
        let run = try await treasury.desk.must("key", "rotate")
        #expect(run.summary["left"] == 0, run.told)
        try await treasury.expectDone(1_200)
        // The run after the death went on with the same rotation instead of beginning another.
        #expect(try await treasury.store.rotation()?.key == 3)
    }

    @Test("at random moments, while tokens are set and refreshed beside it, loses nothing") func random() async throws {
        let count = Self.kills == nil ? 3_000 : 50_000
        let treasury = try await Treasury(tokens: count)
        let isOver = Atomic<Bool>(false)
        let sets = Atomic<Int>(0)
        let setting = Task {
            let vault = try await treasury.vault()
            while !isOver.load(ordering: .relaxed) {
                let number = Int.random(in: 1...count)
                if Bool.random() {
                    try await treasury.setToken(number, with: vault)
                } else {
                    try await treasury.refreshToken(number, with: vault)
                }
                sets.add(1, ordering: .relaxed)
            }
        }
        var struck = 0
        for number in 1...(Self.kills ?? 8) {
            // A commit for each batch, and a handful around them.
            let commit =
                number % 4 == 0 ? Int.random(in: 1...4) : Int.random(in: 1...(2 * count / Limits.rotationBatchRows))
            let run = try await treasury.desk.run(
                ["key", "rotate"], environment: ["PATCHBAY_DEBUG_DIE_AFTER_COMMIT": "\(commit)"], within: .seconds(120))
            struck += run.end.signal == SIGKILL ? 1 : 0
            #expect(run.end.signal == SIGKILL || run.status == 0, run.told)
            if number % 10 == 0 || Self.kills == nil { try await treasury.expectAllOpen(count) }
        }
        #expect(struck > (Self.kills ?? 8) / 2, "too few kills struck: the test no longer tests")
        let last = try await treasury.desk.run(["key", "rotate"], within: .seconds(120))
        isOver.store(true, ordering: .relaxed)
        try await setting.value
        #expect(last.status == 0, last.told)
        #expect(sets.load(ordering: .relaxed) > 10)
        try await treasury.expectDone(count)
    }
}
