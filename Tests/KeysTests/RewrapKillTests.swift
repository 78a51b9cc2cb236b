import Foundation
import PatchbayModel
import PatchbayStore
import PatchbayVault
import Synchronization
import TestSupport
import Testing

@testable import PatchbayKeys

@Suite("A rotation of the root that is killed", .timeLimit(.minutes(12)))
struct RewrapKillTests {
    static let steps = ["W0", "W1", "W2", "W3", "W4", "W5", "W6"]

    @Test("at any step leaves a store that opens, and the next one ends cleanly", arguments: steps)
    func dies(step: String) async throws {
        let treasury = try await Treasury(tokens: 40)
        let desk = treasury.desk
        let pair = try await desk.pair()
        try await desk.must("key", "slot", "add", "safe", "--public-key", pair + "/recovery.pub")
        let prints = try await treasury.store.tokens().map(\.fingerprint)
        let before = try await treasury.store.rootKey()
        let dead = try await desk.run(["key", "rewrap"], environment: ["PATCHBAY_DEBUG_DIE_AT": step])
        #expect(dead.end.signal == SIGKILL, dead.told)
        // One of the two files opens every data key as they lie there, before any start has put a name right.
        let keyring = try await treasury.store.keyring()
        let opening = ["root.key", "root.key.new"].filter { name in
            guard let root = try? KeyFile.read(path: "\(desk.home)/keys/\(name)") else { return false }
            return (try? Vault.open(rootKey: root, keyring: keyring)) != nil
        }
        #expect(opening.count == 1, "\(opening)")
        #expect((keyring.keyID == before?.keyID) == ["W0", "W1", "W2", "W3"].contains(step))
        // The first start of all is a plain command without another flag.
        let trail = try await desk.run("events")
        #expect(trail.status == 0 && trail.result["verified"] == true, trail.told)
        try await treasury.expectAllOpen(40)
        try await desk.must("key", "slot", "test", "safe", "--private-key", pair + "/recovery.key")

        let run = try await desk.must("key", "rewrap")
        #expect(try await treasury.store.stagedRoot() == nil)
        #expect(try await treasury.store.rootKey()?.keyID == run.summary["rootKey"].text)
        #expect(try await treasury.store.tokens().map(\.fingerprint) == prints)
        try await treasury.expectAllOpen(40)
        let files = try FileManager.default.contentsOfDirectory(atPath: desk.home + "/keys")
        #expect(files.contains("root.key") && !files.contains("root.key.new"), "\(files)")
        #expect(try KeyFile.read(path: desk.home + "/keys/root.key").id == run.summary["rootKey"].text)
        // Whatever was the store's once is still there under its id.
        let first = try #require(before?.keyID)
        #expect(try KeyFile.read(path: desk.home + "/keys/root.key.old-" + first).id == first)
        try await desk.must("key", "slot", "test", "safe", "--private-key", pair + "/recovery.key")
        let rotated = try await desk.must("key", "rotate")
        #expect(rotated.summary["proved"] == 40, rotated.told)
        let whole = try await desk.must("events")
        #expect(whole.result["verified"] == true, whole.told)
    }

    @Test("before the file has its name, does not count as a lost key", arguments: ["W4", "W5"])
    func isNotLost(step: String) async throws {
        let treasury = try await Treasury(tokens: 3)
        let dead = try await treasury.desk.run(["key", "rewrap"], environment: ["PATCHBAY_DEBUG_DIE_AT": step])
        #expect(dead.end.signal == SIGKILL, dead.told)
        let run = try await treasury.desk.run("key", "reset", "--give-up-tokens")
        #expect(run.code == "key_in_use", run.told)
        try await treasury.expectAllOpen(3)
    }

