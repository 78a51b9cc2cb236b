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
        _ kind: TaskOutcomeKind, exhaustive: Bool = true, externalID: String? = nil, secondsAfter: Int, number: Int = 1,
        lasting: Int = 0,
        answered: Int = 1
    ) -> DeliveryUpdate {
        let outcome = TaskOutcome(index: 0, kind: kind, isExhaustive: exhaustive, externalID: externalID)
        return update(
            .completed, [outcome], secondsAfter: secondsAfter, number: number, lasting: lasting, answered: answered)
    }

    /// A look-up of which all is known that may be asked for.
    private func update(
        _ call: CallOutcome, _ outcomes: [TaskOutcome] = [], secondsAfter: Int, number: Int = 1, lasting: Int = 0,
        answered: Int = 1
    ) -> DeliveryUpdate {
        let lookUp = LookUp(
            number: number, unknownSince: since, origin: Ground.origin(account: "me"),
            closedAt: RunningTime(boot: "b", milliseconds: 1_000_000))
        let delivery = ClaimedDelivery(
            row: 1, deliveryID: "d", task: TrackedTask(id: "t", title: "T"), fence: 3, attempt: 1,
            firstAttemptAt: since, lookUp: lookUp)
        let result = CallResult(outcome: call, outcomes: outcomes)
        var evidence = CallEvidence()
        evidence.answered = answered
        return FindPlan(
            .answered(result), evidence, deliveries: [delivery],
            ground: LookUpGround(witnesses: .shown, account: .known("me", .proved)),
            moment: Ground.moment(since, secondsAfter: secondsAfter, lasting: lasting)
        ).updates[0]
    }

    @Test("what is found is delivered, at any time, unless nothing was asked") func found() {
        let found = update(.found, externalID: "x", secondsAfter: 0)
        #expect(found.state == .delivered)
        #expect(found.externalID == "x")
        #expect(found.operation == .find)
        #expect(update(.found, externalID: "x", secondsAfter: 0, answered: 0).state == .unknown)
    }

    @Test("a miss is certain only after a whole patience, and only if the look-up could see everything") func misses() {
        #expect(update(.notFound, secondsAfter: 59).state == .unknown)
        #expect(update(.notFound, secondsAfter: 60).state == .pending)
        #expect(update(.notFound, exhaustive: false, secondsAfter: 60).state == .unknown)
        #expect(update(.notFound, secondsAfter: 60, answered: 0).state == .unknown)
    }

    @Test("nothing is sent again after a look-up that failed, gave no outcome, or found without an id") func failures()
    {
        let fault = CallOutcome.vendorFault(RetryTime(after: nil, at: nil))
        for call in [
            fault, .protocolError, .split, .authFailed(.expired), .throttled(RetryTime(after: .zero, at: nil)),
            .refused,
        ] {
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

    @Test("a look-up that began before patience ended and was answered after is followed by another at once")
    func straddling() {
        let late = update(.notFound, secondsAfter: 59, number: 4, lasting: 3)
        #expect(late.state == .unknown)
        #expect(late.dueAt == since.advanced(by: .seconds(63)))
    }
}
