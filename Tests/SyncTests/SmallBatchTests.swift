import PatchbayModel
import Synchronization
import Testing

@testable import PatchbayCalls
@testable import PatchbayConnectors

/// What fills the writes that whole batches leave free: ten of fifteen here.
@Suite struct SmallBatchTests {
    private func budget(limit: Int64 = 30) -> TokenBudget {
        TokenBudget(
            requestsMax: 50, writesMax: 15, budgets: [RateBudget(scope: "s", limit: limit, window: .seconds(60))],
            notes: [], now: .now)
    }

    /// So many whole batches, each answered after that time.
    private func deliver(_ batches: Int, _ budget: TokenBudget, took: Duration) async {
        for _ in 0..<batches {
            _ = await budget.enter(units: 10, writes: 10, patience: .zero)
            let now = Timestamp.now
            await budget.learn([], sentAt: now.advanced(by: .zero - took), now: now)
            await budget.leave(writes: 10)
        }
    }

    private func batch(_ budget: TokenBudget, _ whole: Int = 10) async -> Int? {
        if case .now(let admission) = await budget.admit(batchMax: whole, now: .now) { admission.batchMax } else { nil }
    }

    @Test("one is under way and one is ready, and no more") func number() async {
        let budget = budget()
        await deliver(6, budget, took: .milliseconds(50))
        #expect(await [batch(budget), batch(budget), batch(budget), batch(budget)] == [5, 5, 10, 10])
    }

    @Test("there are none where answers come soon, or each write is a whole batch") func needless() async {
        let quick = budget()
        await deliver(6, quick, took: .milliseconds(2))
        #expect(await batch(quick) == 10)
        let slow = budget()
        await deliver(6, slow, took: .milliseconds(50))
        #expect(await batch(slow, 50) == 50)
    }

    @Test("there are none before more went through than the connector's number allows") func cautious() async {
        let budget = budget(limit: 100)
        await deliver(10, budget, took: .milliseconds(50))
        #expect(await batch(budget) == 10)
        await deliver(1, budget, took: .milliseconds(50))
        #expect(await batch(budget) == 5)
    }

    @Test("a small request goes ahead into room that the first in line cannot use, and never delays that one")
    func ahead() {
        var places = RequestPlaces(requestsMax: 50, writesMax: 15)
        let order = Mutex<[String]>([])
        func enter(_ name: String, _ writes: Int) {
            places.enter(writes, alone: false) { order.withLock { $0.append(name) } }
        }
        enter("whole", 10)
        enter("second whole", 10)
        enter("small", 5)
        enter("second small", 5)
        enter("question", 0)
        // Ten and five are taken. A question takes no write from anybody.
        #expect(order.withLock { $0 } == ["whole", "small", "question"])
        places.leave(5, alone: false)
        #expect(order.withLock { $0.last } == "second small")
        enter("third small", 5)
        places.leave(10, alone: false)
        #expect(order.withLock { $0.last } == "second whole")
        places.leave(10, alone: false)
        #expect(order.withLock { $0.last } == "third small")
    }
}
