import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// The lanes: each claims a batch, calls, and records what came of it together with the claim of its next batch.
extension IntegrationPass {
    /// A batch that a lane holds, with the budget's leave to send it.
    private struct Turn {
        let deliveries: [ClaimedDelivery]
        /// What was noted with the claim: a batch goes where, as whom and with what its deliveries say that it went.
        let link: IntegrationLink
        /// Whatever leaves must be answered or given up while the lease holds: then no other host can take it for lost.
        let sendBefore: RunningTime
        let leave: Leave
        /// Fired when what the connector has to look up first is known.
        let lookUps = EndSignal()

        /// As many as the lane could take: there may be more for others.
        var isFull: Bool { deliveries.count == leave.admission.batchMax }
    }

    /// Leave to claim and begin a call: of the token's budget, and of the sync's allowance.
    private struct Leave {
        let budget: TokenBudget
        let admission: Admission
        let granted: Int

        func end() async { await budget.end(admission) }
    }

    /// Runs a lane until nothing is left for it. With a first full batch it starts another lane, as long as `more` are
    /// allowed: where little is due, few lanes ask for it. The other begins when the look-ups of that batch are done,
    /// and need not do them again.
    func lane(more: Int) async {
        state.withLock { $0.lanes += 1 }
        defer { state.withLock { $0.lanes -= 1 } }
        await withTaskGroup(of: Void.self) { group in
            var isLast = more == 0
            var next: Turn?
            do {
                while true {
                    if next == nil { next = try await firstTurn() }
                    guard let turn = next else { return }
                    if !isLast, turn.isFull {
                        group.addTask {
                            await Self.afterLookUps(of: turn)
                            await self.lane(more: more - 1)
                        }
                        isLast = true
                    }
                    next = try await serve(turn)
                }
            } catch {
                // The store failed: what was claimed keeps its lease and becomes unknown when that ends.
                stop(SyncFailure(error, context: context))
            }
        }
    }

    /// Waits for a batch's look-ups, but not for long: a task whose look-up hangs must hold up no other.
    private static func afterLookUps(of turn: Turn) async {
        let limit = Task {
            try await Task.sleep(for: Limits.lookUpsWait)
            turn.lookUps.fire()
        }
        await turn.lookUps.wait()
        limit.cancel()
    }

    /// Waits until a call may begin, and claims its batch; nil when there is nothing more for this lane.
    private func firstTurn() async throws -> Turn? {
        while await mayGoOn() {
            let begun = Timestamp.now
            let budget = state.withLock(\.link.budget)
            guard let admission = await admitted(budget) else { return nil }
            switch await share.take(admission.batchMax, for: integrationID) {
            case .granted(let granted):
                let leave = Leave(budget: budget, admission: admission, granted: granted)
                if let next = try await turn(leave, { try await store.claim($0) }) { return next }
                guard await hearsOfPause(since: begun) else { return nil }
            case .none:
                await budget.end(admission)
                return nil
            case .later:
                // What others leave of the limit is worth waiting for only where something is due.
                await budget.end(admission)
                guard try await isAnythingDue() else { return nil }
                await drain.sleep(until: Timestamp.now.advanced(by: Limits.budgetLookTime))
            }
        }
        return nil
    }

    private func isAnythingDue() async throws -> Bool {
        try await !store.due(integrationID: integrationID, scope: scope, limit: 1, now: .now).isEmpty
    }

    /// Leave for the turn after this one, if it is there at once: nobody waits with outcomes in hand.
    private func nextLeave() async -> Leave? {
        let rests = state.withLock { $0.notBefore.map { $0 > .now } ?? false }
        guard mayStillSend, !rests else { return nil }
        let budget = state.withLock(\.link.budget)
        guard case .now(let admission) = await budget.admit(batchMax: batchMax, now: .now) else { return nil }
        let granted = share.takeAtOnce(admission.batchMax, for: integrationID)
        if granted > 0 { return Leave(budget: budget, admission: admission, granted: granted) }
        await budget.end(admission)
        return nil
    }

    /// The turn that `claim` brings; what is not needed of the leave goes back, also when the store fails.
    private func turn(_ leave: Leave, _ claim: (ClaimRequest) async throws -> [ClaimedDelivery]) async throws -> Turn? {
        let (now, clock) = (Timestamp.now, RunningTime.now)
        let link = state.withLock(\.link)
        var deliveries: [ClaimedDelivery] = []
        defer { share.settle(leave.granted, used: deliveries.count) }
        do {
            deliveries = try await claim(
                ClaimRequest(
                    integrationID: integrationID, scope: scope, limit: leave.granted, now: now, clock: clock,
                    lease: Limits.leaseDuration,
                    origin: link.origin, target: link.target, vendorDate: link.vendor.last?.date))
        } catch {
            await leave.end()
            throw error
        }
        guard !deliveries.isEmpty else {
            await leave.end()
            return nil
        }
        let sendBefore = clock.advanced(by: Limits.leaseDuration - Limits.exchangeTimeout)
        return Turn(deliveries: deliveries, link: link, sendBefore: sendBefore, leave: leave)
    }

