import Foundation
import Testing

@Suite("Restore", .timeLimit(.minutes(12)))
struct RestoreTests {
    private func sides(_ bench: Bench) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: bench.desk.home).filter { $0.hasPrefix("patchbay.sqlite") }
            .sorted()
    }

    private func quickened(_ systems: [String] = Bench.systems) async throws -> Bench {
        let bench = try await Bench(systems)
        for system in systems {
            try await bench.desk.must("integration", "set", system, "--patience", "1")
            // So that the copy knows whose token it is and how the system's clock stood: a look-up of what came later
            // goes by that.
            try await bench.desk.must("integration", "check", system)
        }
        return bench
    }

    @Test("half is sent, then a backup, then the rest, then the restore: each task is there exactly once")
    func exactlyOnce() async throws {
        let bench = try await quickened()
        let tasks = Bench.tasks(40)
        try await bench.take(tasks, for: Bench.systems.joined(separator: ","))
        for system in Bench.systems { _ = try await bench.desk.run("sync", "--integration", system, "--limit", "20") }
        let file = bench.desk.scratch("copy")
        let made = try await bench.desk.must("backup", file)
        let unsettled = try #require(made.summary["unsettled"].int)
        #expect(unsettled == 60, made.told)
        try await bench.syncToTheEnd()
        let run = try await bench.desk.must("restore", file)
        #expect(run.summary["toBeLookedUp"].int == unsettled, run.told)
        #expect(try await bench.states("jira") == ["delivered": 20, "unknown": 20])
        try await bench.syncToTheEnd()
        for system in Bench.systems { try await bench.expectOnce(tasks, in: system) }
        #expect(try await bench.desk.must("events").out.contains("store_restored"))
    }

    @Test("restored to before the first attempt, and to before an attempt that never was: found, or sent once")
    func beforeFirst() async throws {
        let bench = try await quickened()
        let tasks = Bench.tasks(12)
        try await bench.take(tasks, for: Bench.systems.joined(separator: ","))
        let file = bench.desk.scratch("copy")
        try await bench.desk.must("backup", file)
        _ = try await bench.desk.run("sync", "--limit", "5")
        try await bench.desk.must("restore", file)
        try await bench.syncToTheEnd()
        for system in Bench.systems { try await bench.expectOnce(tasks, in: system) }
        // The same copy again, now that everything is there.
        try await bench.desk.must("restore", file)
        try await bench.syncToTheEnd()
        for system in Bench.systems { try await bench.expectOnce(tasks, in: system) }
    }

    @Test("what was refused or taken back in the copy, and sent since, is looked up when it is put back")
    func putBack() async throws {
        let bench = try await quickened(["jira"])
        try await bench.emulator.ask("POST", "/settings", ["jira": ["required": ["ED": ["customfield_10010"]]]])
        let tasks = Bench.tasks(3)
        try await bench.take(tasks, for: "jira")
        try await bench.desk.must("task", "cancel", "m-3")
        #expect(try await bench.desk.run("sync").summary["refused"] == 2)
        let file = bench.desk.scratch("copy")
        try await bench.desk.must("backup", file)
        try await bench.emulator.ask("POST", "/settings", ["jira": ["required": [:]]])
        try await bench.desk.must("retry", "--all")
        try await bench.desk.must("sync", "--integration", "jira", "--task", "m-3")
        try await bench.desk.must("sync")
        try await bench.expectOnce(tasks, in: "jira")
        try await bench.desk.must("restore", file)
        #expect(
            try await bench.states("jira") == ["refused": 2, "cancelled": 1],
            "they stay what they were until somebody acts")
        try await bench.desk.must("retry", "--all")
        #expect(try await bench.states("jira") == ["unknown": 2, "cancelled": 1])
        _ = try await bench.desk.run("sync", "--integration", "jira", "--task", "m-3")
        try await bench.syncToTheEnd("jira")
        try await bench.expectOnce(tasks, in: "jira")
    }

    @Test("restore refuses while another command uses the store, and keeps others out meanwhile")
    func inUse() async throws {
        let bench = try await Bench(["asana"])
        try await bench.take(Bench.tasks(2), for: "asana")
        let file = bench.desk.scratch("copy")
        try await bench.desk.must("backup", file)
        try await bench.emulator.ask("POST", "/latency", ["milliseconds": 6_000])
        let sync = try bench.desk.start(["sync"])
        let emulator = bench.emulator
        try await Wait.until("something is sent") { try await emulator.requests() > 0 ? true : nil }
        let refused = try await bench.desk.run("restore", file)
        #expect(refused.status == 3 && refused.code == "store_locked", refused.told)
        try await bench.emulator.ask("POST", "/latency", ["milliseconds": 0])
        #expect(try await sync.finish().status == 0)
        // Another program that has the file open, and knows nothing of our lock.
        let intruder = try await StoreIntruder(locking: bench.desk.home + "/patchbay.sqlite", bench.desk.scratch)
        let locked = try await bench.desk.run("restore", file)
        #expect(locked.status == 3 && locked.code == "store_locked", locked.told)
        try await intruder.leave()
        #expect(try sides(bench).filter { $0.contains("restor") }.isEmpty)
        try await bench.desk.must("restore", file)
    }

    @Test("who comes while a restore goes on waits for it, and then has the new store", arguments: ["T2", "T4", "T6"])
    func waiting(step: String) async throws {
        let bench = try await Bench(["asana"])
        try await bench.take(Bench.tasks(2), for: "asana")
        let file = bench.desk.scratch("copy")
        try await bench.desk.must("backup", file)
        try await bench.desk.must("task", "add", "Lost", "--id", "lost")
        let restore = try await bench.halted(["restore", file], at: step)
        let impatient = try await bench.desk.run(["task", "list"], environment: ["PATCHBAY_DEBUG_BUSY_SECONDS": "1"])
        #expect(
            impatient.status == 3 && impatient.code == "store_locked" && impatient.message.contains("being restored"),
            impatient.told)
        let second = try await bench.desk.run("restore", file)
        #expect(second.status == 3 && second.code == "store_locked", second.told)
        let waiting = try bench.desk.start(["task", "add", "New", "--id", "new"])
        let (pid, lock) = (waiting.child.pid, bench.desk.home + "/patchbay.sqlite.lock")
        try await Wait.until("it waits for the lock") {
            let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")) ?? []
            return open.contains {
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\($0)")) == lock
            }
                ? true : nil
        }
        restore.child.send(SIGCONT)
        #expect(try await restore.finish().status == 0)
        #expect(try await waiting.finish().status == 0)
        let ids = try await bench.desk.must("task", "list").result["tasks"].items.compactMap {
            $0["id"].text ?? $0["task"].text
        }
        #expect(Set(ids) == ["m-1", "m-2", "new"], "\(ids)")
    }

    @Test(
        "killed at any step there is the old store or the new one, whole, and the next restore ends it",
        arguments: ["T1", "T2", "T3", "T4", "T5", "T6", "T7"])
    func killed(step: String) async throws {
        let bench = try await Bench(["linear"])
        try await bench.take(Bench.tasks(5), for: "linear")
        let file = bench.desk.scratch("copy")
        try await bench.desk.must("backup", file)
        try await bench.take(Bench.tasks(3, meeting: "n"), for: "linear")
        // Dies with its last commits in the log.
        _ = try await bench.desk.run(
            ["task", "add", "Last", "--id", "last"], environment: ["PATCHBAY_DEBUG_DIE_AFTER_COMMIT": "1"])
        #expect(
            try sides(bench).contains("patchbay.sqlite-wal"), "the old store has no log, and the test tests nothing")
        let dead = try await bench.desk.run(["restore", file], environment: ["PATCHBAY_DEBUG_DIE_AT": step])
        #expect(dead.end.signal == SIGKILL, dead.told)
        #expect(try await bench.desk.must("task", "list").result["tasks"].items.count == (step == "T7" ? 5 : 9))
        let doctor = try await bench.desk.must("doctor")
        #expect(doctor.summary["broken"] == 0, doctor.told)
        let run = try await bench.desk.must("restore", file)
        #expect(try await bench.desk.must("task", "list").result["tasks"].items.count == 5)
        let aside = try #require(run.summary["before"].text)
        let old = try await bench.desk.must("task", "list", "--store", "sqlite:" + aside)
        #expect(old.result["tasks"].items.count == (step == "T7" ? 5 : 9), old.told)
        #expect(try sides(bench).filter { $0.contains("restoring") }.isEmpty)
        #expect(try await bench.desk.must("events").status == 0)
    }

    @Test("a damaged store is replaced by its backup, and kept with its log")
    func damagedStore() async throws {
        let bench = try await Bench(["linear"])
        try await bench.take(Bench.tasks(5), for: "linear")
        let file = bench.desk.scratch("copy")
        try await bench.desk.must("backup", file)
        let path = bench.desk.home + "/patchbay.sqlite"
        let damaged = Data(repeating: 0x5A, count: 40_000)
        try damaged.write(to: URL(fileURLWithPath: path))
        try Data(repeating: 0x37, count: 5_000).write(to: URL(fileURLWithPath: path + "-wal"))
        #expect(try await bench.desk.run("sync").code == "store_damaged")
        let run = try await bench.desk.must("restore", file)
        let aside = try #require(run.summary["before"].text)
        #expect(try Data(contentsOf: URL(fileURLWithPath: aside)) == damaged)
        try await bench.desk.must("sync", "--wait")
        try await bench.expectOnce(Bench.tasks(5), in: "linear")
    }

    @Test("a home that is gone comes back from backup and key")
    func newMachine() async throws {
        let bench = try await quickened(["linear"])
        try await bench.take(Bench.tasks(5), for: "linear")
        let (file, key) = (bench.desk.scratch("copy"), bench.desk.scratch("root.key"))
        try await bench.desk.must("backup", file)
        try FileManager.default.copyItem(atPath: bench.desk.home + "/keys/root.key", toPath: key)
        try await bench.desk.must("sync")
        try FileManager.default.removeItem(atPath: bench.desk.home)
        let run = try await bench.desk.must("restore", file, "--key", "file:" + key)
        #expect(run.summary["before"].isNull, run.told)
        try await bench.desk.must("sync", "--wait", "--key", "file:" + key)
        try await bench.expectOnce(Bench.tasks(5), in: "linear")
    }

    @Test("without its key a backup is restored only when told, and then listed, and opens when the key is back")
    func withoutKey() async throws {
        let bench = try await quickened(["linear"])
        try await bench.take(Bench.tasks(2), for: "linear")
        let file = bench.desk.scratch("copy")
        try await bench.desk.must("backup", file)
        let (key, kept) = (bench.desk.home + "/keys/root.key", bench.desk.scratch("kept.key"))
        try FileManager.default.moveItem(atPath: key, toPath: kept)
        let id = try #require(try await bench.desk.must("key", "status").summary["rootKey"].text)
        let check = try await bench.desk.run("restore", "--check", file)
        #expect(
            check.status == 3 && check.summary["keyOpens"] == false && check.summary["keyProblem"] == "key_missing",
            check.told)
        #expect(check.summary["keyId"].text == id, check.told)
        let before = try sides(bench)
        let refused = try await bench.desk.run("restore", file)
        #expect(refused.status == 3 && refused.code == "key_missing" && refused.message.contains(id), refused.told)
        #expect(try sides(bench) == before)
        let other = try Workbench()
        try await other.must("init")
        let wrong = try await bench.desk.run("restore", file, "--key", "file:" + other.home + "/keys/root.key")
        #expect(wrong.status == 3 && wrong.code == "key_wrong", wrong.told)
        try await bench.desk.must("restore", "--without-key", file)
        #expect(try await bench.desk.must("task", "list").result["tasks"].items.count == 2)
        try FileManager.default.moveItem(atPath: kept, toPath: key)
        try await bench.desk.must("sync", "--wait")
        try await bench.expectOnce(Bench.tasks(2), in: "linear")
    }

    @Test("what is no backup, or not a whole one, is named, and changes nothing")
    func strangers() async throws {
        let bench = try await Bench(["linear"])
        try await bench.take(Bench.tasks(40), for: "linear")
        let (scratch, file) = (bench.desk.scratch, bench.desk.scratch("copy"))
        try await bench.desk.must("backup", file)
        let sound = try Data(contentsOf: URL(fileURLWithPath: file))
        func variant(_ name: String, _ change: (inout Data) -> Void) throws -> String {
            var bytes = sound
            change(&bytes)
            try bytes.write(to: URL(fileURLWithPath: scratch(name)))
            return scratch(name)
        }
        func changed(_ name: String, _ sql: String) async throws -> String {
            let path = try variant(name) { _ in }
            try await StoreIntruder.change(path, sql, scratch)
            return path
        }
        try FileManager.default.createSymbolicLink(atPath: scratch("link"), withDestinationPath: file)
        let pipe = unsafe mkfifo(scratch("pipe"), 0o600)
        try #require(pipe == 0)
        let cases: [(String, String)] = [
            (scratch("link"), "backup_invalid"), (scratch("pipe"), "backup_invalid"), (scratch.path, "backup_invalid"),
            (scratch("none"), "backup_invalid"), (bench.desk.home + "/patchbay.sqlite", "backup_invalid"),
            (try scratch.write("empty", ""), "backup_invalid"),
            (try scratch.write("text", "SQLite format 3 it is not"), "backup_invalid"),
            (try variant("cut") { $0 = $0.prefix(sound.count / 2) }, "backup_invalid"),
            (try variant("torn") { $0.resetBytes(in: 8_192..<(sound.count - 4_096)) }, "backup_invalid"),
            (try await changed("fewer", "DELETE FROM delivery WHERE row = 3;"), "backup_invalid"),
            (
                try await changed("trap", "CREATE TRIGGER t AFTER UPDATE ON delivery BEGIN DELETE FROM task; END;"),
                "backup_invalid"
            ),
            (try await changed("view", "CREATE VIEW v AS SELECT 1;"), "backup_invalid"),
            (try await changed("bare", "DROP TABLE backup_manifest;"), "backup_invalid"),
            (try await changed("odd", "UPDATE backup_manifest SET content = '{';"), "backup_invalid"),
            (try await changed("newer", "INSERT INTO grdb_migrations VALUES ('v99');"), "store_too_new"),
            (try await changed("key", "UPDATE data_key SET wrapped = zeroblob(length(wrapped));"), "token_damaged"),
        ]
        let before = try sides(bench)
        for (path, code) in cases {
            for words in [["restore", "--check", path], ["restore", path]] {
                let run = try await bench.desk.run(words)
                let told = run.code ?? run.summary["keyProblem"].text
                #expect(run.status != 0 && told == code, run.told)
                #expect(try sides(bench) == before, run.told)
            }
        }
        #expect(try await bench.desk.must("task", "list").result["tasks"].items.count == 40)
        try await bench.desk.must("restore", "--check", file)
    }

    @Test(
        "a full disk: the store stays as it was, and nothing is left beside it",
        .enabled("this machine gives no disk of one's own") { await SmallDisk.isPossible() }, arguments: [0, 100])
    func full(kibibytes: Int) async throws {
        let disk = try await SmallDisk(mebibytes: 4)
        let bench = try await Bench(["linear"], home: disk.path + "/home", through: disk.through)
        try await bench.take(Bench.tasks(20), for: "linear")
        let file = bench.desk.scratch("copy")
        try await bench.desk.must("backup", file)
        try await bench.desk.must("task", "add", "Later", "--id", "later")
        try await disk.fill(leaving: kibibytes * 1_024)
        let run = try await bench.desk.run("restore", file)
        #expect(run.status == 3 && run.code == "store_full", run.told)
        try await disk.free()
        #expect(try await bench.desk.must("task", "list").result["tasks"].items.count == 21)
        try await bench.desk.must("restore", file)
        #expect(try await bench.desk.must("task", "list").result["tasks"].items.count == 20)
    }
}
