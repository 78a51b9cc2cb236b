import Logging
import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore
import PatchbayTransport
import Synchronization

/// Serves one integration in one sync: several lanes, each claiming a batch, calling, recording, until nothing is due.
///
/// Lanes share nothing but the pace: when one is told to wait or to stop, none begins a further call.
final class IntegrationPass: Sendable {
    struct State {
        var link: IntegrationLink
        var report: IntegrationReport
        var notBefore: Timestamp?
        /// Lanes that have not ended.
        var lanes = 0
        var stopped = false
        var failedCalls = 0
        /// That of the last call which failed because of its connector: all calls that were open then end with one
        /// worker, which is one failure.
        var failedSession: ConnectorSession?
        var isBroken = false
        /// The last word on each delivery that was tried and is not there, so that one tried again counts once.
        var undelivered: [Int64: DeliveryState] = [:]
        /// Deliveries put back to pending by a look-up.
        var returned = 0
        var budgetNotedAt = Timestamp.now
        /// The largest body of which it is not known yet that the system, or a proxy, refuses it for its size.
        var bodyBytesMax = Int.max
        /// Unknown deliveries in one look-up, as far as none so large was refused for its size.
        var lookUpMax = Int.max
        var token = TokenState()
    }

    let scope: DeliveryScope
    /// The user asked for this integration.
    let isNamed: Bool
    let store: any Store
    let links: LinkMaker
    private let transport: Transport
    let logger: Logger
    let share: SyncShare
    let drain: DrainSignal
    let state: Mutex<State>
    let integrationID: Int64
    let context: ErrorContext
    let batchMax: Int
    /// Unknown deliveries in one look-up; nil where the connector has none.
    let findMax: Int?
    let patience: Duration
    private let lanesMax: Int

    init(
        link: IntegrationLink, scope: DeliveryScope, isNamed: Bool, store: any Store, links: LinkMaker,
        transport: Transport,
        logger: Logger, share: SyncShare, drain: DrainSignal, report: IntegrationReport
    ) {
        self.scope = scope
        self.isNamed = isNamed
        self.store = store
        self.links = links
        self.transport = transport
        self.logger = logger
        self.share = share
        self.drain = drain
        integrationID = link.integration.id
        context = ErrorContext(system: link.integration.type, integration: link.integration.name)
        batchMax = max(1, link.descriptor.operations[.create] ?? 1)
        findMax = link.descriptor.operations[.find].map { max(1, $0) }
        patience = link.integration.patience ?? max(link.descriptor.findLag, Limits.patienceMin)
        lanesMax = Self.lanesMax(link.descriptor)
        state = Mutex(State(link: link, report: report, failedCalls: link.integration.failedCalls))
        link.session.listen(on: transport.listener)
    }

