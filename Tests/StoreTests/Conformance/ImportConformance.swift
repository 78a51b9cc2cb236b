import PatchbayModel
import PatchbayStore
import Testing

@Suite("Any store imports tasks")
struct ImportConformance {
    static let rich = TrackedTask(
        id: "t-1", meetingId: "m", title: "Señor 🦊 \u{202E}x", description: "a\nb\t\"c\"",
        dueDate: DueDate(text: "2026-03-01T10:00:00+02:00", date: "2026-03-01", time: "2026-03-01T08:00:00Z"),
        assignee: "a@example.com", priority: .high, labels: ["x,y", "\"z\""], status: .done)

    @Test("a task comes back as it went in", arguments: Driver.all)
    func roundTrip(driver: Driver) async throws {
        try await driver.withStore { store in
            let results = try await store.importTasks(
                [TaskImport(task: Self.rich), TaskImport(task: TrackedTask(id: "t-2", title: "x"))], now: noon)
            #expect(results.map(\.change) == [.added, .added])
            let found = try #require(try await store.task(id: "t-1"))
            #expect(found.task == Self.rich)
            #expect(found.importedAt == noon)
            #expect(found.deliveries == [])
            #expect(try await store.task(id: "t-2")?.task == TrackedTask(id: "t-2", title: "x"))
            #expect(try await store.task(id: "t-3") == nil)
            #expect(try await store.unboundCount() == 2)
        }
    }

    @Test("importing twice doubles nothing; a change is seen, in the labels too", arguments: Driver.all)
    func twice(driver: Driver) async throws {
        try await driver.withStore { store in
            let integration = try await store.addIntegration("a")
            let entry = TaskImport(task: Self.rich, integrationIDs: [integration.id, integration.id])
            #expect(try await store.importTasks([entry, entry], now: noon).map(\.deliveriesAdded) == [1, 0])
            #expect(try await store.importTasks([entry], now: noon).map(\.change) == [.unchanged])
            var changed = Self.rich
            changed.labels = []
            let again = TaskImport(task: changed, integrationIDs: [integration.id])
            #expect(try await store.importTasks([again], now: noon).map(\.change) == [.changed])
            #expect(try await store.task(id: "t-1")?.task == changed)
            // The same letters, composed differently, are another content.
            changed.title = "e\u{301}"
            _ = try await store.importTasks([TaskImport(task: changed)], now: noon)
            changed.title = "\u{E9}"
            #expect(try await store.importTasks([TaskImport(task: changed)], now: noon).map(\.change) == [.changed])
        }
    }

    @Test("a batch with one bad entry changes nothing", arguments: Driver.all)
    func allOrNone(driver: Driver) async throws {
        try await driver.withStore { store in
            let good = TaskImport(task: TrackedTask(id: "good", title: "x"))
            let nowhere = TaskImport(task: TrackedTask(id: "bad", title: "x"), integrationIDs: [42])
            await expectCode(.integrationNotFound) { _ = try await store.importTasks([good, nowhere], now: noon) }
            let homeless = TaskImport(task: TrackedTask(id: "bad", title: "x"), externalID: "X-1")
            await expectCode(.taskInvalid) { _ = try await store.importTasks([good, homeless], now: noon) }
            let kept = try await store.unboundCount()
            #expect(kept == 0)
        }
    }

    @Test("a task with an external id is delivered already and never sent", arguments: Driver.all)
    func external(driver: Driver) async throws {
        try await driver.withStore { store in
            let integration = try await store.addIntegration("a")
            let entry = TaskImport(
                task: TrackedTask(id: "t", title: "x"), integrationIDs: [integration.id], externalID: "X-1")
            #expect(try await store.importTasks([entry], now: noon).map(\.deliveriesAdded) == [1])
            let delivery = try await store.delivery("t", integration.id)
            #expect(delivery.state == .delivered && delivery.externalID == "X-1" && delivery.attempts == 0)
            #expect(!delivery.changedSince)
            #expect(try await store.take(integration.id).isEmpty)
        }
    }

    @Test("an external id settles what was not delivered yet, but not what is being sent", arguments: Driver.all)
    func adopted(driver: Driver) async throws {
        try await driver.withStore { store in
            let integration = try await store.addIntegration("a")
            try await store.importPlain(["t", "u"], to: [integration.id])
            let claimed = try await store.take(integration.id, limit: 1)
            let entries = ["t", "u"].map {
                TaskImport(
                    task: TrackedTask(id: $0, title: "Title of \($0)"), integrationIDs: [integration.id],
                    externalID: "X-\($0)")
            }
            _ = try await store.importTasks(entries, now: noon)
            #expect(try await store.delivery("t", integration.id).state == .sending)
            #expect(try await store.delivery("u", integration.id).externalID == "X-u")
            #expect(try await store.record(claimed.map { $0.update(.delivered) }) == [])
            #expect(try await store.delivery("t", integration.id).externalID == "ext-t")
        }
    }

    @Test(
        "leaving an integration out cancels what is pending and reports the rest; naming it again puts it back",
        arguments: Driver.all)
    func leftOut(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            let b = try await store.addIntegration("b").id
            try await store.importPlain(["t"], to: [a, b])
            try await store.settleAll(a, as: .delivered)
            let out = try await store.importPlain(["t"], to: [])
            #expect(
                out == [
                    TaskImportResult(taskID: "t", change: .unchanged, deliveriesCancelled: 1, keptIntegrations: ["a"])
                ])
            #expect(try await store.delivery("t", b).state == .cancelled)
            #expect(try await store.importPlain(["t"], to: nil).map(\.deliveriesAdded) == [0])
            #expect(try await store.importPlain(["t"], to: [a, b]).map(\.deliveriesAdded) == [1])
            #expect(try await store.delivery("t", b).state == .pending)
        }
    }

    @Test("what a user cancelled is not revived by importing the same file again", arguments: Driver.all)
    func cancelledByUser(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["t"], to: [a])
            #expect(try await store.cancelTask(id: "t", now: noon)?.deliveries.map(\.state) == [.cancelled])
            #expect(try await store.importPlain(["t"], to: [a]).map(\.deliveriesAdded) == [0])
            #expect(try await store.delivery("t", a).state == .cancelled)
            #expect(try await store.cancelTask(id: "nothing", now: noon) == nil)
        }
    }

    @Test(
        "a changed task that is delivered is reported as changed, not sent, also while it was on its way",
        arguments: Driver.all)
    func changedNotSent(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["t"], to: [a])
            let claimed = try await store.take(a)
            let changed = TaskImport(task: TrackedTask(id: "t", title: "another"))
            #expect(try await store.importTasks([changed], now: noon).map(\.changedNotSent) == [[]])
            _ = try await store.record(claimed.map { $0.update(.delivered) })
            #expect(try await store.delivery("t", a).changedSince)
            #expect(try await store.importTasks([changed], now: noon).map(\.changedNotSent) == [["a"]])
            #expect(try await store.take(a).isEmpty)
        }
    }
}
