import PatchbayModel
import Synchronization
import Testing

@testable import PatchbayCalls
@testable import PatchbayConnectors

/// Counts what is under way.
private final class Tally: Sendable {
    struct Figures {
        var now = 0
        var most = 0
        var writes = 0
        var mostWrites = 0
        var done = 0
    }

    private let state = Mutex(Figures())
    var figures: Figures { state.withLock { $0 } }

    func begin(_ cost: Int) {
        state.withLock { state in
            state.now += 1
            state.writes += cost
            state.most = max(state.most, state.now)
            state.mostWrites = max(state.mostWrites, state.writes)
        }
    }

    func end(_ cost: Int) {
        state.withLock { state in
            state.now -= 1
            state.writes -= cost
            state.done += 1
        }
    }
}

@Suite struct TokenBudgetTests {
    private func budget(requests: Int = 8, writes: Int = 15, _ budgets: [RateBudget] = []) -> TokenBudget {
        TokenBudget(requestsMax: requests, writesMax: writes, budgets: budgets, notes: [], now: .now)
    }

    @Test("no more is under way at once than the vendor allows, and everything gets its turn") func caps() async {
        let budget = budget(requests: 3, writes: 15)
        let tally = Tally()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<60 {
                let cost = number % 3 == 0 ? 10 : 1
                group.addTask {
                    await budget.pass(units: 1, writes: cost) {
                        tally.begin(cost)
                        await Task.yield()
                        tally.end(cost)
                    }
                }
            }
        }
        let end = tally.figures
        #expect(end.done == 60)
        #expect(end.most <= 3)
        #expect(end.mostWrites <= 15)
    }

    @Test("a request dearer than the cap goes alone instead of never") func dear() async {
        let passed = await budget(requests: 2, writes: 5).pass(units: 1, writes: 50) { true }
        #expect(passed)
    }

    @Test("a refusal teaches the limit whose window fits the wait, and no other") func refusal() async {
        let budget = budget([
            RateBudget(scope: "second", limit: 100, window: .seconds(1)), RateBudget(scope: "hour", limit: 1_000, window: .seconds(3_600)),
        ])
        for _ in 0..<4 { await budget.pass(units: 1, writes: 1) {} }
        let now = Timestamp.now
        await budget.pause(until: now.advanced(by: .milliseconds(900)))
        #expect(await budget.notes(now: now).map(\.scope) == ["second"])
        // Until then no call is admitted.
        let ready = await budget.admit(now: now)
        #expect(ready.map { $0 >= now.advanced(by: .milliseconds(900)) } == true)
    }

    @Test("calls are admitted as long as the known budget has room for all of them") func admission() async {
        let budget = budget([RateBudget(scope: "s", limit: 10, window: .seconds(3_600))])
        let now = Timestamp.now
        await budget.learn([BudgetFact(scope: "s", limit: 10, remaining: 2, resetsAt: nil)], now: now)
        #expect(await budget.admit(now: now) == nil)
        #expect(await budget.admit(now: now) == nil)
        #expect(await budget.admit(now: now) != nil)
        await budget.end()
        #expect(await budget.admit(now: now) == nil)
    }
}
