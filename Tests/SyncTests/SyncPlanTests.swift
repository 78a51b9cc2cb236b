import PatchbayModel
import PatchbaySync
import Testing

@testable import PatchbayCalls
@testable import PatchbayConnectors
@testable import PatchbayStore

/// What each end of a call means for the deliveries it carried.
@Suite struct SyncPlanTests {
    private let now = Timestamp(milliseconds: 1_000_000)
    private func deliveries(attempt: Int) -> [ClaimedDelivery] {
        (1...3).map { number in
            ClaimedDelivery(
                row: Int64(number), deliveryID: "d\(number)", task: TrackedTask(id: "t\(number)", title: "T"), fence: 7,
                attempt: attempt,
                firstAttemptAt: Timestamp(milliseconds: 900_000))
        }
    }

    private func plan(
        _ end: CallEnd, onceLeft: Bool = false, after: Int = 0, attempt: Int = 2, tooLarge: Int? = nil,
        of count: Int = 3
    ) -> SyncPlan {
        let deliveries = Array(deliveries(attempt: attempt).prefix(count))
        var evidence = CallEvidence()
        evidence.onceLeft = onceLeft
        evidence.effectAnswered = onceLeft
        evidence.requestsAfterOnce = after
        evidence.tooLarge = tooLarge
        return SyncPlan(
            end, evidence, deliveries: deliveries,
            moment: SyncPlan.Moment(startedAt: now, now: now, patience: .seconds(60), random: 1))
    }

    private func result(_ outcome: CallOutcome, _ outcomes: [TaskOutcome] = []) -> CallEnd {
        .answered(
            CallResult(
                outcome: outcome, code: nil, field: "f", message: "words", vendorRequestID: "r", outcomes: outcomes,
                missing: [],
                discovered: [],
                account: nil))
    }

    private func outcome(_ index: Int, _ kind: TaskOutcomeKind, externalID: String? = nil, code: String? = nil)
        -> TaskOutcome
    {
        TaskOutcome(
            index: index, kind: kind, isExhaustive: false, externalID: externalID, displayID: nil, url: nil,
            vendorRequestID: nil,
            code: code,
            field: "name", message: "no", warnings: [], remote: nil)
    }

    @Test("each task of a completed call goes its own way") func completed() {
        let plan = plan(
            result(.completed, [outcome(2, .refused), outcome(0, .created, externalID: "x")]), onceLeft: true)
        #expect(plan.updates.map(\.state) == [.delivered, .unknown, .refused])
        #expect(plan.updates[0].externalID == "x")
        #expect(plan.updates[2].errorCode == .taskRefused)
        #expect(plan.updates[2].errorField == "name")
        #expect(plan.updates[2].errorMessage == "no")
        #expect(plan.pace == .goOn)
        #expect(plan.updates.allSatisfy { $0.fence == 7 })
    }

    @Test("success without an id, or without a request that could bring it about, is not believed") func incredible() {
        #expect(plan(result(.completed, [outcome(0, .created)]), onceLeft: true).updates[0].state == .unknown)
        #expect(plan(result(.completed, [outcome(0, .created, externalID: "x")])).updates[0].state == .waiting)
    }

