import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// The look-ups: what is unknown is looked for where, as whom and with what it was sent.
extension IntegrationPass {
    /// Witnesses that travel with the unknown deliveries of one look-up; 0 where a look-up takes one task alone.
    private var witnessRoom: Int { findMax.map { min(Limits.witnessesMax, $0 / 2) } ?? 0 }

    /// Looks up what is unknown and due; ends dead leases on the way, also for a connector that cannot look up.
    func findLane() async {
        // Who names an integration wants to know now: what waits for long is looked up, once; what another host looks
        // up waits a lease at most.
        let now = Timestamp.now
        if isNamed {
            let later = now.advanced(by: Limits.leaseDuration)
            _ = try? await store.hastenLookUps(integrationID: integrationID, later: later, now: now)
        }
        while await mayGoOn() {
            let begun = Timestamp.now
            do {
                let request = ClaimRequest(
                    integrationID: integrationID, scope: scope,
                    limit: findMax.map { min($0 - witnessRoom, state.withLock(\.lookUpMax)) } ?? 0, now: .now,
                    lease: Limits.leaseDuration)
                let deliveries = try await store.claimUnknown(request)
                if deliveries.isEmpty, await hearsOfPause(since: begun) { continue }
                if deliveries.isEmpty { return }
                for (origin, group) in Self.byPlace(deliveries) { try await find(group, from: origin) }
            } catch {
                stop(SyncFailure(error, context: context))
                return
            }
        }
    }

    /// Those that are to be looked for in one place go together.
    private static func byPlace(_ deliveries: [ClaimedDelivery]) -> [(AttemptOrigin?, [ClaimedDelivery])] {
        var groups: [(origin: AttemptOrigin?, deliveries: [ClaimedDelivery])] = []
        for delivery in deliveries {
            let origin = delivery.lookUp?.origin
            let place = groups.firstIndex { group in
                guard let origin, let other = group.origin else { return group.origin == nil && origin == nil }
                return origin.isSamePlace(as: other)
            }
            if let place { groups[place].deliveries.append(delivery) } else { groups.append((origin, [delivery])) }
        }
        return groups
    }

    private func find(_ deliveries: [ClaimedDelivery], from origin: AttemptOrigin?) async throws {
        let (startedAt, startedClock) = (Timestamp.now, RunningTime.now)
        let isElsewhere = origin.map { !$0.isAssumed && !$0.isSamePlace(as: state.withLock(\.link.origin)) } ?? false
        let link: IntegrationLink
        do {
            link =
                isElsewhere
                ? try await newLink(store.token(integrationID: integrationID), attempted: origin)
                : state.withLock(\.link)
        } catch let error as CallError where isElsewhere {
            // It concerns what was sent elsewhere, and nothing else.
            let end = CallEnd.connectorFailed(error)
            let ground = LookUpGround(witnesses: .none, account: .notAsked)
            let plan = FindPlan(
                end, CallEvidence(), deliveries: deliveries, ground: ground, moment: moment(startedAt, startedClock))
            return tell(plan.updates, deliveries, stale: try await store.record(plan.updates))
        }
        let begun = moment(startedAt, startedClock)
        let mayBeOver = deliveries.contains { delivery in
            delivery.lookUp.map { Patience($0, begun, CallEvidence()).isOver || $0.vendorAfter != nil } ?? false
        }
        // What is missed is sent as things are today: only if they are as at the attempt, the account and the
        // connector's very file too, does the same delivery id make nothing new.
        let isRepeatable = link.descriptor.createRepeatable && origin?.accountID != nil && origin == link.origin
        let needsProof = mayBeOver && !isRepeatable
        let witnesses = needsProof ? try await self.witnesses(link, deliveries) : []
        let together = witnesses.prefix(witnessRoom)
        let tasks = deliveries.map { lookUpTask($0) } + together.map { witnessTask($0, link) }
        let (end, evidence, session) = await converse(
            ConnectorOperation(.find, now: startedAt, tasks: tasks), over: link)
        if Self.wasTooLarge(end, evidence), deliveries.count > 1 {
            let half = (deliveries.count + 1) / 2
            state.withLock { $0.lookUpMax = min($0.lookUpMax, half) }
            try await find(Array(deliveries[..<half]), from: origin)
            return try await find(Array(deliveries[half...]), from: origin)
        }
        let misses = Self.exhaustiveMisses(end, deliveries.count)
        var ground = LookUpGround(
            witnesses: Self.seen(Array(together), in: end, from: deliveries.count), account: .notAsked,
            // A look-up that does not know its account names no candidates.
            token: link.origin.accountID == nil ? "" : TokenMark(link).text, isRepeatable: isRepeatable)
        ground.isElsewhere = isElsewhere
        ground.place = AttemptOrigin.place(of: link.integration)
        if needsProof, misses {
            if together.isEmpty, let alone = witnesses.first { ground.witnesses = await look(for: alone, link) }
            ground.account = await account(over: link)
        }
        let plan = FindPlan(
            end, evidence, deliveries: deliveries, ground: ground, moment: moment(startedAt, startedClock))
        tell(plan.updates, deliveries, stale: try await store.record(plan.updates))
        await adopt(plan.pace, end, session)
    }

