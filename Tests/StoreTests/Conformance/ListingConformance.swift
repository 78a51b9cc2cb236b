import PatchbayModel
import PatchbayStore
import Testing

@Suite("Any store lists and binds tasks")
struct ListingConformance {
    @Test("a listing pages in the order of import and brings all deliveries along", arguments: Driver.all)
    func pages(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            let b = try await store.addIntegration("b").id
            try await store.importPlain(["z", "y", "x"], meeting: "m", to: [a, b])
            try await store.importPlain(["w"], to: nil)
            let first = try await store.tasks(TaskFilter(), after: 0, limit: 2)
            #expect(first.map(\.task.id) == ["z", "y"])
            #expect(first.map { $0.deliveries.map(\.integrationName) } == [["a", "b"], ["a", "b"]])
            let rest = try await store.tasks(TaskFilter(), after: try #require(first.last).row, limit: 10)
            #expect(rest.map(\.task.id) == ["x", "w"])
        }
    }

    @Test("each filter narrows, and they add up", arguments: Driver.all)
    func filters(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            let b = try await store.addIntegration("b").id
            try await store.importPlain(["1", "2"], meeting: "m", to: [a])
            try await store.importPlain(["3"], meeting: "n", to: [a, b])
            try await store.importPlain(["4"], to: nil)
            _ = try await store.cancelTask(id: "2", now: noon)
            func ids(_ filter: TaskFilter) async throws -> [String] {
                try await store.tasks(filter, after: 0, limit: 10).map(\.task.id)
            }
            #expect(try await ids(TaskFilter(meetingID: "m")) == ["1", "2"])
            #expect(try await ids(TaskFilter(taskIDs: ["4", "1", "none"])) == ["1", "4"])
            #expect(try await ids(TaskFilter(integrationID: b)) == ["3"])
            #expect(try await ids(TaskFilter(states: [.cancelled])) == ["2"])
            #expect(try await ids(TaskFilter(meetingID: "m", integrationID: a, states: [.pending])) == ["1"])
            #expect(try await ids(TaskFilter(integrationID: b, states: [.cancelled])) == [])
            #expect(try await ids(TaskFilter(unbound: true)) == ["4"])
        }
    }

    @Test("binding takes tasks bound for nowhere once, and never floods", arguments: Driver.all)
    func bindUnbound(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            let b = try await store.addIntegration("b").id
            try await store.importPlain(["bound", "cancelled"], to: [a])
            _ = try await store.cancelTask(id: "cancelled", now: noon)
            try await store.importPlain(["free", "free too"], to: nil)
            #expect(try await store.bindCount(integrationID: b, .unbound) == 2)
            #expect(try await store.unboundCount() == 2)
            #expect(try await store.bind(integrationID: b, .unbound, now: noon) == 2)
            #expect(try await store.bind(integrationID: b, .unbound, now: noon) == 0)
            #expect(try await store.unboundCount() == 0)
            #expect(try await store.take(b).map(\.task.id) == ["free", "free too"])
            await expectCode(.integrationNotFound) { _ = try await store.bind(integrationID: 99, .unbound, now: noon) }
        }
    }

    @Test("a scope binds just what it names, also what is delivered elsewhere or was cancelled", arguments: Driver.all)
    func bindScope(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            let b = try await store.addIntegration("b").id
            try await store.importPlain(["1", "2"], meeting: "m", to: [a])
            try await store.importPlain(["3"], meeting: "n", to: [b])
            try await store.settleAll(a, as: .delivered)
            _ = try await store.cancelTask(id: "3", now: noon)
            let scope = BindSelection.scope(DeliveryScope(meetingID: "m"))
            #expect(try await store.bindCount(integrationID: b, scope) == 2)
            #expect(try await store.bind(integrationID: b, scope, now: noon) == 2)
            #expect(try await store.bind(integrationID: b, scope, now: noon) == 0)
            let named = BindSelection.scope(DeliveryScope(taskIDs: ["3", "1", "3"]))
            #expect(try await store.bindCount(integrationID: b, named) == 1)
            #expect(try await store.bind(integrationID: b, named, now: noon) == 1)
            #expect(try await store.delivery("3", b).state == .pending)
            #expect(
                try await store.bind(integrationID: b, .scope(DeliveryScope(meetingID: "m", taskIDs: ["3"])), now: noon)
                    == 0)
        }
    }
}
