import Foundation
import Testing

/// `key rotate` among other commands, and on a disk that fills; `Tests/KeysTests` has the steps and the kills.
@Suite("The data key is rotated in company", .timeLimit(.minutes(12)))
struct KeyRotationTests {
    /// More than two batches.
    private static let count = 1_200

    private func bench(on disk: SmallDisk? = nil) async throws -> Bench {
        let bench = try await Bench([], home: disk.map { $0.path + "/home" }, through: disk?.through ?? [])
        try await bench.adopt((1...Self.count).map { bench.row("linear", name: "i-\($0)") })
        return bench
    }

    private func expectDone(_ bench: Bench, key: Int) async throws {
        let status = try await bench.desk.must("key", "status")
        #expect(status.summary["primaryKey"].int == key && status.summary["notUnderPrimary"] == 0, status.told)
        let doctor = try await bench.desk.must("doctor")
        let opened = doctor.result["checks"].items.count { $0["check"] == "integration" && $0["verdict"] == "ok" }
        #expect(doctor.summary["broken"] == 0 && opened == Self.count, "\(opened) tokens open")
    }

    @Test(
        "the disk fills in the midst of it: it says so, every row opens, and the next one ends it",
        .enabled("this machine gives no disk of one's own") { await SmallDisk.isPossible() })
    func fills() async throws {
        let disk = try await SmallDisk(mebibytes: 80)
        let bench = try await bench(on: disk)
        let rotation = try await bench.halted(["key", "rotate"], at: "R4")
        try await disk.fill(leaving: 0)
        rotation.child.send(SIGCONT)
        let run = try await rotation.finish()
        #expect(run.status == 3 && run.code == "store_full", run.told)
        let refused = try await bench.desk.run("key", "rotate")
        #expect(refused.status == 3 && refused.code == "store_full", refused.told)
        try await disk.free()
        let status = try await bench.desk.must("key", "status")
        let left = try #require(status.summary["notUnderPrimary"].int)
        #expect(status.summary["primaryKey"] == 3 && left > 0 && left < Self.count, status.told)
        let doctor = try await bench.desk.must("doctor")
        #expect(doctor.summary["broken"] == 0, "half under the one key, half under the other, and all open")
        #expect(try await bench.desk.must("key", "rotate").summary["proved"].int == Self.count)
        try await expectDone(bench, key: 3)
    }

    @Test("of two rotators one is told who rotates and how far, and every row opens after")
    func two() async throws {
        let bench = try await bench()
        let first = try await bench.halted(["key", "rotate"], at: "R4")
        let second = try await bench.desk.run("key", "rotate")
        #expect(second.status == 3 && second.code == "key_busy", second.told)
        #expect(second.message.contains("process \(first.child.pid)"), second.told)
        first.child.send(SIGCONT)
        let run = try await first.finish()
        #expect(run.status == 0 && run.summary["proved"].int == Self.count, run.told)
        try await expectDone(bench, key: 3)
        // Both at the same moment, neither waiting for the other.
        let both = try (bench.desk.start(["key", "rotate"]), bench.desk.start(["key", "rotate"]))
        let runs = try await [both.0.finish(), both.1.finish()]
        #expect(runs.contains { $0.status == 0 }, runs[0].told)
        for run in runs { #expect(run.status == 0 || run.code == "key_busy", run.told) }
        let primary = try #require(try await bench.desk.must("key", "status").summary["primaryKey"].int)
        #expect(primary == 4 || primary == 5)
        try await expectDone(bench, key: primary)
    }

    @Test("a backup made in the midst of it is restored with both keys, and the rotation goes on from there")
    func backedUp() async throws {
        let bench = try await bench()
        let rotation = try await bench.halted(["key", "rotate"], at: "R4")
        let file = bench.desk.scratch("copy")
        let made = try await bench.desk.must("backup", file)
        #expect(made.result["dataKeys"] == [2, 3], made.told)
        rotation.child.send(SIGCONT)
        #expect(try await rotation.finish().status == 0)
        try await bench.desk.must("key", "destroy", "2")
        try await bench.desk.must("restore", file)
        let left = try await bench.desk.must("key", "status").summary["notUnderPrimary"].int ?? 0
        #expect(left > 0 && left < Self.count, "the copy was not made in the midst")
        #expect(try await bench.desk.must("key", "rotate").summary["proved"].int == Self.count)
        try await expectDone(bench, key: 3)
    }

    @Test("beside a running sync whose tokens are refreshed: every task is there once, and no refresh token is lost")
    func besideSync() async throws {
        let grants = try await GrantBench()
        for system in ["jira", "linear"] {
            try await grants.add(system)
            try await grants.set(system)
        }
        let tasks = Bench.tasks(300)
        try await grants.bench.take(tasks, for: "jira,linear")
        try await grants.emulator.ask("POST", "/latency", ["milliseconds": 150])
        let sync = try grants.desk.start(["sync", "--wait"])
        let emulator = grants.emulator
        try await Wait.until("something is sent") { try await emulator.requests() > 0 ? true : nil }
        var rounds = 0
        while !sync.child.hasEnded || rounds < 2 {
            rounds += 1
            let rotation = try grants.desk.start(["key", "rotate", "--no-rest"])
            for system in ["jira", "linear"] { try await grants.desk.must("token", "refresh", system) }
            let run = try await rotation.finish()
            #expect(run.status == 0, run.told)
        }
        let run = try await sync.finish()
        #expect(run.status == 0, run.told)
        let status = try await grants.desk.must("key", "status")
        #expect(status.summary["primaryKey"].int == 2 + rounds && status.summary["notUnderPrimary"] == 0, status.told)
        for system in ["jira", "linear"] {
            try await grants.bench.expectOnce(tasks, in: system)
            try await grants.desk.must("token", "refresh", system)
            let seen = try await grants.seen(system)
            #expect(
                seen["reuses"] == 0 && seen["invalidGrants"] == 0 && (seen["refreshes"].int ?? 0) > rounds,
                "\(seen.line)")
        }
    }
}
