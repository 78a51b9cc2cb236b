import Foundation
import Testing

/// The key file is gone, and no copy of it is left.
@Suite("A lost key", .timeLimit(.minutes(12)))
struct LostKeyTests {
    private func key(_ bench: Bench) -> String { bench.desk.home + "/keys/root.key" }

    private func setTokens(_ bench: Bench, _ systems: [String]) async throws {
        for system in systems { try await bench.desk.must("token", "set", system, input: Bench.tokens[system] ?? "") }
    }

    @Test(
        """
        what needs no key goes on; the error names the one command; with the tokens set anew each task is there \
        exactly once
        """
    )
    func wholeWay() async throws {
        let bench = try await Bench()
        for system in Bench.systems { try await bench.desk.must("integration", "set", system, "--patience", "1") }
        let tasks = Bench.tasks(12)
        try await bench.take(tasks, for: Bench.systems.joined(separator: ","))
        for system in Bench.systems { _ = try await bench.desk.run("sync", "--integration", system, "--limit", "5") }
        // One more is sent, and its answer lost.
        try await bench.emulator.fault(["system": "asana", "operation": "create", "kind": "drop-after"])
        _ = try await bench.desk.run("sync", "--integration", "asana", "--limit", "1")
        try FileManager.default.removeItem(atPath: key(bench))

        #expect(try await bench.desk.must("task", "list").result["tasks"].items.count >= 12)
        #expect(try await bench.desk.must("task", "export").out.split(separator: "\n").count >= 12)
        for words in [
            ["status"], ["token", "status"], ["key", "status"], ["integration", "list"], ["explain", "m-1"],
        ] {
            let run = try await bench.desk.run(words)
            #expect(run.status == 0, run.told)
        }
        for words in [["sync"], ["init"], ["token", "set", "asana"]] {
            let run = try await bench.desk.run(words, input: words[0] == "token" ? "asana-demo-token" : "")
            #expect(run.status == 3 && run.code == "key_missing", run.told)
            #expect(
                run.message.contains(key(bench)) && run.message.contains("`patchbay key reset --give-up-tokens`"),
                run.told)
        }
        let bare = try await bench.desk.run("key", "reset")
        #expect(bare.status == 64 && bare.message.contains("--give-up-tokens"), bare.told)
        #expect(!FileManager.default.fileExists(atPath: key(bench)))

