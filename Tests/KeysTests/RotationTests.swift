import Foundation
import PatchbayModel
import PatchbayStore
import PatchbayVault
import Synchronization
import TestSupport
import Testing

@testable import PatchbayKeys
@testable import PatchbayStoreSQLite

@Suite("A rotation of the data key", .timeLimit(.minutes(12)))
struct RotationTests {
    @Test("seals every token anew, proves it, and leaves no old copy in any file") func whole() async throws {
        let treasury = try await Treasury(tokens: 700)
        let old = try await treasury.store.tokens().map(\.sealed)
        let run = try await treasury.desk.must("key", "rotate")
        #expect(run.summary["left"] == 0 && run.summary["proved"] == 700 && run.summary["scrubbed"] == true, run.told)
        try await treasury.expectDone(700)
        for name in ["patchbay.sqlite", "patchbay.sqlite-wal"] {
            let bytes = (try? Data(contentsOf: URL(fileURLWithPath: treasury.desk.home + "/" + name))) ?? Data()
            // The nonce alone tells one seal from all others.
            for sealed in old.prefix(40) {
                #expect(bytes.range(of: Data(sealed[16..<40])) == nil, "\(name) holds an old seal")
            }
        }
        let listed = try await treasury.desk.must("key", "list")
        #expect(listed.result["keys"].items.compactMap { $0["state"].text } == ["retired", "primary"], listed.told)
    }

    @Test("a late writer, on a connection of its own, is refused by the database") func lateWriter() async throws {
        let treasury = try await Treasury(tokens: 5)
        let late = try await treasury.vault()
        let before = try await treasury.store.tokens()[0]
        try await treasury.desk.must("key", "rotate")
        let other = try await SQLiteStore.open(path: treasury.storePath, mode: .existing)
        let place = Treasury.place(before.id, 1, generation: 2, storeID: other.storeID)
        let value = try late.seal(token: Treasury.secret("x"), place: place)
        #expect(value.keyNumber == 2)
        let error = await #expect(throws: StoreError.self) {
            try await other.transaction { db in
                try db.run(
                    "UPDATE token SET sealed = ?, key_number = 2, generation = 2 WHERE id = ?",
                    [Data(value.bytes), before.id])
            }
        }
        #expect(error?.cause?.contains("primary key only") == true)
        try await treasury.setToken(1, with: late)
        try await treasury.expectAllOpen(5)
        try await other.close()
    }

    @Test("stopped between two batches, it goes on from there") func stopped() async throws {
        let treasury = try await Treasury(tokens: 1_600)
        let asked = Atomic<Int>(0)
        let report = try await treasury.rotation(treasury.vault()) { asked.add(1, ordering: .relaxed).newValue > 2 }
            .run()
        #expect(report.isStopped && report.written == 1_000 && report.left == 600)
        try await treasury.expectAllOpen(1_600)
        let rest = try await treasury.desk.must("key", "rotate")
        #expect(rest.summary["written"] == 600, rest.told)
        try await treasury.expectDone(1_600)
    }

    @Test("stopped in the midst of its proof, it retires nothing, and proves all of it the next time")
    func stoppedProving() async throws {
        let treasury = try await Treasury(tokens: 1_600)
        let asked = Atomic<Int>(0)
        // Four batches are written, and as many opened.
        let report = try await treasury.rotation(treasury.vault()) { asked.add(1, ordering: .relaxed).newValue > 5 }
            .run()
        #expect(
            report.isStopped && report.written == 1_600 && report.left == 0 && report.provedRows == nil
                && report.retiredAt == nil)
        #expect(try await treasury.store.dataKeys().map(\.state) == [.draining, .primary])
        let rest = try await treasury.desk.must("key", "rotate")
        #expect(rest.summary["written"] == 0 && rest.summary["proved"] == 1_600, rest.told)
        try await treasury.expectDone(1_600)
    }

    @Test("SIGINT ends it after the batch under way and says how to go on") func interrupted() async throws {
        // Enough that the sweep outlasts the signal's way to it.
        let treasury = try await Treasury(tokens: 20_000)
        let running = try treasury.desk.start(["key", "rotate"])
        try await Wait.until("the sweep is under way") {
            try await treasury.store.rotation().flatMap { $0.cursor > 0 ? $0 : nil }
        }
        running.child.send(SIGINT)
        let run = try await running.finish()
        #expect(run.status == 130 && run.summary["stopped"] == true, run.told)
        let status = try await treasury.desk.must("key", "status")
        #expect(status.result["state"] == "not finished", status.told)
        try await treasury.desk.must("key", "rotate")
        try await treasury.expectDone(20_000)
    }

    @Test("a row that does not open is recorded, left as it is, and blocks the retirement until it is gone")
    func damaged() async throws {
        let treasury = try await Treasury(tokens: 600)
        try await treasury.store.transaction { db in
            _ = try db.run(
                "UPDATE token SET sealed = CAST(substr(sealed, 1, 100) || x'00' || substr(sealed, 102) AS BLOB) "
                    + "WHERE integration_id = 7")
        }
        let broken = try #require(try await treasury.store.token(integrationID: 7))
        for _ in 1...2 {
            let run = try await treasury.desk.run("key", "rotate")
            #expect(run.code == "rotation_blocked" && run.message.contains("i7"), run.told)
            #expect(try await treasury.store.token(integrationID: 7) == broken)
            #expect(try await treasury.store.dataKeys().map(\.state) == [.draining, .primary])
        }
        #expect(try await treasury.store.rowCounts(notUnder: 3).others == 1)
        let destroyed = try await treasury.desk.run("key", "destroy", "2")
        #expect(destroyed.code == "key_in_use", destroyed.told)
        _ = try await treasury.store.removeToken(integrationID: 7)
        try await treasury.desk.must("key", "rotate")
        try await treasury.expectDone(599)
    }

    @Test("a second one is told who rotates and how far; a dead one's place is taken at once") func second()
        async throws
    {
        let treasury = try await Treasury(tokens: 600)
        let asked = Atomic<Int>(0)
        _ = try await treasury.rotation(treasury.vault()) { asked.add(1, ordering: .relaxed).newValue > 1 }.run()
        let here = KeyHolder(user: "another person")
        let claim = RotationClaim(owner: here.name, ownerMark: here.mark, now: .now, lease: .seconds(300))
        #expect(try await treasury.store.claimRotation(key: 3, claim, takeOver: nil) == 2)
        let run = try await treasury.desk.run("key", "rotate")
        #expect(
            run.code == "key_busy" && run.message.contains("another person") && run.message.contains("500 of 600"),
            run.told)
        let gone = RotationClaim(
            owner: "a dead one", ownerMark: here.mark.replacing("\(getpid()) ", with: "999999999 "), now: .now,
            lease: .seconds(300))
        #expect(try await treasury.store.claimRotation(key: 3, gone, takeOver: 2) == 3)
        try await treasury.desk.must("key", "rotate")
        try await treasury.expectDone(600)
    }

    @Test("what lay under a compromised key is listed for the vendors") func compromised() async throws {
        let treasury = try await Treasury(tokens: 3)
        let run = try await treasury.desk.must("key", "rotate", "--compromised-since", "2026-01-01")
        #expect(
            run.result["replaceAtVendors"].items.compactMap { $0["integration"].text } == ["i1", "i2", "i3"], run.told)
        let bad = try await treasury.desk.run("key", "rotate", "--compromised-since", "yesterday")
        #expect(bad.status == 64, bad.told)
    }
}
