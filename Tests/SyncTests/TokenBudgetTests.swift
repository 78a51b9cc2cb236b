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

extension TokenBudget {
    /// One whole request.
    fileprivate func pass(units: Int, writes: Int, _ body: () async -> Void = {}) async {
        _ = await enter(units: units, writes: writes, patience: .seconds(60))
        await body()
        learn([], sentAt: .now, now: .now)
        leave(writes: writes)
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
        let tally = Tally()
        await budget(requests: 2, writes: 5).pass(units: 1, writes: 50) { tally.end(0) }
        #expect(tally.figures.done == 1)
    }

    @Test("a refusal teaches the limit whose window fits the wait, and no other") func refusal() async {
        let budget = budget([
            RateBudget(scope: "second", limit: 100, window: .seconds(1)), RateBudget(scope: "hour", limit: 1_000, window: .seconds(3_600)),
        ])
        for _ in 0..<4 { await budget.pass(units: 1, writes: 1) {} }
        let now = Timestamp.now
        await budget.pause(until: now.advanced(by: .milliseconds(900)), sentAt: now)
        #expect(await budget.notes(now: now).map(\.scope) == ["second"])
        // Until then no call is admitted.
        let ready = await budget.admit(batchMax: 1, now: now).time
        #expect(ready.map { $0 >= now.advanced(by: .milliseconds(900)) } == true)
    }

    @Test("calls are admitted as long as the known budget has room for all of them") func admission() async {
        let budget = budget([RateBudget(scope: "s", limit: 10, window: .seconds(3_600))])
        let now = Timestamp.now
        await budget.learn([BudgetFact(scope: "s", limit: 10, remaining: 2, resetsAt: nil)], sentAt: now, now: now)
        guard case .now(let first) = await budget.admit(batchMax: 1, now: now),
            case .now(let second) = await budget.admit(batchMax: 1, now: now)
        else {
            Issue.record("there is room for two")
            return
        }
        #expect(await budget.admit(batchMax: 1, now: now).time != nil)
        await budget.end(first)
        // A call that has sent its request is counted by what that has cost, once.
        #expect(await budget.enter(units: 1, writes: 1, patience: .zero, second) == nil)
        guard case .now = await budget.admit(batchMax: 1, now: now) else {
            Issue.record("one unit is left")
            return
        }
        #expect(await budget.admit(batchMax: 1, now: now).time != nil)
    }

    @Test("a full bucket is promised no more often than it has units") func promises() async {
        let budget = budget([RateBudget(scope: "s", limit: 3, window: .seconds(3_600))])
        let now = Timestamp.now
        await budget.learn([BudgetFact(scope: "s", limit: 3, remaining: 3, resetsAt: nil)], sentAt: now, now: now)
        var admitted = 0
        while case .now = await budget.admit(batchMax: 1, now: now), admitted < 9 { admitted += 1 }
        #expect(admitted == 3)
    }

    @Test("several requests that were under way together and are refused together tell of a limit once") func refusedTogether() async {
        let budget = budget([RateBudget(scope: "s", limit: 2, window: .seconds(3_600))])
        for _ in 0..<100 { await budget.pass(units: 1, writes: 1) }
        let sentAt = Timestamp.now
        await budget.pause(until: .now.advanced(by: .seconds(5)), sentAt: sentAt)
        let guess = await budget.notes(now: .now).map(\.limit)
        await budget.pause(until: .now.advanced(by: .seconds(5)), sentAt: sentAt)
        #expect(await budget.notes(now: .now).map(\.limit) == guess)
        await budget.pause(until: .now.advanced(by: .seconds(5)), sentAt: .now.advanced(by: .seconds(1)))
        #expect(await budget.notes(now: .now).map(\.limit) != guess)
    }

    @Test("a place is free before its answer is read only once something is known of the limits") func unread() async {
        let budget = budget(requests: 1, [RateBudget(scope: "s", limit: 100, window: .seconds(1))])
        #expect(await budget.enter(units: 1, writes: 1, patience: .zero) == nil)
        #expect(await budget.leaveUnread(writes: 1) == false)
        await budget.learn([], sentAt: .now, now: .now)
        #expect(await budget.leaveUnread(writes: 1))
        #expect(await budget.enter(units: 1, writes: 1, patience: .zero) == nil)
        // The second is under way, and the first unread: nobody may take the token for idle.
        await budget.leave(writes: 1)
        await budget.pause(until: .now.advanced(by: .seconds(60)), sentAt: .now)
        guard case .later(_, isIdle: false) = await budget.admit(batchMax: 1, now: .now) else {
            Issue.record("an answer may still tell of more room")
            return
        }
        await budget.leave(writes: 1, keepsPlace: false)
        guard case .later(_, isIdle: true) = await budget.admit(batchMax: 1, now: .now) else {
            Issue.record("nothing is under way")
            return
        }
    }

