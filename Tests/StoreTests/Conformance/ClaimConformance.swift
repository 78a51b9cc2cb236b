import PatchbayModel
import PatchbayStore
import Testing

@Suite("Any store claims deliveries")
struct ClaimConformance {
    @Test("the most urgent come first, then the earliest due, then the oldest", arguments: Driver.all)
    func order(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            func due(_ date: String, _ time: String? = nil) -> DueDate { DueDate(text: date, date: date, time: time) }
            let tasks = [
                TrackedTask(id: "old", title: "x"), TrackedTask(id: "young", title: "x"),
                TrackedTask(id: "late", title: "x", dueDate: due("9999-12-31")),
                TrackedTask(id: "afternoon", title: "x", dueDate: due("2026-01-02", "2026-01-02T15:00:00Z")),
                TrackedTask(id: "morning", title: "x", dueDate: due("2026-01-02", "2026-01-02T09:00:00Z")),
                TrackedTask(id: "low", title: "x", priority: .low),
                TrackedTask(id: "urgent", title: "x", priority: .urgent),
                TrackedTask(id: "high", title: "x", priority: .high),
                TrackedTask(id: "medium", title: "x", priority: .medium),
            ]
            _ = try await store.importTasks(tasks.map { TaskImport(task: $0, integrationIDs: [a]) }, now: noon)
            let expected = ["urgent", "high", "medium", "low", "morning", "afternoon", "late", "old", "young"]
            #expect(
                try await store.due(integrationID: a, scope: DeliveryScope(), limit: 99, now: noon).map(\.taskID)
                    == expected)
            #expect(try await store.take(a, limit: 4).map(\.task.id) == Array(expected[..<4]))
            #expect(try await store.take(a, limit: 0).isEmpty)
            #expect(try await store.take(a).map(\.task.id) == Array(expected[4...]))
            #expect(try await store.take(a).isEmpty)
        }
    }

    @Test(
        """
        a long meeting and a short one that comes later take turns, and one that comes later still begins where they are
        """,
        arguments: Driver.all)
    func fair(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            func importMeeting(_ name: String, _ numbers: ClosedRange<Int>) async throws {
                let tasks = numbers.map { TrackedTask(id: "\(name)\($0)", meetingId: name, title: "x") }
                for start in stride(from: 0, to: tasks.count, by: Limits.importBatchTasks) {
                    let part = tasks[start..<min(tasks.count, start + Limits.importBatchTasks)]
                    _ = try await store.importTasks(part.map { TaskImport(task: $0, integrationIDs: [a]) }, now: noon)
                }
            }
            func taken(_ limit: Int) async throws -> [String] { try await store.take(a, limit: limit).map(\.task.id) }
            try await importMeeting("long", 1...1_200)
            try await importMeeting("short", 1...3)
            #expect(try await taken(7) == ["long1", "short1", "long2", "short2", "long3", "short3", "long4"])
            try await importMeeting("late", 1...3)
            #expect(try await taken(6) == ["long5", "late1", "long6", "late2", "long7", "late3"])
            // A meeting that goes on has saved up no turns.
            try await importMeeting("short", 4...5)
            #expect(try await taken(5) == ["long8", "short4", "long9", "short5", "long10"])
        }
    }

    @Test("a claim brings task and attempt along", arguments: Driver.all)
    func content(driver: Driver) async throws {
        try await driver.withStore { store in
            let integration = try await store.addIntegration("a")
            _ = try await store.importTasks(
                [TaskImport(task: ImportConformance.rich, integrationIDs: [integration.id])], now: noon)
            let pending = try await store.delivery("t-1", integration.id)
            let request = ClaimRequest(
                integrationID: integration.id, scope: DeliveryScope(), limit: 1, now: noon, clock: noon.running,
                lease: .seconds(1))
            let claimed = try #require(try await store.claim(request).first)
            #expect(claimed.task == ImportConformance.rich)
            #expect(claimed.deliveryID == pending.deliveryID && claimed.row == pending.row)
            #expect(claimed.attempt == 1 && claimed.firstAttemptAt == noon)
            #expect(try await store.delivery("t-1", integration.id).state == .sending)
        }
    }

    @Test("a scope narrows a claim and what is due", arguments: Driver.all)
    func scope(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["1", "2", "3"], meeting: "m", to: [a])
            try await store.importPlain(["4", "5"], meeting: "n", to: [a])
            let named = DeliveryScope(taskIDs: ["4", "2", "4", "none"])
            #expect(
                try await store.due(integrationID: a, scope: named, limit: 9, now: noon).map(\.taskID) == ["4", "2"])
            #expect(try await store.take(a, scope: DeliveryScope(meetingID: "n", taskIDs: ["1"])).isEmpty)
            #expect(try await store.take(a, scope: named).map(\.task.id) == ["4", "2"])
            #expect(try await store.take(a, scope: DeliveryScope(meetingID: "m")).map(\.task.id) == ["1", "3"])
            #expect(try await store.take(a, scope: DeliveryScope(taskIDs: [])).isEmpty)
            // A task that moves to another meeting is found there.
            try await store.importPlain(["5"], meeting: "o", to: nil)
            #expect(try await store.take(a, scope: DeliveryScope(meetingID: "n")).isEmpty)
            #expect(try await store.take(a, scope: DeliveryScope(meetingID: "o")).map(\.task.id) == ["5"])
        }
    }

    @Test("what waits is taken when its time has come, and not before", arguments: Driver.all)
    func waiting(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["t"], meeting: "m", to: [a])
            let dueAt = noon.later(seconds: 60)
            try await store.settleAll(a, as: .waiting) { $0.dueAt = dueAt }
            #expect(try await store.take(a, now: noon.later(seconds: 59)).isEmpty)
            #expect(try await store.delivery("t", a).dueAt == dueAt)
            #expect(
                try await store.due(integrationID: a, scope: DeliveryScope(meetingID: "m"), limit: 9, now: noon).isEmpty
            )
            #expect(
                try await store.due(integrationID: a, scope: DeliveryScope(), limit: 9, now: dueAt).map(\.taskID) == [
                    "t"
                ])
            #expect(try await store.delivery("t", a).dueAt == dueAt)
            let again = try await store.take(a, scope: DeliveryScope(meetingID: "m"), now: dueAt)
            #expect(again.map(\.attempt) == [2] && again.map(\.firstAttemptAt) == [noon])
        }
    }

    @Test("a dead lease becomes unknown, with an attempt that says so", arguments: Driver.all)
    func deadLease(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["t"], to: [a])
            let claimed = try await store.take(a)
            #expect(try await store.take(a, now: noon.later(seconds: 299)).isEmpty)
            #expect(try await store.delivery("t", a).state == .sending)
            #expect(try await store.take(a, now: noon.later(seconds: 300)).isEmpty)
            let delivery = try await store.delivery("t", a)
            #expect(delivery.state == .unknown && delivery.errorCode == .hostStopped && delivery.attempts == 1)
            let attempts = try await store.attempts(deliveryRow: delivery.row)
            #expect(attempts.map(\.outcome) == [.unknown] && attempts.map(\.errorCode) == [.hostStopped])
            // Nobody has touched it since: the late outcome is the truth, and takes the attempt's place.
            #expect(try await store.record(claimed.map { $0.update(.delivered) }) == [])
            #expect(try await store.delivery("t", a).externalID == "ext-t")
            #expect(try await store.attempts(deliveryRow: delivery.row).map(\.outcome) == [.delivered])
        }
    }

    @Test("a claim for an integration that is gone says so", arguments: Driver.all)
    func gone(driver: Driver) async throws {
        try await driver.withStore { store in
            await expectCode(.integrationNotFound) { _ = try await store.take(5) }
        }
    }

    @Test("two hosts that claim at once never get the same delivery", arguments: Driver.all)
    func twoHosts(driver: Driver) async throws {
        let folder = try ScratchFolder()
        let stores = [try await driver.open(folder), try await driver.open(folder)]
        let a = try await stores[0].addIntegration("a").id
        for start in stride(from: 0, to: 2_000, by: 500) {
            try await stores[0].importPlain((start..<start + 500).map { "t\($0)" }, to: [a])
        }
        let rows = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for store in stores + stores {
                group.addTask {
                    var rows: [Int64] = []
                    while true {
                        let claimed = try await store.take(a, limit: 23)
                        if claimed.isEmpty { return rows }
                        rows += claimed.map(\.row)
                        _ = try await store.record(claimed.map { $0.update(.delivered) })
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(rows.count == 2_000)
        #expect(Set(rows).count == 2_000)
        #expect(try await stores[1].counts(now: noon).first?.byState == [.delivered: 2_000])
        for store in stores { try await store.close() }
    }
}
