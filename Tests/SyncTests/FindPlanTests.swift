import PatchbayModel
import Testing

@testable import PatchbayCalls
@testable import PatchbayConnectors
@testable import PatchbayStore
@testable import PatchbaySync

/// What a look-up means for an unknown delivery.
@Suite struct FindPlanTests {
    private let since = Timestamp(milliseconds: 1_000_000)

    private func update(
        _ kind: TaskOutcomeKind, exhaustive: Bool = true, externalID: String? = nil, secondsAfter: Int, number: Int = 1, lasting: Int = 0
    ) -> DeliveryUpdate {
        let outcome = TaskOutcome(
            index: 0, kind: kind, isExhaustive: exhaustive, externalID: externalID, displayID: nil, url: nil, vendorRequestID: nil,
            code: nil,
            field: nil, message: nil, warnings: [], remote: nil)
        return update(.completed, [outcome], secondsAfter: secondsAfter, number: number, lasting: lasting)
    }

    private func update(
        _ call: CallOutcome, _ outcomes: [TaskOutcome] = [], secondsAfter: Int, number: Int = 1, lasting: Int = 0
    ) -> DeliveryUpdate {
        let delivery = ClaimedDelivery(
            row: 1, deliveryID: "d", task: TrackedTask(id: "t", title: "T"), fence: 3, attempt: 1, firstAttemptAt: since,
            lookUp: LookUp(number: number, unknownSince: since))
        let result = CallResult(
            outcome: call, code: nil, field: nil, message: nil, vendorRequestID: nil, outcomes: outcomes, missing: [], discovered: [],
            account: nil)
        let now = since.advanced(by: .seconds(secondsAfter))
        let moment = SyncPlan.Moment(startedAt: now, now: now.advanced(by: .seconds(lasting)), patience: .seconds(60), random: 1)
        return FindPlan(.answered(result), CallEvidence(), deliveries: [delivery], moment: moment).updates[0]
    }

    @Test("what is found is delivered, at any time") func found() {
        let found = update(.found, externalID: "x", secondsAfter: 0)
        #expect(found.state == .delivered)
        #expect(found.externalID == "x")
        #expect(found.operation == .find)
    }

    @Test("a miss is certain only after a whole patience, and only if the look-up could see everything") func misses() {
        #expect(update(.notFound, secondsAfter: 59).state == .unknown)
        #expect(update(.notFound, secondsAfter: 60).state == .pending)
        #expect(update(.notFound, exhaustive: false, secondsAfter: 60).state == .unknown)
    }

    @Test("nothing is sent again after a look-up that failed, gave no outcome, or found without an id") func failures() {
        let fault = CallOutcome.vendorFault(RetryTime(after: nil, at: nil))
        for call in [fault, .protocolError, .split, .authFailed(.expired), .throttled(RetryTime(after: .zero, at: nil)), .refused] {
            #expect(update(call, secondsAfter: 100).state == .unknown)
        }
        #expect(update(.completed, secondsAfter: 100).state == .unknown)
        #expect(update(.found, secondsAfter: 100).state == .unknown)
        #expect(update(.refused, secondsAfter: 100).state == .unknown)
    }

    @Test("looks come later and later, one falls on the end of patience, and after it they are rare") func times() {
        func next(_ number: Int, _ seconds: Int) -> Int64? {
            update(.notFound, exhaustive: false, secondsAfter: seconds, number: number).dueAt.map {
                ($0.milliseconds - since.milliseconds) / 1_000
            }
        }
        #expect(next(1, 0) == 5)
        #expect(next(2, 5) == 25)
        #expect(next(3, 25) == 60)
        #expect(next(4, 60) == 60 + Limits.lookUpPauseRare.components.seconds)
    }

    @Test("a look-up that began before patience ended and was answered after is followed by another at once") func straddling() {
        let late = update(.notFound, secondsAfter: 59, number: 4, lasting: 3)
        #expect(late.state == .unknown)
        #expect(late.dueAt == since.advanced(by: .seconds(62)))
    }
}

@Suite struct BudgetBucketTests {
    private let start = Timestamp(milliseconds: 0)
    private func at(_ seconds: Double) -> Timestamp { Timestamp(milliseconds: Int64(seconds * 1_000)) }
    private func fact(_ limit: Int64?, _ remaining: Int64?, resetsAt: Timestamp? = nil) -> BudgetFact {
        BudgetFact(scope: "s", limit: limit, remaining: remaining, resetsAt: resetsAt)
    }

    @Test("a connector's guess is not enforced; the first refusal tells the limit, and units then refill evenly") func learnedByRefusal() {
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

    /// A vendor that tells nothing but when to come back, in whole seconds; virtual time, the true windows.
    @Test(
        "from an unknown budget, over ten true windows: at most one refusal in 1,000 units, and nine tenths of the limit",
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
        #expect(plan.next(after: report { $0.nextDueAt = now.advanced(by: .seconds(9)) }, now: now) == now.advanced(by: .seconds(9)))
        #expect(plan.next(after: report { $0.nextDueAt = now.advanced(by: Limits.waitHorizon + .seconds(1)) }, now: now) == nil)
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
        if let first, let again { #expect(again.milliseconds - first.milliseconds > first.milliseconds - now.milliseconds) }
        #expect(
            plan.next(
                after: report {
                    $0.failure = failure; $0.needsPerson = true; $0.due = 1
                }, now: now) == nil)
        #expect(plan.resting(at: now.advanced(by: .seconds(86_400))) == ["a"])
    }
}
