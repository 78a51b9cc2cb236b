import ArgumentParser
import PatchbayInput
import PatchbayModel
import PatchbayStore

struct StatusCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show, for each integration, how many deliveries are in which state.")
    static let words = "status"

    @OptionGroup var flags: GlobalFlags

    private struct View: Encodable {
        let integration: String
        let type: String
        let isActive: Bool
        let tokenSet: Bool
        /// When it needs a person, where that is known.
        let tokenEndsAt: String?
        let tokenNeedsReauth: Bool
        let states: [String: Int]
        /// Refused, waiting and unknown deliveries by the code of their error.
        let failures: [String: Int]
        let due: Int
        let nextDueAt: String?
        let oldestUndelivered: String?
        let lastDeliveredAt: String?
        let pausedUntil, askedUntil: String?
        let breakerOpenUntil: String?
        let budget: [BudgetView]
        /// How far our clock is ahead of the system's; absent where the system does not tell its own.
        let clockSkewMs: Int64?
        /// `proved` or `never`; absent where no check has told whether a look-up that finds nothing can be certain.
        let lookUps: String?
        let attemptsLastHour: Int
        let latencyMedianMs: Int64?
        let latencyP95Ms: Int64?
    }
    private struct BudgetView: Encodable {
        let scope: String
        let limit: Int64
        let remaining: Int64
        let fullAt: String

        init(_ note: BudgetNote, at now: Timestamp) {
            (scope, limit, remaining, fullAt) = (note.scope, note.limit, note.remaining(at: now), note.fullAt.text)
        }
    }

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        let counts = Dictionary(uniqueKeysWithValues: try await store.counts(now: .now).map { ($0.integrationID, $0) })
        let now = Timestamp.now
        let figures = Dictionary(uniqueKeysWithValues: try await store.figures(now: now).map { ($0.integrationID, $0) })
        let tokens = Dictionary(uniqueKeysWithValues: try await store.tokens().map { ($0.integrationID, $0) })
        let integrations = try await store.integrations()
        let shown: [DeliveryState] = [.delivered, .pending, .sending, .waiting, .refused, .unknown]
        var table = TextTable(
            ["INTEGRATION", "TYPE", "READY"] + shown.map { $0.rawValue.uppercased() } + [
                "OLDEST UNDELIVERED", "LAST DELIVERED",
            ])
        var views: [View] = []
        var notes: [String] = []
        var totals: [DeliveryState: Int] = [:]
        for integration in integrations {
            let count = counts[integration.id]
            for (state, number) in count?.byState ?? [:] { totals[state, default: 0] += number }
            let refusals = Self.refusals(integration, figures[integration.id], tokens[integration.id])
            let ready = Self.ready(integration, tokens[integration.id], isRefused: !refusals.isEmpty, now: now)
            table.add(
                [integration.name, integration.type, ready] + shown.map { String(count?.byState[$0] ?? 0) }
                    + [count?.oldestUndelivered?.text ?? "-", count?.lastDeliveredAt?.text ?? "-"])
            views.append(
                View(
                    integration: integration.name, type: integration.type, isActive: integration.isActive,
                    tokenSet: tokens[integration.id] != nil, tokenEndsAt: tokens[integration.id]?.outlook.end?.text,
                    tokenNeedsReauth: tokens[integration.id]?.outlook.needsReauth ?? false,
                    states: Dictionary(
                        uniqueKeysWithValues: (count?.byState ?? [:]).map { ($0.key.rawValue, $0.value) }),
                    failures: Dictionary(
                        uniqueKeysWithValues: (figures[integration.id]?.failuresByCode ?? [:]).map {
                            ($0.key.rawValue, $0.value.count)
                        }),
                    due: count?.due ?? 0,
                    nextDueAt: count?.nextDueAt?.text, oldestUndelivered: count?.oldestUndelivered?.text,
                    lastDeliveredAt: count?.lastDeliveredAt?.text,
                    pausedUntil: integration.pause(at: now)?.until.text,
                    askedUntil: integration.pause(at: now)?.asked?.text,
                    breakerOpenUntil: integration.breaker?.until.text,
                    budget: integration.budget.map { BudgetView($0, at: now) },
                    clockSkewMs: integration.vendorClock?.skew?.wholeMilliseconds,
                    lookUps: integration.lookUps.word, attemptsLastHour: figures[integration.id]?.latency.count ?? 0,
                    latencyMedianMs: figures[integration.id]?.latency.median?.wholeMilliseconds,
                    latencyP95Ms: figures[integration.id]?.latency.p95?.wholeMilliseconds))
            if let outlook = tokens[integration.id]?.outlook, outlook.isNear(now) {
                notes.append(outlook.warning(integration.name, now: now))
            }
            notes += refusals + Self.notes(integration, figures[integration.id]?.latency, now: now)
        }
        let unbound = try await store.unboundCount()
        var outcome = CommandOutcome()
        outcome.summary = Dictionary(
            uniqueKeysWithValues: shown.map { ($0.rawValue, .integer(Int64(totals[$0] ?? 0))) })
        outcome.summary["unbound"] = .integer(Int64(unbound))
        outcome.result = ["integrations": views]
        outcome.text =
            integrations.isEmpty
            ? "no integration yet; add one with `patchbay integration add NAME --type TYPE`" : table.text
        outcome.notes = notes
        if unbound > 0 {
            outcome.notes.append(
                "\(unbound) tasks are bound for nowhere; `patchbay sync --integration NAME` takes them")
        }
        if totals[.unknown, default: 0] > 0 {
            outcome.notes.append("unknown: sent, and the answer was lost; see `patchbay failures`")
        }
        return outcome
    }

    /// What waits because of the token that is set, by code, and the remedy.
    private static func refusals(
        _ integration: IntegrationRecord, _ figures: IntegrationFigures?, _ token: SealedToken?
    ) -> [String] {
        guard let token else { return [] }
        return (figures?.failuresByCode ?? [:]).sorted { $0.key.rawValue < $1.key.rawValue }.compactMap {
            code, failed in
            guard failed.lastAt >= token.setAt, let remedy = code.tokenRemedy(integration.name) else { return nil }
            return "\(integration.name): \(code), \(failed.count) deliveries wait for it; \(remedy)"
        }
    }

    /// What stands in the way of a plain sync, in a word or two; yes where nothing does.
    private static func ready(_ integration: IntegrationRecord, _ token: SealedToken?, isRefused: Bool, now: Timestamp)
        -> String
    {
        guard integration.isActive else { return "inactive" }
        guard let token else { return "no token" }
        if token.outlook.needsReauth { return "needs access" }
        if isRefused { return "token refused" }
        if let pause = integration.pausedUntil, pause > now { return "told to wait" }
        return integration.breaker.map { $0.until > now } == true ? "left alone" : "yes"
    }

    /// What the table has no room for.
    private static func notes(_ integration: IntegrationRecord, _ latency: LatencyFigures?, now: Timestamp) -> [String]
    {
        var notes: [String] = []
        if integration.isActive, let pause = integration.pause(at: now) {
            notes.append("\(integration.name): \(pause.words)")
        }
        if integration.isActive, let breaker = integration.breaker {
            notes.append(
                "\(integration.name): left alone until \(breaker.until.text) after repeated failures; naming it in a "
                    + "sync tries at once"
            )
        }
        for budget in integration.budget where budget.remaining(at: now) < budget.limit {
            notes.append(
                "\(integration.name): \(budget.remaining(at: now)) of \(budget.limit) \(Printable.text(budget.scope)) "
                    + "left, all back at \(budget.fullAt.text)"
            )
        }
        if integration.isActive, let skew = integration.vendorClock?.skew, max(skew, .zero - skew) >= .seconds(2) {
            notes.append("\(integration.name): \(LookUpWords.clock(integration))")
        }
        if integration.isActive, let uncertain = LookUpWords.power(integration.lookUps, of: integration.name) {
            notes.append(uncertain)
        }
        if let latency, let median = latency.median, let p95 = latency.p95 {
            notes.append(
                "\(integration.name): \(latency.count) attempts and look-ups answered in the last hour, median "
                    + "\(median.wholeMilliseconds) ms, p95 \(p95.wholeMilliseconds) ms"
            )
        }
        return notes
    }
}
