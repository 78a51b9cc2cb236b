import PatchbayModel

/// One configured account with one connector.
package struct IntegrationRecord: Sendable, Hashable {
    /// Made by the store; never used again after removal, because sealed tokens are bound to it.
    package var id: Int64
    package var name: String
    package var type: String
    package var settings: [String: SettingValue]
    /// Replaces the connector's fixed origin; nil = that one.
    package var baseURL: String?
    /// Replaces the authorisation server's origin; nil = the descriptor's.
    package var authURL: String?
    package var isActive: Bool
    /// How long after an attempt a look-up that finds nothing counts as certain; nil = the descriptor's lag.
    package var patience: Duration?
    /// What the connector's last check asked to remember.
    package var facts: [String: String]
    package var createdAt: Timestamp
    /// The vendor asked to send nothing before; changed by `pause` alone.
    package var pausedUntil: Timestamp?
    /// What was last known of its token's rate limits; changed by `noteBudget` alone.
    package var budget: [BudgetNote]
    /// Open after several failed calls in a row; changed by `setBreaker` alone.
    package var breaker: Breaker?

    package init(
        id: Int64 = 0, name: String, type: String, settings: [String: SettingValue] = [:], baseURL: String? = nil,
        authURL: String? = nil, isActive: Bool = true, patience: Duration? = nil, facts: [String: String] = [:],
        createdAt: Timestamp = .now, pausedUntil: Timestamp? = nil, budget: [BudgetNote] = [], breaker: Breaker? = nil
    ) {
        self.id = id
        self.name = name
        self.type = type
        self.settings = settings
        self.baseURL = baseURL
        self.authURL = authURL
        self.isActive = isActive
        self.patience = patience
        self.facts = facts
        self.createdAt = createdAt
        self.pausedUntil = pausedUntil
        self.budget = budget
        self.breaker = breaker
    }
}

/// What was left of one rate limit at the end of a sync.
package struct BudgetNote: Sendable, Hashable, Codable {
    /// The connector's name for the limit.
    package let scope: String
    package let limit: Int64
    package let remaining: Int64
    /// When it has refilled.
    package let fullAt: Timestamp
    package let notedAt: Timestamp

    package init(scope: String, limit: Int64, remaining: Int64, fullAt: Timestamp, notedAt: Timestamp) {
        self.scope = scope
        self.limit = limit
        self.remaining = remaining
        self.fullAt = fullAt
        self.notedAt = notedAt
    }

    /// What is left at `now`, refilled evenly since it was noted.
    package func remaining(at now: Timestamp) -> Int64 {
        let whole = fullAt.milliseconds - notedAt.milliseconds
        guard whole > 0, now < fullAt else { return limit }
        let passed = max(0, now.milliseconds - notedAt.milliseconds)
        return min(limit, remaining + Int64(Double(limit - remaining) * Double(passed) / Double(whole)))
    }
}

/// Keeps an integration whose calls fail from being tried again and again: before it goes on, a check must succeed.
package struct Breaker: Sendable, Hashable {
    /// Times it was left alone in a row.
    package let failures: Int
    /// Not to be probed before, unless it is named.
    package let until: Timestamp

    package init(failures: Int, until: Timestamp) {
        self.failures = failures
        self.until = until
    }
}

package protocol IntegrationStore: Sendable {
    /// Adds one and gives it back with its id. Throws `integration_exists` for a name that is taken (names compare exactly).
    func add(_ integration: IntegrationRecord) async throws -> IntegrationRecord
    /// Replaces everything but id and creation time. Throws `integration_not_found`.
    func update(_ integration: IntegrationRecord) async throws
    /// All, by name.
    func integrations() async throws -> [IntegrationRecord]
    func integration(named name: String) async throws -> IntegrationRecord?
    /// Nothing is claimed before `time` for it, nor for those that use the same token in the same place; nil ends its own pause.
    func pause(integrationID: Int64, until time: Timestamp?) async throws
    /// Remembers what is left of its token's rate limits, also for those that use the same token in the same place.
    func noteBudget(integrationID: Int64, _ notes: [BudgetNote]) async throws
    /// Opens the breaker, or closes it with nil.
    func setBreaker(integrationID: Int64, _ breaker: Breaker?) async throws
    /// Removes it with its token and, if forced, its deliveries. Throws `integration_busy` when a delivery is pending, sending, waiting or
    /// unknown and `force` is false. What was delivered is always forgotten with it; tasks stay.
    func removeIntegration(id: Int64, force: Bool) async throws
}
