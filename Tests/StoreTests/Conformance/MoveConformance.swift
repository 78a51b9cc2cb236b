import PatchbayModel
import PatchbayStore
import Testing

@Suite("Any store takes deliveries of another home")
struct MoveConformance {
    private static let ids = (0...9).map { "0a1b2c3d-0003-4000-8000-00000000000\($0)" }
    private static let origin = MovedOrigin(
        connectorID: "org.example", connectorDigest: "d1", baseURL: "https://x.example",
        settings: ["project": .text("A")],
        tokenKind: "api-key", accountID: "me")

    private static func moved(_ state: DeliveryState, _ number: Int) -> MovedDelivery {
        var moved = MovedDelivery(integration: "a", deliveryID: ids[number], state: state)
        moved.type = "asana"
        moved.attempts = 2
        moved.firstAttemptAt = noon.later(seconds: -90)
        switch state {
        case .delivered:
            (moved.externalID, moved.displayID, moved.url, moved.vendorRequestID) = (
                "X-1", "ED-1", "https://x.example/1", "r"
            )
            moved.warnings = [DeliveryWarning(code: "c", field: "f", text: "w")]
            (moved.sentAt, moved.deliveredAt) = (noon.later(seconds: -80), noon.later(seconds: -70))
            moved.changedSince = true
        case .refused:
            (moved.errorCode, moved.errorField, moved.errorMessage) = (.taskRefused, "title", "No.")
            moved.isRestored = true
        case .unknown:
            (moved.errorCode, moved.errorMessage) = (.outcomeUnknown, "lost")
            moved.unknownSince = noon.later(seconds: -60)
            moved.vendorBefore = noon.later(seconds: -100)
            moved.origin = origin
        case .cancelled: moved.isCancelledByImport = true
        case .waiting: (moved.errorCode, moved.errorMessage) = (.rateLimited, "later")
        case .pending, .sending: break
        }
        return moved
    }

    private static func entry(_ id: String, _ moved: MovedDelivery, to integration: Int64) -> TaskImport {
        TaskImport(
            task: TrackedTask(id: id, title: "Title of \(id)"),
            integrationIDs: moved.state == .cancelled ? [] : [integration],
            moved: [integration: moved])
    }

    @Test(
        "a delivery comes out as it went in, in every state but sending, which is unknown then", arguments: Driver.all)
    func roundTrip(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            for (number, state) in DeliveryState.allCases.enumerated() {
                let moved = Self.moved(state, number)
                _ = try await store.importTasks([Self.entry(state.rawValue, moved, to: a)], now: noon)
                let found = try await store.movedTasks(TaskFilter(taskIDs: [state.rawValue]), after: 0, limit: 10)
                let out = try #require(found.first?.deliveries.first)
                if state == .sending {
                    #expect(
                        out.state == .unknown && out.deliveryID == moved.deliveryID && out.errorCode == .outcomeUnknown)
                } else {
                    #expect(out == moved, "\(state)")
                }
            }
        }
    }

    @Test("an unknown one is looked up where it was sent; a pending one keeps its delivery id", arguments: Driver.all)
    func used(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            _ = try await store.importTasks(
                [
                    Self.entry("u", Self.moved(.unknown, 1), to: a), Self.entry("p", Self.moved(.pending, 2), to: a),
                    Self.entry("w", Self.moved(.waiting, 3), to: a), Self.entry("r", Self.moved(.refused, 4), to: a),
                ], now: noon)
            let request = ClaimRequest(
                integrationID: a, scope: DeliveryScope(), limit: 10, now: noon, clock: noon.running,
                lease: .seconds(300))
            let unknown = try await store.claimUnknown(request)
            let lookUp = try #require(unknown.first?.lookUp)
            #expect(unknown.map(\.deliveryID) == [Self.ids[1]] && unknown[0].firstAttemptAt == noon.later(seconds: -90))
            #expect(lookUp.origin?.settings == ["project": .text("A")] && lookUp.origin?.accountID == "me")
            #expect(
                lookUp.vendorBefore == noon.later(seconds: -100) && lookUp.closedAt == nil && lookUp.claimedAt == nil)
            let ready = try await store.take(a)
            #expect(Set(ready.map(\.deliveryID)) == [Self.ids[2], Self.ids[3]] && ready.allSatisfy { $0.attempt == 3 })
            // Its old home was restored from a copy: put back, it is looked up first.
            _ = try await store.retry(taskIDs: ["r"], integrationID: nil, codes: nil, now: noon)
            #expect(try await store.delivery("r", a).state == .unknown)
        }
    }

    @Test(
        "a delivery id that is another's is refused, with nothing else of its task; the rest is written",
        arguments: Driver.all)
    func taken(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            let b = try await store.addIntegration("b").id
            let first = Self.entry("one", Self.moved(.delivered, 1), to: a)
            let rest = [
                Self.entry("two", Self.moved(.pending, 1), to: a), Self.entry("one", Self.moved(.pending, 1), to: b),
                Self.entry("three", Self.moved(.pending, 2), to: a), Self.entry("four", Self.moved(.pending, 2), to: a),
            ]
            let judged = try await store.judgeTasks([first] + rest, now: noon)
            #expect(judged.map(\.change) == [.added, .refused, .refused, .added, .refused])
            #expect(try await store.movedTasks(TaskFilter(), after: 0, limit: 10) == [])
            _ = try await store.importTasks([first], now: noon)
            let results = try await store.importTasks(rest, now: noon)
            #expect(results.map(\.change) == [.refused, .refused, .added, .refused])
            #expect(results[0].refusal?.contains("task one's") == true)
            #expect(try await store.task(id: "two") == nil)
            #expect(try await store.importTasks([first], now: noon).map(\.change) == [.unchanged])
        }
    }

    @Test("a task that was sent is left aside where its id is derived and its words differ", arguments: Driver.all)
    func aside(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["t"], to: [a])
            func take(_ due: String?, spares: Bool = true) async throws -> TaskImportResult {
                let date = due.map { DueDate(text: $0, date: $0, time: nil) }
                let task = TrackedTask(id: "t", title: "Title of t", dueDate: date)
                return try await store.importTasks(
                    [TaskImport(task: task, integrationIDs: [a], sparesSent: spares)], now: noon)[0]
            }
            #expect(try await take("2026-05-08").change == .changed, "nothing was sent yet")
            try await store.settleAll(a, as: .delivered)
            #expect(try await take("2026-05-08").change == .unchanged)
            #expect(try await take("2026-05-15") == TaskImportResult(taskID: "t", change: .aside, sentTo: ["a"]))
            #expect(try await store.task(id: "t")?.task.dueDate?.text == "2026-05-08")
            #expect(try await take("2026-05-15", spares: false).change == .changed)
        }
    }
}