    @Test("a lost answer leaves the delivery unknown, an unreachable system leaves it waiting") func transfers() {
        #expect(
            plan(.lost("reset"), onceLeft: true).updates.allSatisfy {
                $0.state == .unknown && $0.errorCode == .outcomeUnknown
            })
        #expect(plan(.unreachable("refused")).updates.allSatisfy { $0.state == .waiting && $0.dueAt != nil })
        #expect(plan(.unreachable("refused"), onceLeft: true).updates.allSatisfy { $0.state == .unknown })
    }

    @Test(
        """
        what the system said it did nothing with goes again at once, and costs no attempt; not if something else may \
        have been done
        """
    )
    func declined() {
        let plan = plan(.declined("the stream was refused"))
        #expect(plan.updates.allSatisfy { $0.state == .pending && $0.dueAt == nil && !$0.attempted })
        // Three calls in a row are enough.
        guard case .failed(let failure) = plan.pace else { return _ = Issue.record("\(plan.pace)") }
        #expect(failure.code == .unreachable && failure.message == "the stream was refused")
        #expect(CallEnd.declined("").isOfNetwork)
        #expect(
            self.plan(.declined("the stream was refused"), onceLeft: true).updates.allSatisfy { $0.state == .unknown })
    }

    @Test("a dead connector leaves unknown only what may have been done") func crashed() {
        let error = ConnectorError(.connectorCrashed, "gone")
        #expect(plan(.connectorFailed(error)).updates.allSatisfy { $0.state == .waiting })
        #expect(plan(.connectorFailed(error), onceLeft: true).updates.allSatisfy { $0.state == .unknown })
    }

    @Test(
        "vendor fault and nonsense are unknown after the request that counts, waiting before it",
        arguments: [true, false])
    func faults(left: Bool) {
        for outcome in [CallOutcome.vendorFault(RetryTime(after: nil, at: nil)), .protocolError] {
            #expect(
                plan(result(outcome), onceLeft: left).updates.allSatisfy { $0.state == (left ? .unknown : .waiting) })
        }
    }

    @Test("a request to wait is obeyed to the millisecond, zero too") func throttled() {
        let later = plan(result(.throttled(RetryTime(after: .seconds(30), at: nil))), onceLeft: true)
        #expect(later.updates.allSatisfy { $0.state == .waiting && $0.dueAt == now.advanced(by: .seconds(30)) })
        #expect(later.pace == .pauseUntil(Pause(until: now.advanced(by: .seconds(30)))))
        #expect(plan(result(.throttled(RetryTime(after: .zero, at: nil)))).pace == .pauseUntil(Pause(until: now)))
        let zero = plan(result(.throttled(RetryTime(after: .zero, at: nil))), attempt: 1)
        #expect(zero.updates.allSatisfy { $0.dueAt == now })
        let both = RetryTime(after: .seconds(1), at: now.advanced(by: .seconds(9)))
        #expect(plan(result(.throttled(both))).pace == .pauseUntil(Pause(until: now.advanced(by: .seconds(9)))))
    }

    @Test("told to wait again and again, a delivery waits longer each time, and is never given up for it")
    func throttledAgain() {
        for (attempt, seconds) in [(2, 1), (3, 2), (6, 16), (40, 900)] {
            let updates = plan(result(.throttled(RetryTime(after: .zero, at: nil))), attempt: attempt).updates
            #expect(updates.allSatisfy { $0.state == .waiting && $0.dueAt == now.advanced(by: .seconds(seconds)) })
        }
    }

    @Test("a refusal of a later request says nothing about the one that counts") func laterRefusal() {
        for outcome in [
            CallOutcome.throttled(RetryTime(after: .zero, at: nil)), .authFailed(.rejected), .refused, .split,
        ] {
            #expect(
                plan(result(outcome), onceLeft: true, after: 1).updates.allSatisfy { $0.state == .unknown },
                "\(outcome)")
        }
    }

    @Test(
        "a token that fails stops the integration and leaves its deliveries due",
        arguments: [
            (AuthReason.expired, ErrorCode.tokenExpired), (.rejected, .tokenRejected), (.forbidden, .tokenForbidden),
        ])
    func auth(reason: AuthReason, code: ErrorCode) {
        let plan = plan(result(.authFailed(reason)), onceLeft: true)
        #expect(plan.updates.allSatisfy { $0.state == .waiting && $0.dueAt == now && $0.errorCode == code })
        guard case .stop(let failure) = plan.pace else {
            Issue.record("the integration goes on")
            return
        }
        #expect(failure.code == code)
    }

    @Test("what the connector wants to leave something out of goes once more at once, and once only") func again() {
        let deliveries = deliveries(attempt: 2)
        var evidence = CallEvidence()
        (evidence.onceLeft, evidence.effectAnswered, evidence.answered) = (true, true, 1)
        let moment = SyncPlan.Moment(startedAt: now, now: now, patience: .seconds(60), random: 1)
        let end = result(
            .completed,
            [outcome(0, .created, externalID: "x"), outcome(1, .deferred, code: "again"), outcome(2, .deferred)])
        let plan = SyncPlan(end, evidence, deliveries: deliveries, moment: moment)
        #expect(plan.again.map(\.row) == [2] && plan.updates.map(\.row) == [1, 3])
        #expect(plan.updates.map(\.state) == [.delivered, .waiting])
        let second = SyncPlan(end, evidence, deliveries: deliveries, isRepeat: true, moment: moment)
        #expect(second.again.isEmpty && second.updates.map(\.state) == [.delivered, .waiting, .waiting])
        // A server that failed on the way may have made it.
        evidence.faultAnswered = true
        let doubted = SyncPlan(end, evidence, deliveries: deliveries, moment: moment)
        #expect(doubted.again.isEmpty && doubted.updates.map(\.state) == [.delivered, .unknown, .unknown])
    }

    @Test("a place that was refused when it was asked about stops the integration, and refuses no task")
    func placeRefused() {
        var evidence = CallEvidence()
        evidence.answered = 1
        let moment = SyncPlan.Moment(startedAt: now, now: now, patience: .seconds(60), random: 1)
        let plan = SyncPlan(result(.refused), evidence, deliveries: deliveries(attempt: 1), moment: moment)
        #expect(plan.updates.allSatisfy { $0.state == .waiting && $0.dueAt == now && $0.errorCode == .requestRefused })
        guard case .stop = plan.pace else {
            Issue.record("the integration goes on")
            return
        }
        evidence.effectAnswered = true
        let said = SyncPlan(result(.refused), evidence, deliveries: deliveries(attempt: 1), moment: moment)
        #expect(said.updates.allSatisfy { $0.state == .refused })
    }

    @Test("a batch refused as a whole is split and nothing is recorded") func split() {
        let plan = plan(result(.split), onceLeft: true)
        #expect(plan.updates.isEmpty)
        #expect(plan.pace == .split)
    }

    @Test("whatever a connector makes of 413, the batch is halved, and what stands alone is refused with its size")
    func tooLarge() {
        let said = [
            result(.protocolError), result(.refused), result(.split),
            result(.vendorFault(RetryTime(after: nil, at: nil))),
            result(.completed, (0..<3).map { outcome($0, .unknown) }),
            result(.completed, (0..<3).map { outcome($0, .refused) }),
        ]
        for end in said {
            #expect(plan(end, onceLeft: true, tooLarge: 212_345).pace == .split, "\(end)")
            let alone = plan(end, onceLeft: true, tooLarge: 212_345, of: 1)
            #expect(alone.updates.map(\.state) == [.refused] && alone.updates[0].errorCode == .taskTooLarge, "\(end)")
            #expect(alone.updates[0].errorMessage?.contains("212345 bytes") == true && alone.pace == .goOn, "\(end)")
        }
        #expect(plan(.tooLarge(212_345)).pace == .split)
    }

    @Test("413 to a request that nobody finds too large is a fault that passes")
    func littleIsTooLarge() {
        let alone = plan(.tooLarge(230), onceLeft: true, tooLarge: 230, of: 1)
        #expect(alone.updates.map(\.state) == [.waiting])
        guard case .failed = alone.pace else {
            Issue.record("it goes on: \(alone.pace)")
            return
        }
    }

    @Test("413 beside a task that is there, or after a later request, refuses nothing") func tooLargeAndMore() {
        let made = result(.completed, [outcome(0, .created, externalID: "x"), outcome(1, .unknown)])
        #expect(plan(made, onceLeft: true, tooLarge: 9).updates.map(\.state) == [.delivered, .unknown, .unknown])
        #expect(
            plan(result(.protocolError), onceLeft: true, after: 1, tooLarge: 9).updates.allSatisfy {
                $0.state == .unknown
            })
    }

    @Test("being stopped puts back what had not left and marks what may have") func cancelled() {
        #expect(plan(.cancelled).updates.allSatisfy { $0.state == .pending && !$0.attempted })
        #expect(plan(.cancelled, onceLeft: true).updates.allSatisfy { $0.state == .unknown })
    }
}