    /// Sends a batch and records what came of it. Gives the lane's next turn, if that could be claimed in the same
    /// visit to the store.
    private func serve(_ turn: Turn) async throws -> Turn? {
        defer { turn.lookUps.fire() }
        do {
            let next = try await deliver(turn.deliveries, turn, isWhole: true)
            await turn.leave.end()
            return next
        } catch {
            await turn.leave.end()
            throw error
        }
    }

    private func deliver(_ deliveries: [ClaimedDelivery], _ turn: Turn, isWhole: Bool, isRepeat: Bool = false)
        async throws -> Turn?
    {
        let (startedAt, startedClock) = (Timestamp.now, RunningTime.now)
        let tasks = deliveries.map { OperationTask(task: $0.task, deliveryID: $0.deliveryID) }
        let operation = ConnectorOperation(.create, now: startedAt, tasks: tasks)
        let (end, evidence, session) = await converse(
            operation, over: turn.link, isWhole ? turn.leave.admission : nil,
            // What cannot be halved any more is sent, to hear what is said of it.
            bodyBytesMax: deliveries.count > 1 ? state.withLock(\.bodyBytesMax) : .max,
            maySend: { RunningTime.now.milliseconds < turn.sendBefore.milliseconds && self.mayStillSend },
            afterLookUps: { turn.lookUps.fire() })
        if let bytes = evidence.tooLarge { state.withLock { $0.bodyBytesMax = min($0.bodyBytesMax, bytes - 1) } }
        let plan = SyncPlan(
            end, evidence, deliveries: deliveries, isRepeat: isRepeat, moment: moment(startedAt, startedClock))
        if case .split = plan.pace {
            let half = deliveries.count / 2
            _ = try await deliver(Array(deliveries[..<half]), turn, isWhole: false, isRepeat: isRepeat)
            _ = try await deliver(Array(deliveries[half...]), turn, isWhole: false, isRepeat: isRepeat)
            return nil
        }
        // Before the outcomes are there to be claimed: what is to rest or to stop must not be taken up again at once.
        await adopt(plan.pace, end, session)
        guard plan.again.isEmpty else {
            if !plan.updates.isEmpty { _ = try await record(plan.updates, of: deliveries, next: nil) }
            _ = try await deliver(plan.again, turn, isWhole: false, isRepeat: true)
            return nil
        }
        let next = try await record(plan.updates, of: deliveries, next: isWhole ? await nextLeave() : nil)
        await noteBudgetNowAndThen()
        return next
    }

    /// Writes outcomes, and claims the turn after in the same visit where there is leave for one.
    private func record(_ updates: [DeliveryUpdate], of deliveries: [ClaimedDelivery], next leave: Leave?) async throws
        -> Turn?
    {
        guard let leave else {
            tell(updates, deliveries, stale: try await store.record(updates))
            return nil
        }
        // One half of the lanes fills the places at the vendor's; the other may wait for each other.
        let company = state.withLock(\.lanes) / 2
        return try await turn(leave) { request in
            let (stale, next) = try await store.record(updates, thenClaim: request, company: company)
            tell(updates, deliveries, stale: stale)
            return try next.get()
        }
    }

    /// Waits until the token's budget has room for a further call. When that is long, the integration rests until then,
    /// and the answer is nil: waiting is planned before anything is claimed.
    private func admitted(_ budget: TokenBudget) async -> Admission? {
        while true {
            let wait: BudgetWait
            let isIdle: Bool
            switch await budget.admit(batchMax: batchMax, now: .now) {
            case .now(let admission): return admission
            case .later(let later, let idle): (wait, isIdle) = (later, idle)
            case .afterProbe:
                await budget.probed()
                guard await mayGoOn() else { return nil }
                continue
            }
            if drain.isRaised || Task.isCancelled || state.withLock(\.stopped) { return nil }
            // Waiting for room with nothing to send would only keep the sync from ending.
            guard (try? await isAnythingDue()) == true else { return nil }
            if isIdle, wait.until > Timestamp.now.advanced(by: Limits.pauseInsideSyncMax) {
                if wait.isOfKind { hold(until: wait.until) } else { await rest(Pause(until: wait.until)) }
                return nil
            }
            // What is under way will tell more, or end.
            let look = Timestamp.now.advanced(by: Limits.budgetLookTime)
            await drain.sleep(until: isIdle ? wait.until : min(wait.until, look))
        }
    }

    /// False when this lane is to end; waits out a short pause.
    func mayGoOn() async -> Bool {
        while true {
            let (stopped, notBefore) = state.withLock { ($0.stopped, $0.notBefore) }
            if stopped || drain.isRaised || Task.isCancelled { return false }
            guard let notBefore, Timestamp.now < notBefore else { return true }
            let left = Duration.milliseconds(notBefore.milliseconds - Timestamp.now.milliseconds)
            guard left <= Limits.pauseInsideSyncMax else { return false }
            do { try await Task.sleep(for: left) } catch { return false }
        }
    }
}
