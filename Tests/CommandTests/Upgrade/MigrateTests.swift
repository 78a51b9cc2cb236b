import Foundation
import Testing

@Suite("Migrate: from 1.0 to this version", .timeLimit(.minutes(12)))
struct MigrateTests {
    private static let everyDelivery = """
        SELECT t.id, i.name, d.delivery_id, d.state, d.external_id, d.attempts, d.lookups, d.is_restored
        FROM delivery d JOIN task t ON t.row = d.task_row JOIN integration i ON i.id = d.integration_id ORDER BY d.row
        """

    @Test(
        """
        every delivery is in the same state under the same id, every token opens, the trail is whole, and the backup \
        is the old store
        """
    )
    func carried() async throws {
        let store = try OldStore()
        let deliveries = try await store.rows(Self.everyDelivery)
        let states = Set(deliveries.compactMap { $0[3].text })
        #expect(
            states == ["pending", "sending", "delivered", "refused", "waiting", "unknown", "cancelled"],
            "the fixture has all")
        let before = try await store.contents()
        let run = try await store.desk.must("migrate")
        #expect(run.summary["from"] == 5 && run.summary["to"].int == OldStore.newest, run.told)
        #expect(
            run.summary["deliveries"].int == deliveries.count && run.summary["tasks"].int == before["task"][0].int,
            run.told)
        #expect(run.summary["backup"].text == store.backup && run.summary["backupReused"] == false, run.told)
        #expect(try await store.rows(Self.everyDelivery) == deliveries)
        #expect(try await store.contents() == before)
        #expect(try await store.contents(of: store.backup) == before)
        #expect(try store.files() == OldStore.filesAfter)
        let check = try await store.desk.must("restore", "--check", store.backup)
        #expect(check.summary["schema"] == 5 && check.summary["keyOpens"] == true, check.told)
        #expect(try await store.desk.must("events").out.contains("store_migrated"))
        #expect(try await store.desk.must("doctor").summary["broken"] == 0)
        #expect(
            try await store.desk.must("key", "rotate", "--no-rest").summary["proved"].int == 8,
            "each token, with the one before")
    }

    @Test("the way back and the seconds are told; a second time nothing is changed, also while others use the store")
    func told() async throws {
        let store = try OldStore()
        let run = try await store.desk.run(["migrate", "--home", store.desk.home], raw: true)
        #expect(
            run.status == 0 && run.out.contains("from schema 5 to \(OldStore.newest)")
                && run.out.contains(store.backup), run.told)
        #expect(run.out.contains(" tasks, ") && run.out.contains(" s\n"), run.told)
        #expect(
            run.err.contains("`patchbay restore \(store.backup)`") && run.err.contains("`patchbay sync --wait`"),
            run.told)
        // It holds the store, and has not yet copied it.
        let user = try await store.desk.halted(["backup", store.desk.scratch("copy")], at: "B1")
        let again = try await store.desk.must("migrate")
        #expect(again.summary["from"].int == OldStore.newest && again.summary["backup"].isNull, again.told)
        user.child.send(SIGCONT)
        #expect(try await user.finish().status == 0)
        #expect(try store.files() == OldStore.filesAfter)
    }

    @Test(
        "no other command changes an old store, and each names the one that does",
        arguments: [["init"], ["sync"], ["task", "list"]])
    func others(words: [String]) async throws {
        let store = try OldStore()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: store.path))
        let run = try await store.desk.run(words)
        #expect(run.status == 3 && run.code == "store_too_old" && run.message.contains("`patchbay migrate`"), run.told)
        #expect(try Data(contentsOf: URL(fileURLWithPath: store.path)) == bytes)
        #expect(try store.files() == ["patchbay.sqlite", "patchbay.sqlite.lock"])
    }

    @Test("a backup that 1.0 made is restored into this version, and all that was not settled is looked up first")
    func restored() async throws {
        let store = try OldStore()
        try await store.desk.must("migrate")
        let run = try await store.desk.must("restore", store.backup)
        let states = try await store.rows("SELECT state, count(*) FROM delivery GROUP BY 1 ORDER BY 1").compactMap {
            $0[0].text
        }
        #expect(states == ["cancelled", "delivered", "refused", "unknown"], run.told)
        #expect(try await store.schema() == OldStore.newest)
        #expect(try await store.desk.must("doctor").summary["broken"] == 0)
    }

    @Test("while one goes on, others wait for it, and a second one is refused at once")
    func besides() async throws {
        let store = try OldStore()
        let running = try await store.desk.halted(["migrate"], at: "M3")
        let start = ContinuousClock.now
        let second = try await store.desk.run("migrate")
        #expect(
            second.status == 3 && second.code == "store_locked" && second.message.contains("brought up to date"),
            second.told)
        #expect(ContinuousClock.now - start < .seconds(29), "it did not wait for the lock")
        let impatient = try await store.desk.run(["status"], environment: ["PATCHBAY_DEBUG_BUSY_SECONDS": "1"])
        #expect(impatient.status == 3 && impatient.code == "store_locked", impatient.told)
        running.child.send(SIGCONT)
        #expect(try await running.finish().status == 0)
        #expect(try await store.desk.must("status").status == 0)
    }

    @Test(
        "killed at any step there is the old store or the new one, whole, and the next try ends it",
        arguments: ["B1", "B2", "B3", "B4", "B5", "B6", "M1", "M2", "M3", "M4", "M5", "commit"])
    func killed(step: String) async throws {
        let store = try OldStore()
        try await store.leaveLog()
        let before = try await store.contents()
        let death = step == "commit" ? ["PATCHBAY_DEBUG_DIE_AFTER_COMMIT": "1"] : ["PATCHBAY_DEBUG_DIE_AT": step]
        let dead = try await store.desk.run(["migrate"], environment: death)
        #expect(dead.end.signal == SIGKILL, dead.told)
        let isNew = ["M4", "M5", "commit"].contains(step)
        #expect(try await store.schema() == (isNew ? OldStore.newest : 5))
        #expect(try await store.contents() == before)
        if OldProgram.isThere {
            let run = try await OldProgram.desk(store).run("task", "show", "late")
            #expect(isNew ? run.code == "store_too_new" : run.status == 0, run.told)
        }
        let run = try await store.desk.must("migrate")
        let isReused: JSON = isNew ? .null : ["B6", "M2", "M3"].contains(step) ? true : false
        #expect(run.summary["backupReused"] == isReused, run.told)
        #expect(try await store.schema() == OldStore.newest)
        #expect(try await store.contents() == before)
        #expect(try await store.contents(of: store.backup) == before)
        #expect(try store.files() == OldStore.filesAfter)
        #expect(try await store.desk.must("restore", "--check", store.backup).summary["schema"] == 5)
        #expect(try await store.desk.must("doctor").summary["broken"] == 0)
    }
}
