import Foundation
import PatchbayModel
import PatchbayStore
import PatchbayVault
import Synchronization
import TestSupport
import Testing

@testable import PatchbayKeys
@testable import PatchbayStoreSQLite

@Suite("A rotation of the root key", .timeLimit(.minutes(12)))
struct RewrapTests {
    private func keyFile(_ desk: Workbench) -> String { desk.home + "/keys/root.key" }

    @Test("makes the old key useless, and keeps tokens, fingerprints and the audit trail") func whole() async throws {
        let treasury = try await Treasury(tokens: 20)
        let before = try await treasury.store.tokens()
        let old = treasury.desk.scratch("old.key")
        try FileManager.default.copyItem(atPath: keyFile(treasury.desk), toPath: old)
        let wrap = try #require(try await treasury.store.dataKeys()[0].wrapped)
        for _ in 1...2 {
            let run = try await treasury.desk.must("key", "rewrap")
            #expect(run.summary["keySource"].text == "file:" + keyFile(treasury.desk), run.told)
            let kept = try #require(run.summary["oldKeyFile"].text)
            #expect(
                kept.hasSuffix("root.key.old-" + (run.summary["from"].text ?? "?"))
                    && FileManager.default.fileExists(atPath: kept))
        }
        #expect(try await treasury.store.tokens() == before)
        for name in ["", "-wal"] {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: treasury.storePath + name))
            // The nonce alone tells one wrap from all others.
            #expect(bytes.range(of: Data(wrap[16..<40])) == nil, "the store\(name) holds the old wrap")
        }
        try await treasury.expectAllOpen(20)
        // The same token has the same fingerprint under the third root as under the first.
        let vault = try await treasury.vault()
        let place = Treasury.place(before[0].id, 1, generation: 1, storeID: treasury.store.storeID)
        #expect(
            try vault.seal(token: Treasury.secret("token 1 of generation 1"), place: place).fingerprint
                == before[0].fingerprint)
        let trail = try await treasury.desk.must("events")
        #expect(trail.result["verified"] == true, trail.told)
        #expect(
            trail.result["events"].items.compactMap { $0["action"].text } == [
                "key_installed", "root_rotated", "root_rotated",
            ])
        #expect(trail.result["sealedThrough"] == 3, trail.told)
        let refused = try await treasury.desk.run("key", "rotate", "--key", "file:" + old)
        #expect(refused.code == "key_wrong", refused.told)
    }

    @Test("is refused beside a rotation of the data key, and keeps one with the old root from beginning") func busy()
        async throws
    {
        let treasury = try await Treasury(tokens: 600)
        let late = try await treasury.vault()
        let asked = Atomic<Int>(0)
        _ = try await treasury.rotation(treasury.vault()) { asked.add(1, ordering: .relaxed).newValue > 1 }.run()
        let run = try await treasury.desk.run("key", "rewrap")
        #expect(run.code == "key_busy" && run.message.contains("key rotate"), run.told)
        #expect(!FileManager.default.fileExists(atPath: keyFile(treasury.desk) + ".new"))
        try await treasury.desk.must("key", "rotate")
        try await treasury.desk.must("key", "rewrap")
        // This vault would wrap a new data key under the root from before.
        let error = await #expect(throws: StoreError.self) { _ = try await treasury.rotation(late).run() }
        #expect(error?.code == .keyBusy)
        try await treasury.expectDone(600)
    }

    @Test("a host that runs on reads a new data key with the new root, or says that it must be started again")
    func follows() async throws {
        let treasury = try await Treasury(tokens: 5)
        let (store, desk) = (treasury.store, treasury.desk)
        let host = try await treasury.vault()
        let once = try Vault.open(rootKey: KeyFile.read(path: keyFile(desk)), keyring: await store.keyring())
        try await desk.must("key", "rewrap")
        // Nothing that it holds has changed.
        try host.refresh(await store.keyring())
        try once.refresh(await store.keyring())
        try await treasury.setToken(1, with: once)
        try await desk.must("key", "rotate")
        try await treasury.setToken(2, with: host)
        #expect(host.holds(3))
        let error = try #require(await #expect(throws: VaultError.self) { try once.refresh(await store.keyring()) })
        #expect(error.code == .keyWrong && error.message.contains("Start it again"))
        try await treasury.expectAllOpen(5)
    }

    @Test("takes the new root from another source, reads it back from there, and says how to start from now on")
    func sources() async throws {
        let treasury = try await Treasury(tokens: 4)
        let desk = treasury.desk
        let (one, two, three) = (desk.scratch("one.key"), desk.scratch("two.key"), desk.scratch("three.key"))
        let made = try await desk.must("key", "rewrap", "--to", "file:" + one)
        #expect(
            made.summary["keySource"].text == "file:" + one && FileManager.default.fileExists(atPath: keyFile(desk)),
            made.told)
        _ = try KeySource(parsing: "file:" + two).create(storeID: "-")
        _ = try KeySource(parsing: "file:" + three).create(storeID: "-")
        let same = try await desk.run("key", "rewrap", "--key", "file:" + one, "--to", "file:" + one)
        #expect(same.code == "key_exists", same.told)
        let fd = try await desk.run(["key", "rewrap", "--key", "file:" + one, "--to", "fd:7"], descriptor: (7, two))
        #expect(fd.status == 0, fd.told)
        let program = try desk.scratch.write("give", "#!/bin/sh\ncat '\(three)'\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program)
        let command = try await desk.run(["key", "rewrap", "--key", "file:" + two, "--to", "cmd:" + program])
        #expect(command.status == 0, command.told)
        // Where no key can be made, the new one must be named.
        let unnamed = try await desk.run("key", "rewrap", "--key", "cmd:" + program)
        #expect(unnamed.code == "key_missing" && unnamed.message.contains("--to"), unnamed.told)
        let both = try await desk.run(
            ["key", "rewrap", "--key", "file:" + three], environment: ["PATCHBAY_KEY": "cmd:" + program])
        #expect(both.code == "key_sources_disagree", both.told)
        let proved = try await desk.must("key", "rotate", "--key", "cmd:" + program)
        #expect(proved.summary["proved"] == 4, proved.told)
        let missing = try await desk.run("key", "rewrap", "--key", "file:" + three, "--to", "credential:none")
        #expect(missing.code == "key_missing", missing.told)
        #expect(try await treasury.store.stagedRoot() == nil)
    }

    @Test("wraps with one changed byte, or under another root, are not made the store's") func wraps() async throws {
        let treasury = try await Treasury(tokens: 1)
        try await treasury.desk.must("key", "rotate")
        let vault = try await treasury.vault()
        let root = RootKey.random()
        let good = try vault.rewrapped(for: root)
        #expect(good.dataKeys.count == 2)
        try vault.prove(good, opensWith: root)
        let lasting = try #require(good.lastingKeys)
        func changed(_ dataKeys: [WrappedDataKey], _ lastingKeys: [UInt8]?) -> VaultKeyring {
            VaultKeyring(
                storeID: good.storeID, keyID: good.keyID, checkValue: good.checkValue, dataKeys: dataKeys,
                lastingKeys: lastingKeys)
        }
        for bit in 0..<(good.dataKeys[0].wrapped.count * 8) {
            var wrapped = good.dataKeys[0].wrapped
            wrapped[bit / 8] ^= 1 << (bit % 8)
            let entry = WrappedDataKey(number: 2, wrapped: wrapped, isPrimary: false)
            #expect(throws: VaultError.self, "bit \(bit)") {
                try vault.prove(changed([entry, good.dataKeys[1]], lasting), opensWith: root)
            }
        }
        for bit in 0..<(lasting.count * 8) {
            var wrapped = lasting
            wrapped[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: VaultError.self, "bit \(bit)") {
                try vault.prove(changed(good.dataKeys, wrapped), opensWith: root)
            }
        }
        #expect(throws: VaultError.self) { try vault.prove(changed([good.dataKeys[1]], lasting), opensWith: root) }
        // Without the lasting keys the trail would no longer verify.
        #expect(throws: VaultError.self) { try vault.prove(changed(good.dataKeys, nil), opensWith: root) }
        #expect(throws: VaultError.self) { try vault.prove(good, opensWith: RootKey.random()) }
        let other = try await Treasury(tokens: 1).vault().rewrapped(for: root)
        #expect(throws: VaultError.self) { try vault.prove(changed(other.dataKeys, lasting), opensWith: root) }
    }

    @Test("and a recovery slot leave no root key in the store, in what is printed, or in a file but the key's own")
    func secret()
        async throws
    {
        let treasury = try await Treasury(tokens: 1)
        let desk = treasury.desk
        let pair = try await desk.pair()
        try await desk.must("key", "slot", "add", "safe", "--public-key", pair + "/recovery.pub")
        try await desk.must("key", "rewrap")
        try await desk.must("key", "slot", "test", "safe", "--private-key", pair + "/recovery.key")
        let folder = desk.home + "/keys/"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.count == 2)
        let secrets = try names.map {
            try String(contentsOfFile: folder + $0, encoding: .utf8).split(separator: " ")[2]
        }
        var found: [String] = []
        for case let name as String in try #require(FileManager.default.enumerator(atPath: desk.scratch.path)) {
            guard let bytes = FileManager.default.contents(atPath: desk.scratch(name)) else { continue }
            for secret in secrets {
                let raw = Data(
                    stride(from: 0, to: 64, by: 2).compactMap { UInt8(secret.dropFirst($0).prefix(2), radix: 16) })
                if raw.count != 32 || bytes.range(of: Data(secret.utf8)) != nil || bytes.range(of: raw) != nil {
                    found.append(name)
                }
            }
        }
        #expect(found.sorted() == names.map { "home/keys/" + $0 }.sorted())
    }

    @Test("is seen whole or not at all by a start at the same moment") func atomic() async throws {
        let treasury = try await Treasury(tokens: 1)
        let paths = ["a.key", "b.key"].map { treasury.desk.scratch($0) }
        let ids = try paths.map { try KeyFile.create(path: $0).id }
        let store = treasury.store
        let first = try #require(try await store.rootKey()?.keyID)
        let isOver = Atomic<Bool>(false)
        let starting = Task {
            var seen: Set<String> = []
            while !isOver.load(ordering: .relaxed) {
                let keyring = try await store.keyring()
                guard let place = ids.firstIndex(of: keyring.keyID) else {
                    #expect(keyring.keyID == first)
                    continue
                }
                _ = try Vault.open(rootKey: KeyFile.read(path: paths[place]), keyring: keyring)
                seen.insert(keyring.keyID)
            }
            return seen.count
        }
        var vault = try await treasury.vault()
        for turn in 0..<60 {
            let target = KeySource.file(path: paths[turn % 2])
            _ = try await RootRotation(store: store, vault: vault, target: .source(target), actor: "test").run()
            vault = try await VaultAccess(store: store, source: target).open()
        }
        isOver.store(true, ordering: .relaxed)
        #expect(try await starting.value == 2)
    }

    @Test("whose file cannot get its name yet is used under its first one, and gets it at the next start that can")
    func pending()
        async throws
    {
        let treasury = try await Treasury(tokens: 2)
        let (desk, key) = (treasury.desk, keyFile(treasury.desk))
        let old = try #require(try await treasury.store.rootKey()?.keyID)
        // Something else stands where the old file is to be kept.
        try FileManager.default.createDirectory(atPath: key + ".old-" + old, withIntermediateDirectories: false)
        let run = try await desk.must("key", "rewrap")
        #expect(
            run.summary["keySource"].text == "file:" + key + ".new" && run.summary["renamePending"].text != nil,
            run.told)
        for _ in 1...2 {
            let proved = try await desk.must("key", "rotate")
            #expect(proved.summary["proved"] == 2, proved.told)
        }
        #expect(try KeyFile.read(path: key).id == old)
        try FileManager.default.removeItem(atPath: key + ".old-" + old)
        try await desk.must("events")
        #expect(try KeyFile.read(path: key).id == run.summary["rootKey"].text)
        #expect(try KeyFile.read(path: key + ".old-" + old).id == old)
    }

    @Test("a copy of the store from before names the file that opens it") func copyFromBefore() async throws {
        let treasury = try await Treasury(tokens: 2)
        let copy = treasury.desk.scratch("before.sqlite")
        let first = try #require(try await treasury.store.rootKey()?.keyID)
        // Nobody writes meanwhile.
        for end in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: treasury.storePath + end, toPath: copy + end)
        }
        try await treasury.desk.must("key", "rewrap")
        let run = try await treasury.desk.run("key", "rotate", "--store", "sqlite:" + copy)
        #expect(run.code == "key_wrong" && run.message.contains("root.key.old-" + first), run.told)
        try await treasury.desk.must(
            "key", "rotate", "--store", "sqlite:" + copy, "--key", "file:\(keyFile(treasury.desk)).old-\(first)")
        // The old file may be put back for it by hand, and the next change starts from there.
        let newest = try KeyFile.read(path: keyFile(treasury.desk)).id
        try FileManager.default.moveItem(atPath: keyFile(treasury.desk), toPath: keyFile(treasury.desk) + ".newest")
        try FileManager.default.copyItem(
            atPath: keyFile(treasury.desk) + ".old-" + first, toPath: keyFile(treasury.desk))
        let again = try await treasury.desk.must("key", "rewrap", "--store", "sqlite:" + copy)
        #expect(try KeyFile.read(path: keyFile(treasury.desk)).id == again.summary["rootKey"].text)
        #expect(try KeyFile.read(path: keyFile(treasury.desk) + ".old-" + first).id == first)
        #expect(try KeyFile.read(path: keyFile(treasury.desk) + ".newest").id == newest)
    }
}