    @Test(
        "before the file has its name, is ended once by however many that start at the same moment",
        arguments: ["W4", "W5"])
    func startsAtOnce(step: String) async throws {
        let treasury = try await Treasury(tokens: 3)
        let desk = treasury.desk
        let old = try #require(try await treasury.store.rootKey()?.keyID)
        let dead = try await desk.run(["key", "rewrap"], environment: ["PATCHBAY_DEBUG_DIE_AT": step])
        #expect(dead.end.signal == SIGKILL, dead.told)
        let new = try #require(try await treasury.store.rootKey()?.keyID)
        let runs = try await withThrowingTaskGroup(of: Run.self) { group in
            for _ in 1...8 { group.addTask { try await desk.run("events") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for run in runs { #expect(run.status == 0 && run.result["verified"] == true, run.told) }
        let files = try FileManager.default.contentsOfDirectory(atPath: desk.home + "/keys").sorted()
        #expect(files == ["root.key", "root.key.old-" + old])
        #expect(try KeyFile.read(path: desk.home + "/keys/root.key").id == new)
        #expect(try KeyFile.read(path: desk.home + "/keys/root.key.old-" + old).id == old)
    }

    @Test("in the midst of writing the new file, what is left of it is made anew; another file there is left alone")
    func cut() async throws {
        let treasury = try await Treasury(tokens: 3)
        let new = treasury.desk.home + "/keys/root.key.new"
        for left in ["", "patchbay-key-1 0011"] {
            try Data(left.utf8).write(to: URL(fileURLWithPath: new))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: new)
            let run = try await treasury.desk.run("key", "rewrap")
            // An empty file is as far as a single write of one line can be cut.
            #expect(run.status == 0, run.told)
            try await treasury.expectAllOpen(3)
        }
        let other = String(repeating: "something else ", count: 20)
        try Data(other.utf8).write(to: URL(fileURLWithPath: new))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: new)
        let refused = try await treasury.desk.run("key", "rewrap")
        #expect(refused.code == "key_invalid" && refused.message.contains("root.key.new"), refused.told)
        #expect(try String(contentsOfFile: new, encoding: .utf8) == other)
        try await treasury.expectAllOpen(3)
    }

    @Test(
        "at random commits, beside rotations of the data key and a host that sets tokens all the while, loses nothing")
    func beside() async throws {
        let treasury = try await Treasury(tokens: 60)
        let isOver = Atomic<Bool>(false)
        let sets = Atomic<Int>(0)
        // One vault from before all of it, as a sync that goes on for hours has.
        let vault = try await treasury.vault()
        let setting = Task {
            while !isOver.load(ordering: .relaxed) {
                try await treasury.setToken(Int.random(in: 1...60), with: vault)
                sets.add(1, ordering: .relaxed)
            }
        }
        var struck = 0
        for number in 1...8 {
            let dead = try await treasury.desk.run(
                ["key", "rewrap"],
                environment: number % 2 == 0 ? [:] : ["PATCHBAY_DEBUG_DIE_AFTER_COMMIT": "\((number + 1) / 2)"])
            struck += dead.end.signal == SIGKILL ? 1 : 0
            #expect(dead.end.signal == SIGKILL || dead.status == 0, dead.told)
            try await treasury.expectAllOpen(60)
            // A change of the root that is not finished keeps the data key's from beginning.
            if try await treasury.store.stagedRoot() != nil {
                let busy = try await treasury.desk.run("key", "rotate")
                #expect(busy.code == "key_busy", busy.told)
                try await treasury.desk.must("key", "rewrap")
            }
            try await treasury.desk.must("key", "rotate")
        }
        isOver.store(true, ordering: .relaxed)
        try await setting.value
        #expect(struck >= 2, "too few kills struck: the test no longer tests")
        #expect(sets.load(ordering: .relaxed) > 10)
        try await treasury.expectAllOpen(60)
    }
}

extension Workbench {
    /// The folder of a new offline pair.
    func pair(_ name: String = "offline") async throws -> String {
        try await must("key", "slot", "keygen", scratch(name))
        return scratch(name)
    }
}
