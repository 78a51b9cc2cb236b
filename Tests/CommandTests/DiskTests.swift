import Foundation
import Testing

/// What can happen to a store's file: each is told with its remedy, and nothing is lost when the cause is gone.
@Suite("The store's disk", .timeLimit(.minutes(12)))
struct DiskTests {
    /// Claims of a host that could not record what became of them end soon, and a lock is not waited for as long as
    /// usual.
    private static let environment = ["PATCHBAY_DEBUG_LEASE_SECONDS": "4", "PATCHBAY_DEBUG_BUSY_SECONDS": "1"]
    private static let tasks = Bench.tasks(120)

    private func bench(on disk: SmallDisk? = nil) async throws -> Bench {
        let bench = try await Bench(
            environment: Self.environment, home: disk.map { $0.path + "/home" }, through: disk?.through ?? [])
        for system in Bench.systems { try await bench.desk.must("integration", "set", system, "--patience", "1") }
        try await bench.take(Self.tasks, for: Bench.systems.joined(separator: ","))
        return bench
    }

    /// A sync says what is wrong with which file and what to do, ends with status 3, and sends nothing.
    private func expectRefusal(_ bench: Bench, _ code: String, _ remedy: String) async throws {
        for words in [["sync"], ["task", "add", "One more"]] {
            let run = try await bench.desk.run(words)
            #expect(run.status == 3 && run.code == code, run.told)
            #expect(run.message.contains(bench.desk.home) && run.message.contains(remedy), run.told)
        }
        #expect(try await bench.emulator.requests() == 0)
    }

    /// What a sync that had begun, or had not, says is wrong.
    private func codes(_ run: Run) -> Set<String> {
        Set(run.result["integrations"].items.compactMap { $0["error"]["code"].text } + [run.code].compactMap(\.self))
    }

    private func expectAllOnce(_ bench: Bench) async throws {
        // What was under way when the store failed is looked up when its claim has ended.
        try await Wait.until("all is settled", within: .seconds(60)) {
            try await bench.syncToTheEnd()
            for system in Bench.systems where try await bench.states(system) != ["delivered": Self.tasks.count] {
                return nil as Bool?
            }
            return true
        }
        for system in Bench.systems { try await bench.expectOnce(Self.tasks, in: system) }
    }

    @Test(
        "a full disk: nothing is sent before the intent is written, and nothing is lost",
        .enabled("this machine gives no disk of one's own") { await SmallDisk.isPossible() })
    func full() async throws {
        let disk = try await SmallDisk(mebibytes: 4)
        let bench = try await bench(on: disk)
        try await disk.fill(leaving: 0)
        try await expectRefusal(bench, "store_full", "Free space")
        try await disk.free()
        try await expectAllOnce(bench)
    }

    @Test(
        "the disk fills in the midst of a sync: outcomes that could not be written are looked up, nothing is doubled",
        .enabled("this machine gives no disk of one's own") { await SmallDisk.isPossible() },
        arguments: [40, 80, 120, 160, 240])
    func fillsMeanwhile(kibibytes: Int) async throws {
        let disk = try await SmallDisk(mebibytes: 4)
        let bench = try await bench(on: disk)
        try await disk.fill(leaving: kibibytes * 1_024)
        let run = try await bench.desk.run(["sync"])
        #expect(run.status == 3 && codes(run).isSubset(of: ["store_full"]), run.told)
        try await disk.free()
        try await expectAllOnce(bench)
    }

    @Test(
        "a disk for reading only is named, and nothing is lost",
        .enabled("this machine gives no disk of one's own") { await SmallDisk.isPossible() })
    func readOnly() async throws {
        let disk = try await SmallDisk(mebibytes: 4)
        let bench = try await bench(on: disk)
        try await disk.makeWritable(false)
        try await expectRefusal(bench, "store_read_only", "Check the owner and the mode")
        try await disk.makeWritable(true)
        try await expectAllOnce(bench)
    }

    @Test("a store that another program keeps locked is named, and nothing is lost")
    func locked() async throws {
        let bench = try await bench()
        let intruder = try await StoreIntruder(locking: bench.desk.home + "/patchbay.sqlite", bench.desk.scratch)
        try await expectRefusal(bench, "store_locked", "Let it finish or stop it")
        try await intruder.leave()
        try await expectAllOnce(bench)
    }

    @Test(
        "a store that is locked in the midst of a sync: what was sent and not written is looked up, nothing is doubled")
    func lockedMeanwhile() async throws {
        let bench = try await bench()
        // Long enough for the other program to start and take the lock, also on a busy machine.
        try await bench.emulator.ask("POST", "/latency", ["milliseconds": 12_000])
        let sync = try bench.desk.start(["sync"])
        try await Wait.until("the sync has sent something") { try await bench.emulator.requests() > 0 ? true : nil }
        let intruder = try await StoreIntruder(locking: bench.desk.home + "/patchbay.sqlite", bench.desk.scratch)
        let run = try await sync.finish()
        #expect(run.status == 3 && codes(run).isSubset(of: ["store_locked"]), run.told)
        try await intruder.leave()
        try await bench.emulator.ask("POST", "/latency", ["milliseconds": 0])
        try await expectAllOnce(bench)
    }

    @Test("a damaged store is named, and goes on from a copy")
    func damaged() async throws {
        let bench = try await bench()
        let path = bench.desk.home + "/patchbay.sqlite"
        let sound = try Data(contentsOf: URL(fileURLWithPath: path))
        // All but the first page, the schema: a flipped page in the middle may be one that a sync does not read.
        var bytes = sound
        for place in 4_096..<bytes.count { bytes[place] ^= 0xFF }
        try bytes.write(to: URL(fileURLWithPath: path))
        try await expectRefusal(bench, "store_damaged", "Restore it from a backup")
        try sound.write(to: URL(fileURLWithPath: path))
        try await expectAllOnce(bench)
    }

    @Test("a store of a newer version is named and left as it is")
    func newer() async throws {
        let bench = try await bench()
        let path = bench.desk.home + "/patchbay.sqlite"
        try await StoreIntruder.change(path, "INSERT INTO grdb_migrations VALUES ('v99');", bench.desk.scratch)
        try await expectRefusal(bench, "store_too_new", "Upgrade Patchbay")
        try await StoreIntruder.change(
            path, "DELETE FROM grdb_migrations WHERE identifier = 'v99';", bench.desk.scratch)
        try await expectAllOnce(bench)
    }
}
