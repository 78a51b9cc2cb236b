import Logging
import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// One round of a sync: every integration that is to be served, once.
extension SyncEngine {
    /// What the children of a round come back with.
    private enum Step: Sendable {
        case linked(Int, Result<IntegrationPass, any Error>)
        case patienceIsOver
        case served(IntegrationReport)
    }

    /// Serves each integration once, until nothing of it is due. Links are made a few at a time, and those that are
    /// there begin when all are, or when they have waited long enough for those that are not: a connector that loads
    /// slowly keeps only its own integrations waiting.
    func round(
        _ request: SyncRequest, _ waits: Bool, _ shared: SyncShare, _ drain: DrainSignal,
        leavingOut resting: Set<String>
    ) async throws -> SyncReport {
        let chosen = try await SyncTargets(store: store).chosen(request, waits: waits).filter {
            !resting.contains($0.name)
        }
        var report = SyncReport()
        var pending = Set(chosen.indices)
        var ready: [(place: Int, pass: IntegrationPass)] = []
        var (hasBegun, isOver) = (false, pending.isEmpty)
        let patience = Task { try? await Task.sleep(for: Limits.linkPatience) }
        try await withThrowingTaskGroup(of: Step.self) { group in
            defer { patience.cancel() }
            var next = chosen.indices.makeIterator()
            func linkNext() {
                guard let place = next.next() else { return }
                group.addTask {
                    do {
                        return .linked(place, .success(try await pass(chosen[place], request, shared, drain)))
                    } catch {
                        return .linked(place, .failure(error))
                    }
                }
            }
            func serve(_ pass: IntegrationPass) {
                // A pass is a chain of short steps between answers.
                group.addTask(executorPreference: transport.executor) {
                    defer { shared.finish(pass.integrationID) }
                    return .served(await pass.run())
                }
            }
            // With names, nothing is sent unless all of them can be served.
            let isLenient = request.target == .all
            if isLenient {
                group.addTask {
                    await patience.value
                    return .patienceIsOver
                }
            }
            if isOver { patience.cancel() }
            for _ in 0..<(isLenient ? Limits.linksAtOnce : 1) { linkNext() }
            while let step = try await group.next() {
                switch step {
                case .linked(let place, .success(let pass)):
                    pending.remove(place)
                    if hasBegun { serve(pass) } else { ready.append((place, pass)) }
                    linkNext()
                case .linked(let place, .failure(let error)):
                    pending.remove(place)
                    report.integrations.append(try refuse(chosen[place], error, request))
                    if hasBegun { shared.finish(chosen[place].id) }
                    linkNext()
                case .patienceIsOver: isOver = true
                case .served(let entry):
                    report.integrations.append(entry)
                    continue
                }
                guard !hasBegun, pending.isEmpty || isOver && !ready.isEmpty else { continue }
                hasBegun = true
                patience.cancel()
                ready.sort { $0.place < $1.place }
                try await countDue(ready.map(\.pass.integrationID) + pending.map { chosen[$0].id }, shared)
                for (_, pass) in ready { serve(pass) }
            }
        }
        try await complete(&report, chosen, request)
        return report
    }

    private func pass(
        _ integration: IntegrationRecord, _ request: SyncRequest, _ shared: SyncShare, _ drain: DrainSignal
    ) async throws -> IntegrationPass {
        var entry = IntegrationReport(name: integration.name, type: integration.type)
        let link = try await links.link(integration, token: store.token(integrationID: integration.id))
        if request.target != .all {
            entry.bound = try await store.bind(integrationID: integration.id, request.selection, now: .now)
        }
        return IntegrationPass(
            link: link, scope: request.scope, isNamed: request.target != .all, store: store, links: links,
            transport: transport,
            logger: logger, share: shared, drain: drain, report: entry)
    }

    /// The entry of an integration that cannot be served. Throws where that ends the sync.
    private func refuse(_ integration: IntegrationRecord, _ error: any Error, _ request: SyncRequest) throws
        -> IntegrationReport
    {
        let failure = SyncFailure(
            error, context: ErrorContext(system: integration.type, integration: integration.name))
        // What is wrong with the host is wrong for all of them.
        guard request.target == .all, ![.pluginsUnreadable, .workerMissing].contains(failure.code) else {
            throw failure
        }
        logger.error("integration cannot be served", metadata: LogContext.metadata(failure))
        var entry = IntegrationReport(name: integration.name, type: integration.type)
        entry.failure = failure
        entry.needsPerson = !failure.mayPass
        return entry
    }

    /// Divides the limit, and tells how much there is to do.
    private func countDue(_ integrations: [Int64], _ shared: SyncShare) async throws {
        let served = Set(integrations)
        let counts = try await store.counts(now: .now).filter { served.contains($0.integrationID) }
        // Who was served last is the last to get more than others, so that a limit below their number starves none.
        let turns = counts.sorted { ($0.lastDeliveredAt?.milliseconds ?? 0) < ($1.lastDeliveredAt?.milliseconds ?? 0) }
        shared.divide(turns.map { ($0.integrationID, $0.due) })
        shared.expectMore(counts.reduce(0) { $0 + $1.due })
    }
}
