import Logging
import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore
import PatchbayTransport
import Synchronization

/// Conducts one sync: chooses the integrations, serves each on its own, and reports.
package struct SyncEngine: Sendable {
    let store: any Store
    let links: LinkMaker
    let transport: Transport
    let logger: Logger

    package init(store: any Store, links: LinkMaker, transport: Transport, logger: Logger) {
        self.store = store
        self.links = links
        self.transport = transport
        self.logger = logger
    }

    /// Delivers what is due. Throws, before anything is sent, when a named integration cannot be served; in a sync of
    /// all, such an integration is in the report and the others are served. With `waits`, goes on until nothing is left
    /// that a sync can do, or that becomes due within `Limits.waitHorizon`. `progress` is called from any thread.
    package func run(
        _ request: SyncRequest, waits: Bool = false, drain: DrainSignal,
        progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
    ) async throws -> SyncReport {
        let shared = SyncShare(limit: request.limit, progress: progress)
        var tokens = waits ? try await tokenMarks() : [:]
        var (request, trail) = (request, NameTrail(try await store.integrations()))
        var report = try await round(request, waits, shared, drain, leavingOut: [])
        var plan = WaitPlan()
        while waits, !shared.isUsedUp, !drain.isRaised, !Task.isCancelled,
            let next = plan.next(after: report, now: .now)
        {
            logger.info("waiting for what is due later", metadata: ["until": "\(next.text)"])
            shared.tellOfWait(until: next)
            // Another host or an import may change meanwhile what there is to do.
            await drain.sleep(until: min(next, Timestamp.now.advanced(by: Limits.waitLookPause)))
            guard !drain.isRaised, !Task.isCancelled else { break }
            let names = try await follow(&trail, &report, &plan, &request)
            let now = try await tokenMarks()
            plan.takeUp(now.keys.filter { now[$0] != tokens[$0] }.compactMap { names[$0] })
            tokens = now
            report.add(try await round(request, waits, shared, drain, leavingOut: plan.resting(at: .now)))
            try await follow(&trail, &report, &plan, &request)
            try await refresh(&report, request)
        }
        (report.rows, report.rowsOmitted) = shared.rows()
        report.wasStopped = drain.isRaised
        return report
    }

    /// Another host may have done meanwhile what an integration that the last round left out had due: waiting for that
    /// would never end.
    private func refresh(_ report: inout SyncReport, _ request: SyncRequest) async throws {
        try await complete(&report, store.integrations().filter(\.isActive), request)
        for index in report.integrations.indices {
            report.integrations[index].waiting = report.integrations[index].waitingInStore
            report.integrations[index].unknown = report.integrations[index].unknownInStore
        }
    }

    /// Goes on under the names of now; gives them.
    @discardableResult
    private func follow(
        _ trail: inout NameTrail, _ report: inout SyncReport, _ plan: inout WaitPlan, _ request: inout SyncRequest
    ) async throws -> [Int64: String] {
        let integrations = try await store.integrations()
        let renamed = trail.follow(integrations)
        report.follow(renamed)
        plan.follow(renamed)
        request = request.following(renamed)
        return Dictionary(uniqueKeysWithValues: integrations.map { ($0.id, $0.name) })
    }

    /// Which value of which token each integration has.
    private func tokenMarks() async throws -> [Int64: String] {
        let marks = try await store.tokens().map { ($0.integrationID, "\($0.id) \($0.generation)") }
        return Dictionary(uniqueKeysWithValues: marks)
    }

    /// What is left, told from the store after the last record.
    func complete(_ report: inout SyncReport, _ chosen: [IntegrationRecord], _ request: SyncRequest)
        async throws
    {
        // Also when the sync was told to stop: whoever stopped it wants to know what was done. A task of its own is not
        // cancelled with it.
        let store = store
        let (counts, unbound) = try await Task { (try await store.counts(now: .now), try await store.unboundCount()) }
            .value
        for index in report.integrations.indices {
            guard let integration = chosen.first(where: { $0.name == report.integrations[index].name }),
                let count = counts.first(where: { $0.integrationID == integration.id })
            else {
                // Removed, or disabled, while this sync waited: nothing of it will be due.
                (report.integrations[index].due, report.integrations[index].nextDueAt) = (0, nil)
                continue
            }
            report.integrations[index].due = count.due
            report.integrations[index].nextDueAt = count.nextDueAt
            report.integrations[index].unknownInStore = count.byState[.unknown] ?? 0
            report.integrations[index].waitingInStore = count.byState[.waiting] ?? 0
        }
        let tokens = try await Task { try await store.tokens() }.value
        for token in tokens where token.outlook.isNear(.now) {
            guard let name = chosen.first(where: { $0.id == token.integrationID })?.name,
                let index = report.integrations.firstIndex(where: { $0.name == name })
            else { continue }
            let warning = token.outlook.warning(name, now: .now)
            if !report.integrations[index].notes.contains(warning) { report.integrations[index].notes.append(warning) }
        }
        // By id: one of them may have been renamed meanwhile.
        let names = Set(report.integrations.map(\.name))
        let served = Set(chosen.filter { names.contains($0.name) }.map(\.id))
        let meant = try await Task { try await store.integrations() }.value.filter {
            request.target == .all || served.contains($0.id)
        }
        report.left = counts.compactMap { count in
            meant.first { $0.id == count.integrationID }.flatMap { integration in
                let held = report.integrations.first { $0.name == integration.name }?.heldUntil
                return Remainder(integration, count, held: held, now: .now)
            }
        }
        report.integrations.sort { $0.name < $1.name }
        report.unbound = unbound
    }
}

/// How far a sync is.
package struct SyncProgress: Sendable, Hashable {
    package let expected: Int
    package let tried: Int
    /// Tried, and not there, whatever becomes of them later.
    package let undelivered: Int
    /// Nothing is sent before, because nothing is due; nil while something is.
    package let waitsUntil: Timestamp?

    package init(expected: Int, tried: Int, undelivered: Int, waitsUntil: Timestamp? = nil) {
        self.expected = expected
        self.tried = tried
        self.undelivered = undelivered
        self.waitsUntil = waitsUntil
    }
}
