import Foundation
import Testing

@Suite("Which tasks go where", .timeLimit(.minutes(12)))
struct BindingTests {
    @Test("a new integration takes only what is bound for nowhere; a meeting that is named goes there as well")
    func noFlood() async throws {
        let bench = try await Bench(["asana"])
        try await bench.take(Bench.tasks(3, meeting: "old"), for: "asana")
        try await bench.desk.must("sync")
        try await bench.adopt([bench.row("linear")])
        try await bench.take(Bench.tasks(2, meeting: "new"))

        let plain = try await bench.desk.must("sync")
        #expect(plain.summary["delivered"] == 0 && plain.summary["unbound"] == 2, plain.told)
        #expect(try await bench.emulator.count("linear") == 0)
        let named = try await bench.desk.must("sync", "--integration", "linear")
        #expect(named.summary["bound"] == 2 && named.summary["delivered"] == 2, named.told)
        #expect(try await bench.emulator.count("linear") == 2)
        #expect(try await bench.desk.must("sync", "--integration", "linear").summary["delivered"] == 0)

        let meeting = try await bench.desk.must("sync", "--integration", "linear", "--meeting", "old")
        #expect(meeting.summary["bound"] == 3 && meeting.summary["delivered"] == 3, meeting.told)
        #expect(try await bench.emulator.count("linear") == 5)
        #expect(try await bench.emulator.count("asana") == 3)
    }

    @Test("a meeting that is named binds those tasks alone, not what else is bound for nowhere")
    func meetingAlone() async throws {
        let bench = try await Bench(["jira"])
        try await bench.take(Bench.tasks(2, meeting: "a") + Bench.tasks(2, meeting: "b"))
        let run = try await bench.desk.must("sync", "--integration", "jira", "--meeting", "a")
        #expect(run.summary["bound"] == 2 && run.summary["delivered"] == 2 && run.summary["unbound"] == 2, run.told)
        let one = try await bench.desk.must("sync", "--integration", "jira", "--task", "b-2")
        #expect(one.summary["bound"] == 1 && one.summary["delivered"] == 1, one.told)
        #expect(try await bench.delivery("b-1", "jira").isNull)
    }

    @Test("--type serves the one active integration of it, and says so where there are two")
    func byType() async throws {
        let bench = try await Bench(["linear"])
        try await bench.take(Bench.tasks(2))
        #expect(try await bench.desk.must("sync", "--type", "linear").summary["delivered"] == 2)
        try await bench.adopt([bench.row("linear", name: "second")])
        let run = try await bench.desk.run("sync", "--type", "linear")
        #expect(run.status == 2 && run.code == "integration_ambiguous", run.told)
        try await bench.desk.must("integration", "disable", "second")
        #expect(try await bench.desk.must("sync", "--type", "linear").summary["delivered"] == 0)
    }

    @Test(
        "the same id with a further integration adds a delivery; one that is left out is cancelled while it is pending")
    func rebound() async throws {
        let bench = try await Bench(["asana", "linear"])
        let task = Bench.tasks(1)[0]
        try await bench.take([task.setting("integration", "asana")])
        let more = try await bench.take([task.setting("integration", ["asana", "linear"])])
        #expect(more.summary["deliveriesAdded"] == 1 && more.summary["unchanged"] == 1, more.told)
        let less = try await bench.take([task.setting("integration", "linear")])
        #expect(less.summary["deliveriesCancelled"] == 1, less.told)
        #expect(try await bench.desk.must("sync").summary["delivered"] == 1)
        let gone = try await bench.take([task.setting("integration", [])])
        #expect(gone.result["keptElsewhere"][0]["integrations"] == ["linear"], gone.told)
        #expect(try await bench.emulator.count("asana") == 0)
        #expect(try await bench.emulator.count("linear") == 1)
    }

    @Test("a task that changed after its delivery is reported, and not sent a second time")
    func changed() async throws {
        let bench = try await Bench(["asana"])
        try await bench.take(Bench.tasks(1), for: "asana")
        try await bench.desk.must("sync")
        let changed = try await bench.take([Bench.tasks(1)[0].setting("title", "Another title")], for: "asana")
        #expect(changed.summary["changed"] == 1, changed.told)
        #expect(changed.result["changedNotSent"][0]["integrations"] == ["asana"], changed.told)
        #expect(try await bench.desk.must("sync").summary["delivered"] == 0)
        #expect(try await bench.emulator.count("asana") == 1)
        #expect(try await bench.delivery("m-1", "asana")["changedSince"] == true)
    }
}
