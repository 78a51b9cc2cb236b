import ArgumentParser
import PatchbayInput
import PatchbayModel
import PatchbayStore

struct MetricsCommand: PatchbayCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Print the figures of `status` in Prometheus text form, for node_exporter's textfile collector.")
    static let words = "metrics"

    @OptionGroup var flags: GlobalFlags

    func perform(_ rooms: Rooms) async throws -> CommandOutcome {
        let store = try await rooms.store()
        let now = Timestamp.now
        let counts = Dictionary(uniqueKeysWithValues: try await store.counts(now: now).map { ($0.integrationID, $0) })
        let figures = Dictionary(uniqueKeysWithValues: try await store.figures(now: now).map { ($0.integrationID, $0) })
        let tokens = Dictionary(uniqueKeysWithValues: try await store.tokens().map { ($0.integrationID, $0) })
        let integrations = try await store.integrations()
        var text = MetricsText()
        for state in DeliveryState.allCases {
            text.add("patchbay_deliveries", .gauge, "Deliveries by state.", integrations) { integration in
                [([("state", state.rawValue)], Double(counts[integration.id]?.byState[state] ?? 0))]
            }
        }
        text.add("patchbay_failures", .gauge, "Refused, waiting and unknown deliveries by error code.", integrations) {
            integration in
            (figures[integration.id]?.failuresByCode ?? [:]).mapValues(\.count).sorted {
                $0.key.rawValue < $1.key.rawValue
            }
            .map { ([("code", $0.key.rawValue)], Double($0.value)) }
        }
        text.add(
            "patchbay_oldest_undelivered_seconds", .gauge, "Age of the oldest task that is not delivered.", integrations
        ) {
            integration in
            Self.age(counts[integration.id]?.oldestUndelivered, now)
        }
        text.add("patchbay_last_success_timestamp_seconds", .gauge, "When a task was last delivered.", integrations) {
            integration in
            Self.moment(counts[integration.id]?.lastDeliveredAt)
        }
        text.add(
            "patchbay_token_seconds_left", .gauge,
            "Until the token needs a person, negative after; where an end is known.", integrations
        ) {
            tokens[$0.id]?.outlook.end.map { [([], Double($0.milliseconds - now.milliseconds) / 1_000)] } ?? []
        }
        text.add(
            "patchbay_token_expiry_timestamp_seconds", .gauge, "When the token ends, where the vendor told.",
            integrations
        ) {
            integration in
            Self.moment(tokens[integration.id]?.expiresAt)
        }
        text.add(
            "patchbay_breaker_open", .gauge, "1 while an integration is left alone after repeated failures.",
            integrations
        ) {
            integration in
            [([], integration.breaker == nil ? 0 : 1)]
        }
        text.add("patchbay_budget_remaining", .gauge, "Units left of a rate limit.", integrations) { integration in
            integration.budget.map { ([("scope", $0.scope)], Double($0.remaining(at: now))) }
        }
        text.add("patchbay_budget_limit", .gauge, "Units of a rate limit.", integrations) { integration in
            integration.budget.map { ([("scope", $0.scope)], Double($0.limit)) }
        }
        text.addHistogram("patchbay_delivery_delay_seconds", "Seconds from import to delivered.", integrations) {
            figures[$0.id]?.delay
        }
        text.add("patchbay_unbound_tasks", .gauge, "Tasks bound for nowhere.", Double(try await store.unboundCount()))
        var outcome = CommandOutcome()
        outcome.result = ["text": text.text]
        outcome.text = text.text
        return outcome
    }

    private static func moment(_ time: Timestamp?) -> [MetricsText.Sample] {
        time.map { [([], Double($0.milliseconds) / 1_000)] } ?? []
    }

    private static func age(_ time: Timestamp?, _ now: Timestamp) -> [MetricsText.Sample] {
        [([], time.map { Double(now.milliseconds - $0.milliseconds) / 1_000 } ?? 0)]
    }
}
