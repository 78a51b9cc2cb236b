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
            RateBudget(scope: "second", limit: 100, window: .seconds(1)),
            RateBudget(scope: "hour", limit: 1_000, window: .seconds(3_600)),
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

    @Test("several requests that were under way together and are refused together tell of a limit once")
    func refusedTogether() async {
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
            [BudgetFact(scope: "s", limit: 10, remaining: 0, resetsAt: later.advanced(by: .seconds(60)))], sentAt: now,
            now: later)
        await budget.learn(
            [BudgetFact(scope: "s", limit: 10, remaining: 8, resetsAt: later.advanced(by: .seconds(6)))], sentAt: now,
            now: later)
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

    private let creates = RequestKind(.create, .once)
    private let reads = RequestKind(.find, .none)

    @Test("a limit of one operation holds for the requests whose answers tell it, and in the next sync")
    func ofOneKind() async throws {
        let budgets = [RateBudget(scope: "s", limit: 100, window: .seconds(3_600))]
        let budget = budget(budgets)
        let now = Timestamp.now
        let full = now.advanced(by: .seconds(60))
        let facts = [
            BudgetFact(scope: "s", limit: 100, remaining: 90, resetsAt: nil),
            BudgetFact(scope: "s creating", limit: 4, remaining: 0, resetsAt: full),
        ]
        #expect(await budget.enter(units: 1, writes: 1, creates, patience: .zero) == nil)
        #expect(await budget.learn(facts, creates, sentAt: now, now: now))
        await budget.leave(writes: 1, creates)
        let notes = await budget.notes(now: now)
        let next = TokenBudget(requestsMax: 8, writesMax: 15, budgets: budgets, notes: notes, now: now)
        for budget in [budget, next] {
            let told = await budget.enter(units: 1, writes: 1, creates, patience: .zero)
            #expect(told == BudgetWait(until: full, isOfKind: true))
            guard case .later(let wait, isIdle: true) = await budget.admit(batchMax: 1, now: now) else {
                return _ = Issue.record("no create has room")
            }
            #expect(wait == BudgetWait(until: full, isOfKind: true))
            #expect(await budget.enter(units: 1, writes: 0, reads, patience: .zero) == nil)
            // Nothing is said of the token's own limit; or it is used up, too.
            #expect(await !budget.learn([facts[1]], creates, sentAt: now, now: now))
            let spent = BudgetFact(scope: "s", limit: 100, remaining: 0, resetsAt: nil)
            #expect(await !budget.learn([spent, facts[1]], creates, sentAt: now, now: now))
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
        #expect(told.map { $0.until >= now.advanced(by: .seconds(30)) } == true)
    }
}

extension TokenBudget.Leave {
    fileprivate var time: Timestamp? { if case .later(let wait, _) = self { wait.until } else { nil } }
}
