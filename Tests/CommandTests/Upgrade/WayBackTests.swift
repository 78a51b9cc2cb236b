import Foundation
import Testing

/// With the real program of 1.0, where PATCHBAY_OLD names a build of it.
@Suite(
    "1.0 and a store of this version", .timeLimit(.minutes(12)),
    .enabled("\(OldProgram.condition)") { OldProgram.isThere })
struct WayBackTests {
    @Test("1.0 refuses the new schema in its own words, and changes nothing")
    func refused() async throws {
        let store = try OldStore()
        try await store.desk.must("migrate")
        let old = try OldProgram.desk(store)
        let before = try Data(contentsOf: URL(fileURLWithPath: store.path))
        for words in [["sync"], ["init"], ["migrate"], ["task", "list"], ["backup", store.desk.scratch("copy")]] {
            let run = try await old.run(words)
            #expect(run.status == 3 && run.code == "store_too_new", run.told)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: store.path)) == before)
    }

    @Test("a running host of 1.0 holds the store: migrate is refused at once, and nothing is changed")
    func inUse() async throws {
        let store = try OldStore()
        let old = try OldProgram.desk(store)
        let running = try await old.halted(["backup", store.desk.scratch("copy")], at: "B1")
        let start = ContinuousClock.now
        let refused = try await store.desk.run("migrate")
        #expect(refused.status == 3 && refused.code == "store_locked", refused.told)
        #expect(refused.message.contains("Another patchbay command uses the store"), refused.told)
        #expect(ContinuousClock.now - start < .seconds(29), "it did not wait for the lock")
        #expect(try store.files() == ["patchbay.sqlite", "patchbay.sqlite.lock"])
        running.child.send(SIGCONT)
        #expect(try await running.finish().status == 0)
        try await store.desk.must("migrate")
    }

    @Test(
        """
        1.0 restores the backup in the place of the new store; what this version has sent since is found and not sent \
        again
        """
    )
    func back() async throws {
        let resumed = try await ResumedStore()
        _ = try await resumed.desk.run("sync")
        let made = try await resumed.made()
        #expect(made.count > 10)
        let old = try OldProgram.desk(resumed.store)
        let run = try await old.must("restore", resumed.store.backup)
        #expect(run.summary["schema"] == 5, run.told)
        try await resumed.setTokens(old)
        for _ in 0..<2 {
            try await resumed.makeLookUpsDue()
            _ = try await old.run("sync")
        }
        #expect(try await resumed.made() == made)
        let states = try await resumed.states()
        for name in made { #expect(states[name]?[0] == "delivered", "\(name)") }
        // And forth again: another backup beside the first one.
        let again = try await resumed.store.desk.must("migrate")
        #expect(again.summary["backup"].text == resumed.store.backup + "-2", again.told)
        #expect(try await resumed.made() == made)
    }
}
