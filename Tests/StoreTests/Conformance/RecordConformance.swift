import PatchbayModel
import PatchbayStore
import Testing

@Suite("Any store records outcomes")
struct RecordConformance {
    @Test("a delivered one keeps what the system said, and its attempt", arguments: Driver.all)
    func delivered(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["t"], to: [a])
            let warning = DeliveryWarning(code: "assignee_unmapped", field: "assignee", text: "nobody")
            try await store.settleAll(a, as: .delivered) { update in
                update.displayID = "PROJ-1"
                update.url = "https://x.example.com/1"
                update.vendorRequestID = "req"
                update.httpStatus = 201
                update.warnings = [warning]
            }
            let delivery = try await store.delivery("t", a)
            #expect(delivery.state == .delivered && delivery.externalID == "ext-t" && delivery.displayID == "PROJ-1")
            #expect(
                delivery.url == "https://x.example.com/1" && delivery.warnings == [warning] && delivery.attempts == 1)
            #expect(delivery.firstAttemptAt == noon && delivery.deliveredAt == noon.later(seconds: 1))
            let expected = AttemptRecord(
                number: 1, outcome: .delivered, startedAt: noon, endedAt: noon.later(seconds: 1), httpStatus: 201,
                vendorRequestID: "req", errorCode: nil, errorMessage: nil)
            #expect(try await store.attempts(deliveryRow: delivery.row) == [expected])
        }
    }

    @Test("a refused one keeps why; retry puts it back, and delivery clears the error", arguments: Driver.all)
    func refused(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["t"], to: [a])
            try await store.settleAll(a, as: .refused) { update in
                update.errorCode = .taskRefused
                update.errorField = "title"
                update.errorMessage = "too long"
            }
            let refused = try await store.delivery("t", a)
            #expect(refused.state == .refused && refused.errorCode == .taskRefused)
            #expect(refused.errorField == "title" && refused.errorMessage == "too long")
            #expect(try await store.take(a).isEmpty)
            #expect(try await store.retry(taskIDs: ["other"], integrationID: nil, codes: nil, now: noon) == 0)
            #expect(try await store.retry(taskIDs: ["t"], integrationID: a, codes: nil, now: noon) == 1)
            try await store.settleAll(a, as: .delivered)
            let delivered = try await store.delivery("t", a)
            #expect(delivered.errorCode == nil && delivered.errorMessage == nil && delivered.attempts == 2)
            #expect(try await store.attempts(deliveryRow: delivered.row).map(\.outcome) == [.refused, .delivered])
        }
    }

    @Test("retry makes waiting ones due now and leaves unknown ones alone", arguments: Driver.all)
    func retry(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["w"], to: [a])
            try await store.settleAll(a, as: .waiting) { $0.dueAt = noon.later(seconds: 1_000) }
            try await store.importPlain(["u"], to: [a])
            try await store.settleAll(a, as: .unknown)
            #expect(
                try await store.retry(
                    taskIDs: nil, integrationID: nil, codes: [ErrorCode(rawValue: "no_such_code")], now: noon) == 0)
            #expect(try await store.retry(taskIDs: nil, integrationID: nil, codes: nil, now: noon) == 1)
            #expect(try await store.take(a).map(\.task.id) == ["w"])
            #expect(try await store.delivery("u", a).state == .unknown)
        }
    }

    @Test("a record with a stale fence changes nothing and is given back", arguments: Driver.all)
    func staleFence(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["t", "u"], to: [a])
            let old = try await store.take(a)
            _ = try await store.record(old.map { $0.update(.waiting) { $0.dueAt = noon } })
            let young = try await store.take(a)
            #expect(young.map(\.fence) == old.map { $0.fence + 1 })
            #expect(try await store.record([old[0].update(.delivered), young[1].update(.delivered)]) == [old[0].row])
            let left = try await store.delivery("t", a)
            #expect(left.state == .sending && left.externalID == nil)
            #expect(try await store.attempts(deliveryRow: left.row).map(\.outcome) == [.waiting])
            #expect(try await store.delivery("u", a).state == .delivered)
            // A second record of the same outcome is stale too.
            #expect(try await store.record([young[1].update(.refused)]) == [young[1].row])
            #expect(try await store.delivery("u", a).state == .delivered)
        }
    }

    @Test("outcomes and the next claim go in one visit, and outcomes stay when the claim fails", arguments: Driver.all)
    func thenClaim(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["t", "u", "v"], to: [a])
            func request(_ integrationID: Int64) -> ClaimRequest {
                ClaimRequest(
                    integrationID: integrationID, scope: DeliveryScope(), limit: 2, now: noon, clock: noon.running,
                    lease: .seconds(300))
            }
            let first = try await store.take(a, limit: 2)
            // One is put off until now: the claim that follows sees it.
            let updates = [first[0].update(.delivered), first[1].update(.waiting) { $0.dueAt = noon }]
            let (stale, next) = try await store.record(updates, thenClaim: request(a), company: 2)
            let second = try next.get()
            #expect(stale == [] && Set(second.map(\.task.id)) == ["u", "v"])
            let (staleNow, failed) = try await store.record(
                second.map { $0.update(.delivered) }, thenClaim: request(a + 1), company: 1)
            #expect(staleNow == [])
            let error = #expect(throws: StoreError.self) { try failed.get() }
            #expect(error?.code == .integrationNotFound)
            for id in ["t", "u", "v"] { #expect(try await store.delivery(id, a).state == .delivered) }
        }
    }

    @Test("an attempt that never began is taken back", arguments: Driver.all)
    func takenBack(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["t"], to: [a])
            try await store.settleAll(a, as: .pending) { $0.attempted = false }
            let delivery = try await store.delivery("t", a)
            #expect(delivery.state == .pending && delivery.attempts == 0 && delivery.firstAttemptAt == nil)
            #expect(try await store.attempts(deliveryRow: delivery.row).isEmpty)
            let claimed = try await store.take(a)
            #expect(claimed.map(\.attempt) == [1])
            // Also when the lease has run out meanwhile.
            _ = try await store.take(a, now: noon.later(seconds: 400))
            #expect(try await store.record(claimed.map { $0.update(.pending) { $0.attempted = false } }) == [])
            #expect(try await store.attempts(deliveryRow: delivery.row).isEmpty)
            #expect(try await store.take(a, now: noon.later(seconds: 400)).map(\.attempt) == [1])
        }
    }

    @Test("one that failed before and is taken back waits as it did, and says why", arguments: Driver.all)
    func takenBackAfterFailure(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["t"], to: [a])
            try await store.settleAll(a, as: .waiting) { update in
                update.errorCode = .tokenRejected
                update.dueAt = noon
            }
            try await store.settleAll(a, as: .pending) { $0.attempted = false }
            let delivery = try await store.delivery("t", a)
            #expect(delivery.state == .waiting && delivery.errorCode == .tokenRejected && delivery.attempts == 1)
            #expect(try await store.take(a).map(\.attempt) == [2])
        }
    }

    @Test("failures are what needs attention, newest first", arguments: Driver.all)
    func failures(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            let b = try await store.addIntegration("b").id
            try await store.importPlain(["1"], to: [a])
            try await store.settleAll(a, as: .refused, now: noon.later(seconds: 20)) { $0.errorCode = .taskRefused }
            try await store.importPlain(["2"], to: [b])
            try await store.settleAll(b, as: .unknown, now: noon.later(seconds: 30)) { $0.errorCode = .outcomeUnknown }
            try await store.importPlain(["3"], to: [a])
            try await store.settleAll(a, as: .waiting, now: noon.later(seconds: 10)) { update in
                update.errorCode = .rateLimited
                update.dueAt = noon.later(seconds: 99)
            }
            try await store.importPlain(["4", "5"], to: [a])
            func ids(_ id: Int64?, _ codes: Set<ErrorCode>?, limit: Int = 9) async throws -> [String] {
                try await store.failures(integrationID: id, codes: codes, limit: limit).map(\.taskID)
            }
            #expect(try await ids(nil, nil) == ["2", "1", "3"])
            #expect(try await ids(nil, nil, limit: 1) == ["2"])
            #expect(try await ids(a, nil) == ["1", "3"])
            #expect(try await ids(nil, [.rateLimited, .outcomeUnknown]) == ["2", "3"])
        }
    }

    @Test("the figures of an integration add up", arguments: Driver.all)
    func counts(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            let b = try await store.addIntegration("b").id
            try await store.importPlain(["done"], to: [a])
            try await store.settleAll(a, as: .delivered)
            try await store.importPlain(["waits"], to: [a])
            try await store.settleAll(a, as: .waiting) { $0.dueAt = noon.later(seconds: 60) }
            var figures = try await store.counts(now: noon)
            #expect(figures.map(\.integrationID) == [a, b])
            #expect(figures[0].byState == [.delivered: 1, .waiting: 1] && figures[0].due == 0)
            #expect(figures[0].nextDueAt == noon.later(seconds: 60) && figures[0].oldestUndelivered == noon)
            #expect(figures[0].lastDeliveredAt == noon.later(seconds: 1))
            #expect(
                figures[1].byState.isEmpty && figures[1].oldestUndelivered == nil && figures[1].lastDeliveredAt == nil)
            try await store.importPlain(["new"], to: [a])
            figures = try await store.counts(now: noon.later(seconds: 60))
            #expect(figures[0].due == 2 && figures[0].nextDueAt == nil)
        }
    }

    @Test("an outcome is recorded even when its host is being stopped", arguments: Driver.all)
    func cancelledCaller(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain(["t"], to: [a])
            let updates = try await store.take(a).map { $0.update(.delivered) }
            let stopped = Task {
                while !Task.isCancelled { await Task.yield() }
                return try await store.record(updates)
            }
            stopped.cancel()
            #expect(try await stopped.value == [])
            #expect(try await store.delivery("t", a).state == .delivered)
        }
    }
}