    func run() async -> IntegrationReport {
        guard await breakerIsClosed(), await pauseIsOver() else { return state.withLock(\.report) }
        await learnGround()
        repeat {
            state.withLock { $0.returned = 0 }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.findLane() }
                group.addTask { await self.lane(more: self.lanesMax - 1) }
            }
            // A look-up that was sure of a miss has made deliveries due after the lanes had ended.
        } while state.withLock({ $0.returned > 0 && !$0.stopped }) && !drain.isRaised
        // One that is being fetched is stored before anything is shut.
        await state.withLock(\.token.renewal)?.value
        await noteFailedCalls()
        let notes = await state.withLock(\.link.budget).notes(now: .now)
        let (tokenID, requests) = state.withLock { ($0.link.tokenID, $0.report.requests) }
        // For the eye only: that it cannot be written is no reason to fail.
        if requests > 0 { try? await store.markTokenUsed(id: tokenID, at: .now) }
        // Only what the next sync starts from: without it, it starts from what the connector says. A sync that asked
        // nothing learned nothing.
        if requests > 0 { try? await store.noteBudget(integrationID: integrationID, notes) }
        if requests > 0, let clock = state.withLock(\.link.vendor.last) {
            try? await store.noteVendorClock(integrationID: integrationID, clock)
        }
        return state.withLock(\.report)
    }

    /// On disk, so that neither the next sync nor another host sends before. That it cannot be written costs no more
    /// than a refusal.
    func rest(_ pause: Pause) async {
        let tokenID = state.withLock { state in
            state.notBefore = max(state.notBefore ?? pause.until, pause.until)
            return state.link.tokenID
        }
        try? await store.pause(integrationID: integrationID, pause, tokenID: tokenID)
    }

    /// A limit of creates alone has no room before: look-ups go on, and so do others with the token. The next sync
    /// knows it from what is noted of the budget.
    func hold(until time: Timestamp) {
        state.withLock { $0.report.heldUntil = max($0.report.heldUntil ?? time, time) }
    }

    /// Takes a call to its end, over the pass's own link or another one of the integration.
    func converse(
        _ operation: ConnectorOperation, over other: IntegrationLink? = nil, _ admission: Admission? = nil,
        bodyBytesMax: Int = .max, isProbe: Bool = false, triesMax: Int = Limits.exchangeAttemptsMax,
        maySend: @escaping @Sendable () -> Bool = { true },
        afterLookUps: @escaping @Sendable () -> Void = {}
    ) async -> (CallEnd, CallEvidence, ConnectorSession) {
        let link = other ?? state.withLock(\.link)
        let spoken = SpokenMark(link)
        let conversation = Conversation(
            link: link, transport: transport, logger: logger, admission: admission, bodyBytesMax: bodyBytesMax,
            isProbe: isProbe, triesMax: triesMax, credential: { await self.leaveToSpeak(over: link, spoken) },
            maySend: maySend, afterLookUps: afterLookUps)
        let (end, evidence) = await conversation.run(operation)
        state.withLock { $0.report.requests += evidence.requests }
        await answerRefusal(end, of: spoken.value)
        return (end, evidence, link.session)
    }

    func moment(_ startedAt: Timestamp, _ startedClock: RunningTime) -> SyncPlan.Moment {
        SyncPlan.Moment(
            startedAt: startedAt, now: .now, startedClock: startedClock, clock: .now, patience: patience,
            random: .random(in: 0...1))
    }

    // MARK: Pace

    /// Goes on as the end of a call asks for; `session` is that of the call.
    func adopt(_ pace: SyncPlan.Pace, _ end: CallEnd, _ session: ConnectorSession) async {
        switch pace {
        case .goOn, .split: state.withLock { $0.failedCalls = 0 }
        case .pauseUntil(let pause):
            await rest(pause)
            var metadata = LogContext.metadata(context, ["until": "\(pause.until.text)"])
            if let asked = pause.asked { metadata["asked"] = "\(asked.text)" }
            logger.notice("the vendor asked to wait", metadata: metadata)
        case .holdUntil(let time): hold(until: time)
        case .stop(let failure): if !forgives(end) { stop(failure, needsPerson: true) }
        // What we broke off ourselves says nothing about the vendor.
        case .failed where drain.isRaised || Task.isCancelled: break
        case .failed(let failure):
            let isOfConnector = if case .connectorFailed = end { true } else { false }
            let calls = state.withLock { state -> Int? in
                if isOfConnector, state.failedSession === session { return nil }
                if isOfConnector { state.failedSession = session }
                state.failedCalls += 1
                return state.failedCalls
            }
            guard let calls else { return }
            if calls >= Limits.failedCallsMax { await openBreaker(failure, end) }
            if isOfConnector { await reopen() }
        }
    }

    /// A new session, and with it a new worker where the old one died.
    func reopen() async {
        do {
            let link = try await newLink(store.token(integrationID: integrationID))
            state.withLock { $0.link = link }
        } catch {
            stop(SyncFailure(error, context: context))
        }
    }

    /// A link to the same integration. Made away from the thread of the transfers: where the connector must be loaded
    /// anew, they would wait.
    func newLink(
        _ token: SealedToken?, isStored: Bool = true, refused: Int64? = nil, to changed: IntegrationRecord? = nil,
        attempted: AttemptOrigin? = nil
    ) async throws -> IntegrationLink {
        let integration = changed ?? state.withLock(\.link.integration)
        let link = try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await links.link(integration, token: token, isStored: isStored, refused: refused, attempted: attempted)
        }
        link.session.listen(on: transport.listener)
        return link
    }

    func stop(_ failure: SyncFailure, needsPerson: Bool = false) {
        let failure = SyncFailure(failure, context: context)
        let isFirst = state.withLock { state in
            defer { state.stopped = true }
            if state.report.failure == nil { state.report.failure = failure }
            state.report.needsPerson = state.report.needsPerson || needsPerson
            return !state.stopped
        }
        if isFirst { logger.error("integration is left alone for this sync", metadata: LogContext.metadata(failure)) }
    }

    // MARK: Report

    /// Counts and shows what was recorded; the `stale` rows were not.
    func tell(_ updates: [DeliveryUpdate], _ deliveries: [ClaimedDelivery], stale: [Int64]) {
        let integration = state.withLock { $0.link.integration }
        let byRow = Dictionary(uniqueKeysWithValues: deliveries.map { ($0.row, $0) })
        var rows: [SyncRow] = []
        for update in updates {
            guard let delivery = byRow[update.row], !stale.contains(update.row) else { continue }
            state.withLock { state in
                if let before = state.undelivered.removeValue(forKey: update.row) { state.report.count(before, by: -1) }
                state.report.count(update)
                if [.refused, .waiting, .unknown].contains(update.state) {
                    state.undelivered[update.row] = update.state
                }
                if update.operation == .find, update.state == .pending { state.returned += 1 }
            }
            // One that was looked up and is sure to be missing is sent by a lane of this sync, which tells of it.
            guard update.attempted, update.state != .pending else { continue }
            rows.append(SyncRow(update, delivery, integration))
        }
        // Updates are of one operation.
        if updates.first?.operation == .create { log(rows.filter { $0.state != .delivered }) }
        share.add(rows)
    }

    /// What failed for one cause is an error once, with the first task and how many are like it.
    private func log(_ failed: [SyncRow]) {
        for (_, rows) in FailureCause.groups(failed) {
            for (place, row) in rows.enumerated() {
                logger.log(
                    level: place == 0 ? .error : .debug, "Failed to create task",
                    metadata: LogContext.metadata(row, alike: place == 0 ? rows.count - 1 : 0))
            }
        }
    }
}