        let reset = try await bench.desk.must("key", "reset", "--give-up-tokens")
        #expect(reset.summary["givenUp"] == 3 && reset.summary["key"] == "created", reset.told)
        #expect(
            reset.result["setAnew"].items.compactMap { $0["integration"].text }.sorted() == Bench.systems, reset.told)
        let sync = try await bench.desk.run("sync")
        let codes = sync.result["integrations"].items.compactMap { $0["error"]["code"].text }
        #expect(sync.status != 0 && codes.allSatisfy { $0 == "token_missing" }, sync.told)
        try await setTokens(bench, Bench.systems)
        try await bench.syncToTheEnd()
        for system in Bench.systems { try await bench.expectOnce(tasks, in: system) }
        let events = try await bench.desk.must("events")
        #expect(
            events.out.contains("key_reset") && events.out.contains("asana, jira, linear"),
            "the trail is whole, and tells it")
        #expect(try await bench.desk.must("doctor").summary["broken"] == 0)
    }

    @Test(
        """
        init never gives a store another key, even where there is no token: its slots and its trail hang on the one it \
        has
        """
    )
    func initKeeps() async throws {
        let bench = try await Bench([])
        let folder = bench.desk.scratch("pair")
        try await bench.desk.must("key", "slot", "keygen", folder)
        try await bench.desk.must("key", "slot", "add", "safe", "--public-key", folder + "/recovery.pub")
        let kept = key(bench) + ".elsewhere"
        try FileManager.default.moveItem(atPath: key(bench), toPath: kept)
        let missing = try await bench.desk.run("init")
        #expect(missing.status == 3 && missing.code == "key_missing", missing.told)
        #expect(missing.message.contains("patchbay key recover"), missing.told)
        #expect(!FileManager.default.fileExists(atPath: key(bench)))
        let other = try Workbench()
        try await other.must("init")
        let wrong = try await bench.desk.run("init", "--key", "file:\(other.home)/keys/root.key")
        #expect(wrong.status == 3 && wrong.code == "key_wrong", wrong.told)
        try FileManager.default.moveItem(atPath: kept, toPath: key(bench))
        try await bench.desk.must("key", "slot", "test", "safe", "--private-key", folder + "/recovery.key")
        try await bench.desk.must("events")
    }

    @Test("a key that opens the store is never given up; one that does not is taken, with the tokens gone")
    func wrongKey() async throws {
        let bench = try await Bench(["linear"])
        let kept = try Data(contentsOf: URL(fileURLWithPath: key(bench)))
        let refused = try await bench.desk.run("key", "reset", "--give-up-tokens")
        #expect(refused.status == 2 && refused.code == "key_in_use", refused.told)
        #expect(try await bench.desk.must("token", "status").summary["set"] == 1)
        let other = try Workbench()
        try await other.must("init")
        let source = "file:" + other.home + "/keys/root.key"
        let wrong = try await bench.desk.run("sync", "--key", source)
        #expect(wrong.code == "key_wrong" && wrong.message.contains("key reset --give-up-tokens"), wrong.told)
        // A file that is no key is somebody's, and is not overwritten.
        try kept.prefix(30).write(to: URL(fileURLWithPath: key(bench)))
        let cut = try await bench.desk.run("key", "reset", "--give-up-tokens")
        #expect(cut.status == 3 && cut.code == "key_invalid", cut.told)
        #expect(try await bench.desk.must("token", "status").summary["set"] == 1)
        let reset = try await bench.desk.must("key", "reset", "--give-up-tokens", "--key", source)
        #expect(reset.summary["key"] == "adopted", reset.told)
        try await bench.desk.must("token", "set", "linear", "--key", source, input: Bench.tokens["linear"] ?? "")
        #expect(try await bench.desk.must("doctor", "--key", source).summary["broken"] == 0)
    }

    @Test("killed between key and store, nothing is given up yet, and the next try takes the key that was made")
    func killed() async throws {
        let bench = try await Bench(["linear"])
        try FileManager.default.removeItem(atPath: key(bench))
        let dead = try await bench.desk.run(
            ["key", "reset", "--give-up-tokens"], environment: ["PATCHBAY_DEBUG_DIE_AT": "K1"])
        #expect(dead.end.signal == SIGKILL, dead.told)
        #expect(try await bench.desk.must("token", "status").summary["set"] == 1)
        let made = try Data(contentsOf: URL(fileURLWithPath: key(bench)))
        #expect(try await bench.desk.must("key", "reset", "--give-up-tokens").summary["key"] == "adopted")
        #expect(try Data(contentsOf: URL(fileURLWithPath: key(bench))) == made)
        try await setTokens(bench, ["linear"])
        #expect(try await bench.desk.must("doctor").summary["broken"] == 0)
    }

    @Test("a backup whose key is lost: its tasks come back, and its tokens are set anew")
    func restored() async throws {
        let bench = try await Bench(["linear"])
        try await bench.desk.must("integration", "set", "linear", "--patience", "1")
        let tasks = Bench.tasks(4)
        try await bench.take(tasks, for: "linear")
        let file = bench.desk.scratch("copy")
        try await bench.desk.must("backup", file)
        try await bench.desk.must("sync")
        try FileManager.default.removeItem(atPath: bench.desk.home)
        try await bench.desk.must("restore", "--without-key", file)
        try await bench.desk.must("key", "reset", "--give-up-tokens")
        try await setTokens(bench, ["linear"])
        try await bench.syncToTheEnd("linear")
        try await bench.expectOnce(tasks, in: "linear")
    }
}
