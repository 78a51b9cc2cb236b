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
                row: Int64(number), deliveryID: "d\(number)", task: TrackedTask(id: "t\(number)", title: "T"), fence: 7, attempt: attempt,
                firstAttemptAt: Timestamp(milliseconds: 900_000))
        }
    }

    private func plan(_ end: CallEnd, onceLeft: Bool = false, after: Int = 0, attempt: Int = 2) -> SyncPlan {
        let deliveries = deliveries(attempt: attempt)
        var evidence = CallEvidence()
        evidence.onceLeft = onceLeft
        evidence.effectAnswered = onceLeft
        evidence.requestsAfterOnce = after
        return SyncPlan(
            end, evidence, deliveries: deliveries, moment: SyncPlan.Moment(startedAt: now, now: now, patience: .seconds(60), random: 1))
    }

    private func result(_ outcome: CallOutcome, _ outcomes: [TaskOutcome] = []) -> CallEnd {
        .answered(
            CallResult(
                outcome: outcome, code: nil, field: "f", message: "words", vendorRequestID: "r", outcomes: outcomes, missing: [],
                discovered: [],
                account: nil))
    }

    private func outcome(_ index: Int, _ kind: TaskOutcomeKind, externalID: String? = nil) -> TaskOutcome {
        TaskOutcome(
            index: index, kind: kind, isExhaustive: false, externalID: externalID, displayID: nil, url: nil, vendorRequestID: nil,
            code: nil,
            field: "name", message: "no", warnings: [], remote: nil)
    }

    @Test("each task of a completed call goes its own way") func completed() {
        let plan = plan(result(.completed, [outcome(2, .refused), outcome(0, .created, externalID: "x")]), onceLeft: true)
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
        #expect(plan(.lost("reset"), onceLeft: true).updates.allSatisfy { $0.state == .unknown && $0.errorCode == .outcomeUnknown })
        #expect(plan(.unreachable("refused")).updates.allSatisfy { $0.state == .waiting && $0.dueAt != nil })
        #expect(plan(.unreachable("refused"), onceLeft: true).updates.allSatisfy { $0.state == .unknown })
    }

    @Test("a dead connector leaves unknown only what may have been done") func crashed() {
        let error = ConnectorError(.connectorCrashed, "gone")
        #expect(plan(.connectorFailed(error)).updates.allSatisfy { $0.state == .waiting })
        #expect(plan(.connectorFailed(error), onceLeft: true).updates.allSatisfy { $0.state == .unknown })
    }

    @Test("vendor fault and nonsense are unknown after the request that counts, waiting before it", arguments: [true, false])
    func faults(left: Bool) {
        for outcome in [CallOutcome.vendorFault(RetryTime(after: nil, at: nil)), .protocolError] {
            #expect(plan(result(outcome), onceLeft: left).updates.allSatisfy { $0.state == (left ? .unknown : .waiting) })
        }
    }

    @Test("a request to wait is obeyed to the millisecond, zero too") func throttled() {
        let later = plan(result(.throttled(RetryTime(after: .seconds(30), at: nil))), onceLeft: true)
        #expect(later.updates.allSatisfy { $0.state == .waiting && $0.dueAt == now.advanced(by: .seconds(30)) })
        #expect(later.pace == .pauseUntil(now.advanced(by: .seconds(30))))
        #expect(plan(result(.throttled(RetryTime(after: .zero, at: nil)))).pace == .pauseUntil(now))
        let zero = plan(result(.throttled(RetryTime(after: .zero, at: nil))), attempt: 1)
        #expect(zero.updates.allSatisfy { $0.dueAt == now })
        let both = RetryTime(after: .seconds(1), at: now.advanced(by: .seconds(9)))
        #expect(plan(result(.throttled(both))).pace == .pauseUntil(now.advanced(by: .seconds(9))))
    }

    @Test("told to wait again and again, a delivery waits longer each time, and is never given up for it") func throttledAgain() {
        for (attempt, seconds) in [(2, 1), (3, 2), (6, 16), (40, 900)] {
            let updates = plan(result(.throttled(RetryTime(after: .zero, at: nil))), attempt: attempt).updates
            #expect(updates.allSatisfy { $0.state == .waiting && $0.dueAt == now.advanced(by: .seconds(seconds)) })
        }
    }

    @Test("a refusal of a later request says nothing about the one that counts") func laterRefusal() {
        for outcome in [CallOutcome.throttled(RetryTime(after: .zero, at: nil)), .authFailed(.rejected), .refused, .split] {
            #expect(plan(result(outcome), onceLeft: true, after: 1).updates.allSatisfy { $0.state == .unknown }, "\(outcome)")
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

    @Test("a batch refused as a whole is split and nothing is recorded") func split() {
        let plan = plan(result(.split), onceLeft: true)
        #expect(plan.updates.isEmpty)
        #expect(plan.pace == .split)
    }

    @Test("being stopped puts back what had not left and marks what may have") func cancelled() {
        #expect(plan(.cancelled).updates.allSatisfy { $0.state == .pending && !$0.attempted })
        #expect(plan(.cancelled, onceLeft: true).updates.allSatisfy { $0.state == .unknown })
    }
}
