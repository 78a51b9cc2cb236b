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
    private struct State {
        var link: IntegrationLink
        var report: IntegrationReport
        var notBefore: Timestamp?
        var stopped = false
        var failedCalls = 0
    }

    private let scope: DeliveryScope
    private let store: any Store
    private let links: LinkMaker
    private let transport: Transport
    private let logger: Logger
    private let owner: String
    private let share: SyncShare
    private let drain: DrainSignal
    private let state: Mutex<State>
    let integrationID: Int64
    private let context: ErrorContext
    private let batchMax: Int
    private let lanes: Int

    init(
        link: IntegrationLink, scope: DeliveryScope, store: any Store, links: LinkMaker, transport: Transport, logger: Logger,
        owner: String, share: SyncShare, drain: DrainSignal, report: IntegrationReport
    ) {
        self.scope = scope
        self.store = store
        self.links = links
        self.transport = transport
        self.logger = logger
        self.owner = owner
        self.share = share
        self.drain = drain
        integrationID = link.integration.id
        context = ErrorContext(system: link.integration.type, integration: link.integration.name)
        batchMax = max(1, link.descriptor.operations[.create] ?? 1)
        lanes = min(link.descriptor.requestsConcurrentMax ?? Limits.concurrentCallsDefault, Limits.concurrentCallsDefault)
        state = Mutex(State(link: link, report: report))
    }

    func run() async -> IntegrationReport {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<lanes { group.addTask { await self.lane() } }
        }
        return state.withLock(\.report)
    }

    private func lane() async {
        while await mayGoOn() {
            let granted = share.take(batchMax)
            guard granted > 0 else { return }
            do {
                let request = ClaimRequest(
                    integrationID: integrationID, scope: scope, limit: granted, now: .now, lease: Limits.leaseDuration, owner: owner)
                guard let batch = try await store.claim(request) else {
                    share.giveBack(granted)
                    return
                }
                share.giveBack(granted - batch.deliveries.count)
                try await deliver(batch.deliveries)
            } catch {
                // The store failed: what was claimed keeps its lease and becomes unknown when that ends.
                stop(SyncFailure(error, context: context))
                return
            }
        }
    }

    /// False when this lane is to end; waits out a short pause.
    private func mayGoOn() async -> Bool {
        while true {
            let (stopped, notBefore) = state.withLock { ($0.stopped, $0.notBefore) }
            if stopped || drain.isRaised || Task.isCancelled { return false }
            guard let notBefore, Timestamp.now < notBefore else { return true }
            let left = Duration.milliseconds(notBefore.milliseconds - Timestamp.now.milliseconds)
            guard left <= Limits.pauseInsideSyncMax else { return false }
            do { try await Task.sleep(for: left) } catch { return false }
        }
    }

    private func deliver(_ deliveries: [ClaimedDelivery]) async throws {
        let startedAt = Timestamp.now
        let link = state.withLock(\.link)
        let operation = ConnectorOperation(
            .create, now: startedAt, tasks: deliveries.map { OperationTask(task: $0.task, deliveryID: $0.deliveryID) })
        let (end, evidence) = await Conversation(link: link, transport: transport, logger: logger).run(operation)
        state.withLock { $0.report.requests += evidence.requests }
        let plan = SyncPlan(end, evidence, deliveries: deliveries, startedAt: startedAt, now: .now, random: .random(in: 0...1))
        if case .split = plan.pace {
            let half = deliveries.count / 2
            try await deliver(Array(deliveries[..<half]))
            try await deliver(Array(deliveries[half...]))
            return
        }
        let stale = try await store.record(plan.updates)
        tell(plan.updates.filter { !stale.contains($0.row) }, deliveries)
        await adopt(plan.pace, end)
    }

    // MARK: Pace

    private func adopt(_ pace: SyncPlan.Pace, _ end: CallEnd) async {
        switch pace {
        case .goOn, .split: state.withLock { $0.failedCalls = 0 }
        case .pauseUntil(let time):
            state.withLock { $0.notBefore = max($0.notBefore ?? time, time) }
            logger.notice("the vendor asked to wait", metadata: LogContext.metadata(context, ["until": "\(time.text)"]))
        case .stop(let failure): stop(failure)
        case .failed(let failure):
            let calls = state.withLock { state in
                state.failedCalls += 1
                return state.failedCalls
            }
            if calls >= Limits.failedCallsMax { stop(failure) }
            if case .connectorFailed = end { await reopen() }
        }
    }

    /// A new session, and with it a new worker where the old one died.
    private func reopen() async {
        let integration = state.withLock { $0.link.integration }
        do {
            let token = try await store.token(integrationID: integration.id)
            let link = try await links.link(integration, token: token)
            state.withLock { $0.link = link }
        } catch {
            stop(SyncFailure(error, context: context))
        }
    }

    private func stop(_ failure: SyncFailure) {
        let failure = SyncFailure(failure, context: context)
        let isFirst = state.withLock { state in
            defer { state.stopped = true }
            if state.report.failure == nil { state.report.failure = failure }
            return !state.stopped
        }
        if isFirst { logger.error("integration is left alone for this sync", metadata: LogContext.metadata(failure)) }
    }

    // MARK: Report

    private func tell(_ updates: [DeliveryUpdate], _ deliveries: [ClaimedDelivery]) {
        let integration = state.withLock { $0.link.integration }
        let byRow = Dictionary(uniqueKeysWithValues: deliveries.map { ($0.row, $0) })
        var rows: [SyncRow] = []
        for update in updates {
            guard let delivery = byRow[update.row] else { continue }
            state.withLock { $0.report.count(update.state) }
            guard update.attempted else { continue }
            let row = SyncRow(update, delivery, integration)
            if row.state != .delivered { logger.error("Failed to create task", metadata: LogContext.metadata(row)) }
            rows.append(row)
        }
        share.add(rows)
    }
}

extension IntegrationReport {
    mutating func count(_ state: DeliveryState) {
        switch state {
        case .delivered: delivered += 1
        case .refused: refused += 1
        case .waiting: waiting += 1
        case .unknown: unknown += 1
        case .pending, .sending, .cancelled: released += 1
        }
    }
}

extension SyncRow {
    init(_ update: DeliveryUpdate, _ delivery: ClaimedDelivery, _ integration: IntegrationRecord) {
        self.init(
            taskID: delivery.task.id, meetingID: delivery.task.meetingId, title: delivery.task.title, integration: integration.name,
            type: integration.type, state: update.state, externalID: update.externalID, displayID: update.displayID, url: update.url,
            code: update.errorCode, field: update.errorField, message: update.errorMessage, vendorRequestID: update.vendorRequestID,
            attempt: delivery.attempt, warnings: update.warnings)
    }
}
