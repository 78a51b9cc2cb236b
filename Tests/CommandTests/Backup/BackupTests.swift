import Foundation
import Testing

@Suite("Backup", .timeLimit(.minutes(12)))
struct BackupTests {
    private func files(_ bench: Bench) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: bench.desk.scratch.path).filter { $0.hasPrefix("copy") }
            .sorted()
    }

    @Test("a backup is one file for the owner alone, says what it holds, and is never replaced")
    func made() async throws {
        let bench = try await Bench()
        try await bench.take(Bench.tasks(3), for: "asana,jira")
        let file = bench.desk.scratch("copy")
        let run = try await bench.desk.must("backup", file)
        #expect(run.summary["tasks"] == 3 && run.summary["tokens"] == 3 && run.summary["unsettled"] == 6, run.told)
        #expect(run.result["deliveries"]["pending"] == 6 && run.result["integrations"] == 3, run.told)
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        #expect(try files(bench) == ["copy"])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let check = try await bench.desk.must("restore", "--check", file)
        #expect(check.summary["keyOpens"] == true && check.result == run.result, check.told)
        let key = try String(contentsOfFile: bench.desk.home + "/keys/root.key", encoding: .utf8)
        #expect(run.summary["keyId"].text.map { key.contains($0) } == true, run.told)
        let again = try await bench.desk.run("backup", file)
        #expect(again.status == 2 && again.code == "backup_exists", again.told)
        let nowhere = try await bench.desk.run("backup", bench.desk.scratch("none/copy"))
        #expect(nowhere.status == 2 && nowhere.message.contains("does not exist"), nowhere.told)
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == bytes)
        #expect(try files(bench) == ["copy"])
        #expect(try await bench.desk.must("events").out.contains("backup_made"))
    }

    @Test("a backup beside a running sync is one state of the store, and disturbs nothing")
    func besideSync() async throws {
        let bench = try await Bench()
        let tasks = Bench.tasks(400)
        try await bench.take(tasks, for: "asana,jira,linear")
        let sync = try bench.desk.start(["sync", "--wait"])
        let emulator = bench.emulator
        try await Wait.until("something is sent") { try await emulator.requests() > 0 ? true : nil }
        var number = 0
        while !sync.child.hasEnded || number == 0 {
            number += 1
            let file = bench.desk.scratch("copy-\(number)")
            try await bench.desk.must("backup", file)
            let check = try await bench.desk.must("restore", "--check", file)
            #expect(check.result["deliveries"].members.values.compactMap(\.int).reduce(0, +) == 1_200, check.told)
        }
        let run = try await sync.finish()
        #expect(run.status == 0, run.told)
        for system in Bench.systems { try await bench.expectOnce(tasks, in: system) }
    }

    @Test("of two backups to one file, one is told of the other, and the file is whole")
    func two() async throws {
        let bench = try await Bench(["linear"])
        try await bench.take(Bench.tasks(5), for: "linear")
        let file = bench.desk.scratch("copy")
        let first = try await bench.halted(["backup", file], at: "B2")
        let second = try await bench.desk.run("backup", file)
        #expect(
            second.status == 2 && second.code == "backup_exists" && second.message.contains("is making"), second.told)
        // Somebody else's file of that name, meanwhile.
        let other = bench.desk.scratch("copy-2")
        let third = try await bench.halted(["backup", other], at: "B5")
        try bench.desk.scratch.write("copy-2", "mine")
        for running in [first, third] { running.child.send(SIGCONT) }
        #expect(try await first.finish().status == 0)
        let late = try await third.finish()
        #expect(late.status == 2 && late.code == "backup_exists", late.told)
        #expect(try String(contentsOfFile: other, encoding: .utf8) == "mine")
        #expect(try await bench.desk.must("restore", "--check", file).summary["tasks"] == 5)
        #expect(try files(bench) == ["copy", "copy-2"])
    }

    @Test(
        "the way back from a restore is a backup of the store kept aside; names that the store uses itself are refused")
    func wayBack() async throws {
        let bench = try await Bench(["linear"])
        try await bench.desk.must("integration", "set", "linear", "--patience", "1")
        let tasks = Bench.tasks(5)
        try await bench.take(Array(tasks.prefix(3)), for: "linear")
        let (file, back) = (bench.desk.scratch("copy"), bench.desk.scratch("copy-back"))
        try await bench.desk.must("backup", file)
        try await bench.take(tasks, for: "linear")
        try await bench.desk.must("sync", "--limit", "4")
        let aside = try #require(try await bench.desk.must("restore", file).summary["before"].text)
        try await bench.syncToTheEnd("linear")
        try await bench.desk.must("backup", back, "--store", "sqlite:" + aside)
        try await bench.desk.must("restore", back)
        try await bench.syncToTheEnd("linear")
        try await bench.expectOnce(tasks, in: "linear")
        let store = bench.desk.home + "/patchbay.sqlite"
        for end in ["-journal", ".restoring"] {
            let run = try await bench.desk.run("backup", store + end)
            #expect(run.status == 2 && run.code == "input_invalid", run.told)
        }
        _ = try await bench.desk.run(["restore", file], environment: ["PATCHBAY_DEBUG_DIE_AT": "T3"])
        let left = try await bench.desk.run("restore", store + ".restoring")
        #expect(left.status == 2 && left.code == "backup_invalid" && left.message.contains("did not finish"), left.told)
    }

    @Test(
        "killed at any step it leaves a whole copy or none, and the next one is made",
        arguments: ["B1", "B2", "B3", "B4", "B5", "B6"])
    func killed(step: String) async throws {
        let bench = try await Bench(["linear"])
        try await bench.take(Bench.tasks(5), for: "linear")
        let file = bench.desk.scratch("copy")
        let dead = try await bench.desk.run(["backup", file], environment: ["PATCHBAY_DEBUG_DIE_AT": step])
        #expect(dead.end.signal == SIGKILL, dead.told)
        let isThere = FileManager.default.fileExists(atPath: file)
        #expect(isThere == (step == "B6"))
        if !isThere { try await bench.desk.must("backup", file) }
        #expect(try await bench.desk.must("restore", "--check", file).summary["tasks"] == 5)
        #expect(try files(bench) == ["copy"], "what the dead one left is gone")
    }

    @Test(
        "a full disk: nothing is left under the name, nor of what was begun",
        .enabled("this machine gives no disk of one's own") { await SmallDisk.isPossible() }, arguments: [0, 60])
    func full(kibibytes: Int) async throws {
        let disk = try await SmallDisk(mebibytes: 4)
        let bench = try await Bench(["linear"], home: disk.path + "/home", through: disk.through)
        try await bench.take(Bench.tasks(50), for: "linear")
        try await disk.fill(leaving: kibibytes * 1_024)
        let file = disk.path + "/copy"
        let run = try await bench.desk.run("backup", file)
        #expect(run.status == 3 && run.code == "store_full", run.told)
        let check = try await bench.desk.run("restore", "--check", file)
        #expect(check.code == "backup_invalid" && check.message.contains("not there"), check.told)
        try await disk.free()
        try await bench.desk.must("backup", file)
        #expect(try await bench.desk.must("restore", "--check", file).summary["tasks"] == 50)
    }
}