    /// Whatever the connector makes of 413: less may go through.
    private static func wasTooLarge(_ end: CallEnd, _ evidence: CallEvidence) -> Bool {
        guard evidence.lastStatus == 413, case .answered(let result) = end else { return false }
        return result.outcome != .completed
    }

    private func lookUpTask(_ delivery: ClaimedDelivery) -> OperationTask {
        let before = delivery.lookUp?.vendorBefore
        let wide = delivery.firstAttemptAt.advanced(by: .zero - Limits.windowGuess)
        var opens = before?.advanced(by: .zero - Limits.clockSkew) ?? wide
        // What two looks have not found may be older than the vendor's clock said.
        if let number = delivery.lookUp?.number, number > 2 { opens = min(opens, wide) }
        let attempt = AttemptFacts(
            number: delivery.attempt, windowIsSure: before != nil, startedAt: delivery.firstAttemptAt,
            vendorDate: before,
            account: delivery.lookUp?.origin?.accountID)
        return OperationTask(task: delivery.task, deliveryID: delivery.deliveryID, attemptedAt: opens, attempt: attempt)
    }

    // MARK: Witnesses

    /// Others at each further look-up, because a person may have removed the first ones.
    private func witnesses(_ link: IntegrationLink, _ deliveries: [ClaimedDelivery]) async throws -> [Witness] {
        let skip = (deliveries.compactMap(\.lookUp?.number).max() ?? 1) - 1
        let origin = deliveries.first?.lookUp?.origin.flatMap { $0.isAssumed ? nil : $0 } ?? link.origin
        return try await store.witnesses(
            integrationID: integrationID, origin: origin, skip: skip % 10 * Limits.witnessesMax,
            limit: Limits.witnessesMax)
    }

    /// Its window is only to hold it: one that it misses costs certainty and nothing else, so our clock will do, less
    /// what it is known to be ahead by.
    private func witnessTask(_ witness: Witness, _ link: IntegrationLink) -> OperationTask {
        let skew = link.vendor.last?.skew
        let opens = witness.sentAt.advanced(by: .zero - (skew.map { $0 + Limits.clockSkew } ?? Limits.windowGuess))
        let attempt = AttemptFacts(
            number: 1, windowIsSure: false, startedAt: witness.sentAt, vendorDate: nil, account: link.origin.accountID)
        return OperationTask(
            task: witness.task, deliveryID: witness.deliveryID, externalID: witness.externalID, attemptedAt: opens,
            isWitness: true,
            attempt: attempt)
    }

    /// Whether one of them was found, under its own external id.
    private static func seen(_ witnesses: [Witness], in end: CallEnd, from place: Int) -> LookUpGround.Witnesses {
        if witnesses.isEmpty { return .none }
        guard case .answered(let result) = end, result.outcome == .completed else { return .missing(witnesses.count) }
        let shows = result.outcomes.contains { outcome in
            outcome.index >= place && outcome.kind == .found
                && outcome.externalID == witnesses[outcome.index - place].externalID
        }
        return shows ? .shown : .missing(witnesses.count)
    }

