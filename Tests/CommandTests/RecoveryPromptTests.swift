import Foundation
import TestSupport
import Testing

@Suite("A passphrase brings a lost root key back", .timeLimit(.minutes(12)))
struct RecoveryPromptTests {
    @Test("typed twice for a slot, then once, and never shown") func slot() async throws {
        let desk = try Workbench()
        try await desk.must("init")
        let (phrase, other) = ("a horse of another colour", "somebody else's guess")
        let key = desk.home + "/keys/root.key"
        let add = ["key", "slot", "add", "mine", "--passphrase"]
        let made = try await Terminal.talk(
            desk,
            [
                (add, [phrase, other]), (add, ["short", "short"]), (add, [phrase, phrase]),
                (["key", "slot", "test", "mine"], [other]),
                (["key", "slot", "test", "mine"], [phrase]), (["key", "rewrap"], []),
            ])
        #expect(made.map(\.code) == [3, 3, 0, 3, 0, 0], "\(made)")
        #expect(made[0].seen.contains("not the same") && made[3].seen.contains("[key_wrong]"), "\(made)")
        let lost = try String(contentsOfFile: key, encoding: .utf8)
        try FileManager.default.removeItem(atPath: key)
        let back = try await Terminal.talk(
            desk,
            [
                (["key", "recover", "mine"], [other]), (["key", "recover", "mine"], [phrase]),
                (["key", "slot", "test", "mine"], [phrase]),
                (["key", "rotate"], []),
            ])
        #expect(back.map(\.code) == [3, 0, 0, 0], "\(back)")
        #expect(try String(contentsOfFile: key, encoding: .utf8) == lost)
        let shown = (made + back).map(\.seen).joined()
        #expect(!shown.contains(phrase) && !shown.contains(other), "\(shown)")
        // Without a terminal nobody is asked.
        let blind = try await desk.run("key", "slot", "test", "mine")
        #expect(blind.code == "key_missing" && blind.message.contains("terminal"), blind.told)
    }

    @Test("or is the root itself, and is changed for another") func root() async throws {
        let desk = try Workbench()
        try await desk.must("init")
        let (first, second) = ("the first of two phrases", "the second of two phrases")
        let (prompt, change) = (["--key", "prompt"], ["key", "rewrap", "--to", "prompt"])
        let told = try await Terminal.talk(
            desk,
            [
                (change, [first, second]), (change, [first, first]), (["key", "rotate"] + prompt, [first]),
                (change + prompt, [first, second, second]), (["key", "rotate"] + prompt, [first]),
                (["key", "rotate"] + prompt, [second]),
                (["key", "rewrap"] + prompt, []),
                (["key", "rewrap", "--to", "file:" + desk.scratch("end.key")] + prompt, [second]),
                (["key", "rotate", "--key", "file:" + desk.scratch("end.key")], []),
            ])
        #expect(told.map(\.code) == [3, 0, 0, 0, 3, 0, 3, 0, 0], "\(told)")
        let trail = try await desk.must("events", "--key", "file:" + desk.scratch("end.key"))
        #expect(trail.result["verified"] == true, trail.told)
    }
}
