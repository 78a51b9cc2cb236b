import Foundation
import PatchbayModel
import PatchbayStore
import PatchbayVault
import TestSupport
import Testing

@testable import PatchbayKeys
@testable import PatchbayStoreSQLite

@Suite("A recovery slot", .timeLimit(.minutes(12)))
struct SlotTests {
    @Test("made before a rotation brings a lost key file back, and with it every token, whatever key seals it by now")
    func recovers() async throws {
        let treasury = try await Treasury(tokens: 30)
        let desk = treasury.desk
        let pair = try await desk.pair()
        for name in ["recovery.key", "recovery.pub"] {
            #expect(
                try FileManager.default.attributesOfItem(atPath: pair + "/" + name)[.posixPermissions] as? Int == 0o600)
        }
        let again = try await desk.run("key", "slot", "keygen", pair)
        #expect(again.code == "key_exists", again.told)
        try await desk.must("key", "slot", "add", "safe", "--public-key", pair + "/recovery.pub")
        let twice = try await desk.run("key", "slot", "add", "safe", "--public-key", pair + "/recovery.pub")
        #expect(twice.code == "slot_exists", twice.told)
        try await desk.must("key", "rotate")
        try await desk.must("key", "destroy", "2")
        let key = desk.home + "/keys/root.key"
        let lost = try String(contentsOfFile: key, encoding: .utf8)
        let present = try await desk.run("key", "recover", "safe", "--private-key", pair + "/recovery.key")
        #expect(present.code == "key_exists", present.told)
        try FileManager.default.removeItem(atPath: key)
        let without = try await desk.run("key", "rotate")
        #expect(without.code == "key_missing" && without.message.contains("key recover"), without.told)
        // While there is this way back, no token is given up.
        let reset = try await desk.run("key", "reset", "--give-up-tokens")
        #expect(reset.code == "key_in_use" && reset.message.contains("safe"), reset.told)
        let run = try await desk.must("key", "recover", "safe", "--private-key", pair + "/recovery.key")
        #expect(run.summary["keySource"].text == "file:" + key, run.told)
        #expect(try String(contentsOfFile: key, encoding: .utf8) == lost)
        try await treasury.expectAllOpen(30)
        let rotated = try await desk.must("key", "rotate")
        #expect(rotated.summary["proved"] == 30, rotated.told)
        try await desk.must(
            "key", "recover", "safe", "--private-key", pair + "/recovery.key", "--to", "file:" + desk.scratch("new.key")
        )
        #expect(try String(contentsOfFile: desk.scratch("new.key"), encoding: .utf8) == lost)
        let trail = try await desk.must("events")
        let actions = trail.result["events"].items.compactMap { $0["action"].text }
        #expect(
            trail.result["verified"] == true && actions.filter { $0 == "key_recovered" }.count == 2
                && actions.contains("slot_added"))
    }

    @Test("is opened by its own private key alone, and is tested or it is not") func tests() async throws {
        let treasury = try await Treasury(tokens: 1)
        let desk = treasury.desk
        let (pair, other) = (try await desk.pair(), try await desk.pair("other"))
        func advice(_ run: Run) -> [String] {
            run.result["checks"].items.filter { $0["check"] == "recovery" }.compactMap { $0["code"].text }
        }
        #expect(advice(try await desk.run("doctor")) == ["slot_not_found"])
        try await desk.must("key", "slot", "add", "safe", "--public-key", pair + "/recovery.pub")
        #expect(advice(try await desk.run("doctor")) == ["slot_untested"])
        let rows: [([String], String)] = [
            (["safe"], "key_missing"), (["none", "--private-key", pair + "/recovery.key"], "slot_not_found"),
            (["safe", "--private-key", other + "/recovery.key"], "key_wrong"),
            (["safe", "--private-key", pair + "/recovery.pub"], "key_invalid"),
            (["safe", "--private-key", pair + "/none"], "key_missing"),
        ]
        for (words, code) in rows {
            for verb in [["key", "slot", "test"], ["key", "recover"]] {
                let run = try await desk.run(
                    verb + words + (verb.count == 2 ? ["--to", "file:" + desk.scratch("out.key")] : []))
                #expect(run.code == code, run.told)
            }
        }
        #expect(!FileManager.default.fileExists(atPath: desk.scratch("out.key")))
        #expect(try await treasury.store.recoverySlots()[0].testedAt == nil)
        // It needs no other key.
        let key = desk.home + "/keys/root.key"
        try FileManager.default.moveItem(atPath: key, toPath: key + ".away")
        try await desk.must("key", "slot", "test", "safe", "--private-key", pair + "/recovery.key")
        try FileManager.default.moveItem(atPath: key + ".away", toPath: key)
        #expect(advice(try await desk.run("doctor")).isEmpty)
        for words in [["key", "list"], ["key", "slot", "list"]] {
            let run = try await desk.run(words)
            let slots = run.result[words.count == 2 ? "recoverySlots" : "slots"].items
            #expect(slots.count == 1 && slots[0]["testedAt"].text != nil && slots[0]["kind"] == "public-key", run.told)
        }
        // A rewrap seals it for another root, and of that nothing has been proved.
        try await desk.must("key", "rewrap")
        #expect(advice(try await desk.run("doctor")) == ["slot_untested"])
        try await desk.must("key", "slot", "test", "safe", "--private-key", pair + "/recovery.key")
        try await desk.must("key", "slot", "remove", "safe")
        let gone = try await desk.run("key", "slot", "remove", "safe")
        #expect(gone.code == "slot_not_found", gone.told)
    }

    @Test("with any one bit changed in the store opens nothing that counts, and says so") func flips() async throws {
        let treasury = try await Treasury(tokens: 1)
        let pair = try await treasury.desk.pair()
        try await treasury.desk.must("key", "slot", "add", "safe", "--public-key", pair + "/recovery.pub")
        let slots = RecoverySlots(store: treasury.store)
        let good = try #require(try await treasury.store.recoverySlots().first)
        for (column, bytes) in [("sealed_root", good.sealedRoot), ("public_key", good.publicKey), ("mark", good.mark)] {
            for bit in 0..<(bytes.count * 8) {
                var changed = bytes
                changed[bit / 8] ^= 1 << (bit % 8)
                try await treasury.write(column, changed)
                let error = await #expect(throws: (any Error).self, "\(column) bit \(bit)") {
                    _ = try await slots.test("safe", privateKey: pair + "/recovery.key")
                }
                let code = (error as? any PatchbayFailure)?.code
                let expected: ErrorCode =
                    column == "public_key" ? .keyWrong : column == "mark" ? .keyUnsafe : .keyInvalid
                #expect(code == expected, "\(column) bit \(bit)")
            }
            try await treasury.write(column, bytes)
        }
        for bytes in [[], [1, 2, 3], Array(good.sealedRoot.dropLast()), good.sealedRoot + [0]] {
            try await treasury.write("sealed_root", bytes)
            await #expect(throws: VaultError.self) {
                _ = try await slots.test("safe", privateKey: pair + "/recovery.key")
            }
        }
        try await treasury.write("sealed_root", good.sealedRoot)
        _ = try await slots.test("safe", privateKey: pair + "/recovery.key")
        // Only what was whole counts as tested.
        #expect(try await treasury.store.recoverySlots().first?.testedAt != nil)
    }

    @Test("that somebody without the key has planted or moved to his own is never sealed for, and named") func planted()
        async throws
    {
        let treasury = try await Treasury(tokens: 3)
        let desk = treasury.desk
        let (pair, thief) = (try await desk.pair(), try await desk.pair("thief"))
        for name in ["good", "turned"] {
            try await desk.must("key", "slot", "add", name, "--public-key", pair + "/recovery.pub")
        }
        let stolen = try RecoveryPair.readPublic(thief + "/recovery.pub").key
        let good = try #require(try await treasury.store.recoverySlots().first { $0.name == "good" })
        try await treasury.store.transaction { db in
            // One slot's owner is exchanged, and a slot is added with the mark of a good one.
            try db.run("UPDATE recovery_slot SET public_key = ? WHERE name = 'turned'", [Data(stolen)])
            _ = try db.run(
                """
                INSERT INTO recovery_slot (name, kind, salt, public_key, sealed_root, mark, created_at_ms)
                VALUES ('planted', 'public-key', x'', ?, ?, ?, 0)
                """, [Data(stolen), Data(good.sealedRoot), Data(good.mark)])
        }
        let doctor = try await desk.run("doctor")
        let told = doctor.result["checks"].items.filter { $0["check"] == "recovery" && $0["verdict"] == "broken" }
        #expect(told.count == 2, doctor.told)
        let run = try await desk.must("key", "rewrap")
        #expect(run.result["foreign"].items.compactMap(\.text) == ["planted", "turned"], run.told)
        #expect(try await treasury.store.recoverySlots().map(\.name) == ["good"])
        try await desk.must("key", "slot", "test", "good", "--private-key", pair + "/recovery.key")
        // The thief's key opens nothing that is left.
        let stolenTry = try await desk.run("key", "slot", "test", "good", "--private-key", thief + "/recovery.key")
        #expect(stolenTry.code == "key_wrong", stolenTry.told)
        try await treasury.expectAllOpen(3)
    }

    @Test("of another store, or of a root from before, is not taken for a way to this one") func foreign() async throws
    {
        let (treasury, other) = (try await Treasury(tokens: 1), try await Treasury(tokens: 1))
        let pair = try await treasury.desk.pair()
        try await treasury.desk.must("key", "slot", "add", "safe", "--public-key", pair + "/recovery.pub")
        try await other.desk.must("key", "slot", "add", "safe", "--public-key", pair + "/recovery.pub")
        let old = try #require(try await treasury.store.recoverySlots().first)
        let elsewhere = try #require(try await other.store.recoverySlots().first)
        try await treasury.desk.must("key", "rewrap")
        for bytes in [old.sealedRoot, elsewhere.sealedRoot] {
            try await treasury.write("sealed_root", bytes)
            for words in [
                ["key", "slot", "test", "safe"],
                ["key", "recover", "safe", "--to", "file:" + treasury.desk.scratch("x.key")],
            ] {
                let run = try await treasury.desk.run(words + ["--private-key", pair + "/recovery.key"])
                #expect(run.code == "key_wrong" && run.message.contains("add it anew"), run.told)
            }
        }
        #expect(!FileManager.default.fileExists(atPath: treasury.desk.scratch("x.key")))
    }
}

extension Treasury {
    /// Puts bytes in the place of the only slot's own.
    func write(_ column: String, _ bytes: [UInt8]) async throws {
        try await store.transaction { db in
            _ = try db.run("UPDATE recovery_slot SET \(column) = ?, tested_at_ms = NULL", [Data(bytes)])
        }
    }
}