    /// For a connector that looks up one task at a time.
    private func look(for witness: Witness, _ link: IntegrationLink) async -> LookUpGround.Witnesses {
        let operation = ConnectorOperation(.find, now: .now, tasks: [witnessTask(witness, link)])
        let (end, evidence, _) = await converse(operation, over: link)
        return evidence.answered > 0 ? Self.seen([witness], in: end, from: 0) : .missing(1)
    }

    // MARK: Account

    private static func exhaustiveMisses(_ end: CallEnd, _ count: Int) -> Bool {
        guard case .answered(let result) = end, result.outcome == .completed else { return false }
        return result.outcomes.contains { $0.index < count && $0.kind == .notFound && $0.isExhaustive }
    }

    /// Whose token it is, asked after a look-up on which something hangs: a key may have been replaced, its user
    /// locked.
    private func account(over link: IntegrationLink) async -> LookUpGround.Account {
        guard link.descriptor.operations[.check] != nil else { return .untold }
        let (end, _, _) = await converse(ConnectorOperation(.check, now: .now), over: link)
        guard case .answered(let result) = end, result.outcome == .completed else {
            return .failed(CallSummary(end, now: .now).failure.message)
        }
        guard let account = result.account, !account.isUntold, let id = account.id, !id.isEmpty else { return .untold }
        try? await store.noteLookUps(integrationID: integrationID, account.lookUps)
        try? await store.noteAccount(tokenID: link.tokenID, generation: link.generation, accountID: id)
        return .known(id, account.lookUps)
    }

    /// Who the token is, and the link by which that was asked. What passes, a worker that died or an answer that was
    /// lost, is tried again: what is sent without an account has to be settled by a person when its answer is lost.
    private func askedAccount() async -> (RemoteAccount, IntegrationLink)? {
        for _ in 0..<Limits.exchangeAttemptsMax {
            guard await mayGoOn() else { return nil }
            let link = state.withLock(\.link)
            let (end, _, _) = await converse(ConnectorOperation(.check, now: .now), over: link)
            switch end {
            case .answered(let result):
                guard result.outcome == .completed, let account = result.account else { return nil }
                return (account, link)
            case .connectorFailed: await reopen()
            case .lost, .unreachable, .declined: continue
            case .credentialFailed, .paused, .tooLarge, .cancelled: return nil
            }
        }
        return nil
    }

    /// Learns, before anything is sent for the first time, what a lost answer would be looked up by: whose token it is,
    /// whether its look-ups can be certain, and how the vendor's clock stands. That a check fails stops nothing: it
    /// only leaves less to go by.
    func learnGround() async {
        let before = state.withLock(\.link)
        let isKnown = before.vendor.last != nil && before.origin.accountID != nil
        guard !isKnown, before.descriptor.operations[.check] != nil,
            let due = try? await store.due(integrationID: integrationID, scope: scope, limit: 1, now: .now),
            !due.isEmpty
        else { return }
        guard let (account, link) = await askedAccount() else { return }
        do {
            try await store.noteLookUps(integrationID: integrationID, account.lookUps)
            if let clock = link.vendor.last { try await store.noteVendorClock(integrationID: integrationID, clock) }
            if let id = account.id, !account.isUntold {
                try await store.noteAccount(tokenID: link.tokenID, generation: link.generation, accountID: id)
            }
            // Read anew, because a person may have changed it meanwhile.
            guard var integration = try await store.integration(id: integrationID) else { return }
            let isNew = integration.facts != account.facts
            integration.facts = account.facts
            if isNew { try await store.noteFacts(integrationID: integrationID, account.facts) }
            let fresh = try await newLink(store.token(integrationID: integrationID), to: integration)
            state.withLock { $0.link = fresh }
        } catch {
            stop(SyncFailure(error, context: context))
        }
    }
}