    @Test("answers that come in another order than they were given make no room") func overtaken() async {
        let budget = budget([RateBudget(scope: "s", limit: 10, window: .seconds(3_600))])
        let now = Timestamp.now
        let later = now.advanced(by: .milliseconds(5))
        await budget.learn(
            [BudgetFact(scope: "s", limit: 10, remaining: 0, resetsAt: later.advanced(by: .seconds(60)))], sentAt: now, now: later)
        await budget.learn(
            [BudgetFact(scope: "s", limit: 10, remaining: 8, resetsAt: later.advanced(by: .seconds(6)))], sentAt: now, now: later)
        #expect(await budget.admit(batchMax: 1, now: later).time == later.advanced(by: .seconds(60)))
    }

    @Test("while nothing is known of a token, requests go one at a time until the first answer") func probing() async {
        let budget = budget([RateBudget(scope: "s", limit: 100, window: .seconds(1))])
        guard case .now(let first) = await budget.admit(batchMax: 1, now: .now) else {
            Issue.record("the first may go")
            return
        }
        #expect(await budget.enter(units: 1, writes: 1, patience: .zero, first) == nil)
        guard case .afterProbe = await budget.admit(batchMax: 1, now: .now) else {
            Issue.record("the first has no answer yet")
            return
        }
        let others = Task { await budget.probed() }
        await budget.learn([], sentAt: .now, now: .now)
        await others.value
        #expect(await budget.admit(batchMax: 1, now: .now).time == nil)
    }

    @Test("who waits for a first answer is told when the call ends without one", arguments: [true, false])
    func probeLost(sent: Bool) async {
        let budget = budget([RateBudget(scope: "s", limit: 100, window: .seconds(1))])
        guard case .now(let first) = await budget.admit(batchMax: 1, now: .now) else {
            Issue.record("the first may go")
            return
        }
        if sent { #expect(await budget.enter(units: 1, writes: 1, patience: .zero, first) == nil) }
        let others = Task { await budget.probed() }
        if sent { await budget.leave(writes: 1) }
        await budget.end(first)
        await others.value
        guard case .now = await budget.admit(batchMax: 1, now: .now) else {
            Issue.record("another may try")
            return
        }
    }

    @Test("who may not send any more when its place comes spends nothing") func unsent() async {
        let budget = budget([RateBudget(scope: "s", limit: 10, window: .seconds(3_600))])
        let now = Timestamp.now
        await budget.learn([BudgetFact(scope: "s", limit: 10, remaining: 8, resetsAt: nil)], sentAt: now, now: now)
        #expect(await budget.enter(units: 5, writes: 1, patience: .seconds(60), while: { false }) == nil)
        await budget.leave(writes: 1)
        #expect(await budget.notes(now: .now).map(\.remaining) == [8])
        #expect(await budget.enter(units: 5, writes: 1, patience: .seconds(60)) == nil)
        #expect(await budget.notes(now: .now).map(\.remaining) == [3])
    }

    @Test("a request whose turn is far off is told when, and holds nothing") func far() async {
        let budget = budget([RateBudget(scope: "s", limit: 10, window: .seconds(3_600))])
        let now = Timestamp.now
        await budget.pause(until: now.advanced(by: .seconds(30)), sentAt: now)
        let told = await budget.enter(units: 1, writes: 1, patience: .seconds(5))
        #expect(told.map { $0 >= now.advanced(by: .seconds(30)) } == true)
    }
}

/// What fills the writes that whole batches leave free: ten of fifteen here.
@Suite struct SmallBatchTests {
    private func budget(limit: Int64 = 30) -> TokenBudget {
        TokenBudget(
            requestsMax: 50, writesMax: 15, budgets: [RateBudget(scope: "s", limit: limit, window: .seconds(60))], notes: [], now: .now)
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

    @Test("a small request goes ahead into room that the first in line cannot use, and never delays that one") func ahead() {
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

extension TokenBudget.Leave {
    fileprivate var time: Timestamp? { if case .later(let time, _) = self { time } else { nil } }
}
