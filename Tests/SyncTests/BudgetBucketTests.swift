import PatchbayModel
import Testing

@testable import PatchbayCalls
@testable import PatchbayConnectors
@testable import PatchbayStore
@testable import PatchbaySync

@Suite struct BudgetBucketTests {
    private let start = Timestamp(milliseconds: 0)
    private func at(_ seconds: Double) -> Timestamp { Timestamp(milliseconds: Int64(seconds * 1_000)) }
    private func fact(_ limit: Int64?, _ remaining: Int64?, resetsAt: Timestamp? = nil) -> BudgetFact {
        BudgetFact(scope: "s", limit: limit, remaining: remaining, resetsAt: resetsAt)
    }

    @Test("a connector's guess is not enforced; the first refusal tells the limit, and units then refill evenly")
    func learnedByRefusal() {
        var bucket = BudgetBucket(RateBudget(scope: "s", limit: 60, window: .seconds(60)), now: start)
        for second in 0..<13 { bucket.spend(10, now: at(Double(second))) }
        #expect(bucket.time(of: 10, now: at(13)) == at(13))
        // 120 were let through in a fifth of a window: a bucket of 100 that was full, and a fifth of it refilled.
        bucket.refuse(10, until: at(20), now: at(12))
        #expect(bucket.limit == 100)
        #expect(bucket.remaining(at: at(20)) == 0)
        #expect(bucket.time(of: 10, now: at(14)) == at(26))
        #expect(bucket.remaining(at: at(50)) == 50)
        #expect(bucket.remaining(at: at(900)) == 100)
        bucket.refuse(10, until: at(901), now: at(900))
        #expect(bucket.limit == 95)
        for second in 902..<950 { bucket.refuse(10, until: at(Double(second)), now: at(Double(second))) }
        #expect(bucket.limit == 60)
    }

    @Test("figures at the end of their range, in any order, are reckoned with and never trap")
    func extremes() {
        let most = Limits.budgetUnitsMax
        let figures: [Int64?] = [nil, 0, 1, 2, most - 1, most]
        let times = [start, at(1), at(3e8), Timestamp(milliseconds: Limits.momentMax)]
        for window in [Duration.milliseconds(1), .seconds(60), Limits.timeToldMax] {
            var bucket = BudgetBucket(RateBudget(scope: "s", limit: most, window: window), now: start)
            for time in times {
                for (limit, remaining) in figures.flatMap({ limit in figures.map { (limit, $0) } }) {
                    bucket.learn(
                        fact(limit, remaining, resetsAt: times.last), underWay: Double(most), units: 1, now: time)
                    bucket.spend(Double(most), now: time)
                    bucket.refuse(Double(most), until: time, now: time)
                    #expect(bucket.time(of: Double(most), beside: Double(most), now: time) >= time)
                    let note = BudgetNote(
                        scope: "s", limit: .max, remaining: .max, fullAt: .distantFuture, notedAt: time)
                    bucket.recall(note, now: time)
                    #expect((bucket.limit ?? 0) <= Double(most))
                }
            }
        }
    }

    @Test(
        "a vendor that counts points is not asked for more than it has left, whatever a request costs",
        arguments: [7.0, 50, 230])
    func points(cost: Double) {
        var bucket = BudgetBucket(RateBudget(scope: "s", limit: 65_000, window: .seconds(3_600)), now: start)
        var (left, now, sent, refused) = (10_000.0, 0.0, 0.0, 0)
        // Ten at a time, and what is left is told when they are back.
        while now < 1_200 {
            var underWay = 0
            while underWay < 10, bucket.time(of: 1, now: at(now)) == at(now) {
                bucket.spend(1, now: at(now))
                underWay += 1
            }
            now += 0.2
            left = min(65_000, left + 0.2 * 65_000 / 3_600)
            for other in stride(from: underWay - 1, through: 0, by: -1) {
                if left < cost { refused += 1 } else { (left, sent) = (left - cost, sent + cost) }
                bucket.learn(fact(65_000, Int64(left)), underWay: Double(other), now: at(now))
            }
        }
        #expect(refused <= 1, "\(refused) refused")
        let most: Double = 10_000 + 1_200 * 65_000 / 3_600
        #expect(sent > 0.95 * most, "\(sent) sent")
    }

