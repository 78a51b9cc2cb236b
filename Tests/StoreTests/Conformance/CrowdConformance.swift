import PatchbayModel
import PatchbayStore
import Testing

@Suite("Any store takes many writers at once")
struct CrowdConformance {
    @Test("of writers at the same time, only those that cannot be served fail", arguments: Driver.all)
    func failuresStayAlone(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain((0..<60).map { "t\($0)" }, to: [a])
            let claimed = try await withThrowingTaskGroup(of: [Int64]?.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        // Every fourth one asks for an integration that does not exist.
                        do {
                            return try await store.take(number.isMultiple(of: 4) ? 9_999 : a, limit: 2).map(\.row)
                        } catch let error as StoreError where error.code == .integrationNotFound {
                            return nil
                        }
                    }
                }
                return try await group.reduce(into: [[Int64]?]()) { $0.append($1) }
            }
            #expect(claimed.count { $0 == nil } == 10)
            let rows = claimed.compactMap { $0 }.flatMap { $0 }
            #expect(rows.count == 60 && Set(rows).count == 60)
            #expect(try await store.counts(now: noon).first?.byState[.sending] == 60)
        }
    }

    @Test("a writer whose caller is cancelled still writes", arguments: Driver.all)
    func cancelledCallers(driver: Driver) async throws {
        try await driver.withStore { store in
            let a = try await store.addIntegration("a").id
            try await store.importPlain((0..<20).map { "t\($0)" }, to: [a])
            let claimed = try await store.take(a)
            let updates = claimed.map {
                DeliveryUpdate(row: $0.row, fence: $0.fence, state: .refused, startedAt: noon, endedAt: noon)
            }
            await withTaskGroup(of: Void.self) { group in
                for update in updates { group.addTask { _ = try? await store.record([update]) } }
                group.cancelAll()
            }
            #expect(try await store.counts(now: noon).first?.byState[.refused] == 20)
        }
    }
}
