import Foundation
import Testing

@Suite(
    "Migrate on a full disk", .timeLimit(.minutes(12)),
    .enabled("this machine gives no disk of one's own") { await SmallDisk.isPossible() })
struct MigrateDiskTests {
    private let disk: SmallDisk
    private let desk: Workbench
    private var store: String { desk.home + "/patchbay.sqlite" }

    init() async throws {
        disk = try await SmallDisk(mebibytes: 6)
        desk = try Workbench(home: disk.path + "/home", through: disk.through)
        try await desk.must("init")
        try await copy(OldStore.folder + "/patchbay.sqlite", to: "patchbay.sqlite")
        try await copy(OldStore.folder + "/root.key", to: "keys/root.key")
    }

    /// Onto the disk, which only programs that run through it see.
    private func copy(_ file: String, to name: String) async throws {
        let output = try OpenFile(writing: desk.scratch("copied"))
        let words = disk.through + ["cp", file, desk.home + "/" + name]
        let child = try ChildProcess(
            words[0], Array(words.dropFirst()), environment: Built.environment(home: desk.scratch.path),
            descriptors: [1: output.descriptor, 2: output.descriptor])
        #expect(await child.end(within: .seconds(20)).status == 0)
    }

    @Test("too little room is said before anything is done")
    func tooLittle() async throws {
        try await disk.fill(leaving: 900 * 1_024)
        let run = try await desk.run("migrate")
        #expect(run.status == 3 && run.code == "store_full" && run.message.contains("MiB are free"), run.told)
        let still = try await desk.run("task", "list")
        #expect(still.code == "store_too_old", still.told)
        try await disk.free()
        #expect(try await desk.must("migrate").summary["backupReused"] == false)
        #expect(try await desk.must("doctor").summary["broken"] == 0)
    }

    @Test("room that goes on the way leaves the store as it was, and the next try ends it", arguments: ["B1", "M2"])
    func onTheWay(step: String) async throws {
        let running = try await desk.halted(["migrate"], at: step)
        try await disk.fill(leaving: 0)
        running.child.send(SIGCONT)
        let run = try await running.finish()
        #expect(run.status == 3 && run.code == "store_full", run.told)
        try await disk.free()
        let still = try await desk.run("task", "list")
        #expect(still.code == "store_too_old", still.told)
        #expect(try await desk.must("migrate").summary["backupReused"] == .boolean(step == "M2"))
        #expect(try await desk.must("doctor").summary["broken"] == 0)
    }
}