    /// A vendor that tells nothing but when to come back, in whole seconds; virtual time, the true windows.
    @Test(
        """
        from an unknown budget, over ten true windows: at most one refusal in 1,000 units, and nine tenths of the limit
        """,
        arguments: [150.0, 300, 1_500], [0.02, 0.3, 2])
    func untold(limit: Double, roundTrip: Double) {
        var bucket = BudgetBucket(RateBudget(scope: "s", limit: 150, window: .seconds(60)), now: start)
        var (level, filledAt, now, refused, sent) = (limit, 0.0, 0.0, 0, 0.0)
        while now < 600 {
            let ready = Double(bucket.time(of: 10, now: at(now)).milliseconds) / 1_000
            now = max(now, ready)
            bucket.spend(10, now: at(now))
            level = min(limit, level + (now - filledAt) * limit / 60)
            filledAt = now
            let passed = level >= 10
            let wait = ((10 - level) * 60 / limit).rounded(.up)
            if passed { level -= 10 }
            now += roundTrip
            if passed {
                sent += 10
            } else {
                refused += 1
                bucket.refuse(10, until: at(now + max(wait, 1)), now: at(now))
            }
        }
        #expect(Double(refused) <= max(1, sent / 1_000))
        let possible = min(limit * (1 + now / 60), 10 * now / roundTrip)
        #expect(sent >= 0.9 * possible, "\(sent) of \(possible), \(refused) refused")
    }

    @Test("a request dearer than the bucket waits for a full one, not for ever") func dear() {
        var bucket = BudgetBucket(RateBudget(scope: "s", limit: 5, window: .seconds(10)), now: start)
        bucket.learn(fact(5, 5), underWay: 0, now: start)
        #expect(bucket.time(of: 10, now: start) == start)
    }

    @Test("a vendor's figure counts, less what is under way") func learned() {
        var bucket = BudgetBucket(RateBudget(scope: "s", limit: 100, window: .seconds(100)), now: start)
        bucket.learn(fact(50, 20), underWay: 5, now: start)
        #expect(bucket.remaining(at: start) == 15)
        #expect(bucket.limit == 50)
        bucket.refuse(1, until: at(30), now: start)
        #expect(bucket.limit == 50)
        #expect(bucket.time(of: 1, now: at(10)) == at(32))
    }

    @Test("a limit that only answers speak of is waited out until the time they name") func factsOnly() {
        let bucket = BudgetBucket(fact(10, 0, resetsAt: at(9)), now: start)
        #expect(bucket.time(of: 1, now: start) == at(9))
        #expect(bucket.remaining(at: at(9)) == 10)
    }

    @Test("what was full again and is used up before an answer tells of it is waited for as long as before")
    func usedUpAgain() {
        var bucket = BudgetBucket(fact(4, 1, resetsAt: at(6)), now: start)
        for _ in 0..<4 { bucket.spend(1, now: at(7)) }
        #expect(bucket.time(of: 1, now: at(7)) == at(15))
        bucket.learn(fact(4, 0, resetsAt: at(13)), underWay: 0, now: at(7))
        #expect(bucket.time(of: 1, now: at(7)) == at(13))
    }

    @Test("a later sync goes on from what an earlier one left, unless that is a day old") func recalled() {
        let note = BudgetNote(scope: "s", limit: 100, remaining: 0, fullAt: at(100), notedAt: start)
        var bucket = BudgetBucket(RateBudget(scope: "s", limit: 10, window: .seconds(100)), now: at(50))
        bucket.recall(note, now: at(50))
        #expect(bucket.remaining(at: at(50)) == 50)
        var late = BudgetBucket(RateBudget(scope: "s", limit: 10, window: .seconds(100)), now: at(90_000))
        late.recall(note, now: at(90_000))
        #expect(!late.isConfirmed)
    }
}

@Suite struct WaitPlanTests {
    private func report(_ change: (inout IntegrationReport) -> Void) -> SyncReport {
        var entry = IntegrationReport(name: "a", type: "asana")
        change(&entry)
        var report = SyncReport()
        report.integrations = [entry]
        return report
    }

    @Test("a round follows when something becomes due, and none when nothing will") func due() {
        var plan = WaitPlan()
        let now = Timestamp.now
        #expect(plan.next(after: report { _ in }, now: now) == nil)
        #expect(
            plan.next(after: report { $0.nextDueAt = now.advanced(by: .seconds(9)) }, now: now)
                == now.advanced(by: .seconds(9)))
        #expect(
            plan.next(after: report { $0.nextDueAt = now.advanced(by: Limits.waitHorizon + .seconds(1)) }, now: now)
                == nil)
    }

    @Test("one that needs a person is left out for good; one that failed rests longer each time") func failures() {
        let now = Timestamp.now
        let failure = SyncFailure(.unreachable, "down")
        var plan = WaitPlan()
        let first = plan.next(
            after: report {
                $0.failure = failure; $0.due = 1
            }, now: now)
        let again = first.flatMap {
            plan.next(
                after: report {
                    $0.failure = failure; $0.due = 1
                }, now: $0)
        }
        #expect(first.map { $0 > now } == true)
        #expect(plan.resting(at: now) == ["a"])
        if let first, let again {
            #expect(again.milliseconds - first.milliseconds > first.milliseconds - now.milliseconds)
        }
        #expect(
            plan.next(
                after: report {
                    $0.failure = failure; $0.needsPerson = true; $0.due = 1
                }, now: now) == nil)
        #expect(plan.resting(at: now.advanced(by: .seconds(86_400))) == ["a"])
    }
}
