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
    /// What the vendor asked for, where that is longer than a pause may be: after the pause one request asks whether it
    /// still holds.
    package var pauseAsked: Timestamp?
    /// What was last known of its token's rate limits; changed by `noteBudget` alone.
    package var budget: [BudgetNote]
    /// Open after several failed calls in a row; changed by `setBreaker` alone.
    package var breaker: Breaker?
    /// Calls that failed in a row since the last one that did not, or since the breaker opened; changed by
    /// `noteFailedCalls` alone.
    package var failedCalls: Int
    /// The vendor's own clock as it was last told; changed by `noteVendorClock` alone. Nil before the first answer.
    package var vendorClock: VendorClock?
    /// What the last check told of look-ups; changed by `noteLookUps` alone.
    package var lookUps: LookUpPower
    /// Its name before it was renamed last; changed by `renameIntegration` alone, as is `name`.
    package var formerName: String?

    package init(
        id: Int64 = 0, name: String, type: String, settings: [String: SettingValue] = [:], baseURL: String? = nil,
        authURL: String? = nil, isActive: Bool = true, patience: Duration? = nil, facts: [String: String] = [:],
        createdAt: Timestamp = .now, pausedUntil: Timestamp? = nil, budget: [BudgetNote] = [], breaker: Breaker? = nil,
        failedCalls: Int = 0, vendorClock: VendorClock? = nil, lookUps: LookUpPower = .notTold,
        pauseAsked: Timestamp? = nil, formerName: String? = nil
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
        self.failedCalls = failedCalls
        self.vendorClock = vendorClock
        self.lookUps = lookUps
        self.pauseAsked = pauseAsked
        self.formerName = formerName
    }
}

extension [IntegrationRecord] {
    /// What there is where a name was given that none has, as a clause.
    package func instead(of name: String) -> String {
        if let renamed = first(where: { $0.formerName == name }) { return "it was renamed to \(renamed.name)" }
        if isEmpty { return "there is none yet; add one with `patchbay integration add`" }
        return "there is \(map(\.name).sorted().joined(separator: ", "))"
    }
}

extension IntegrationRecord {
    /// The pause that it is in; nil where there is none, or it is over.
    package func pause(at now: Timestamp) -> Pause? {
        guard let pausedUntil, pausedUntil > now else { return nil }
        return Pause(until: pausedUntil, asked: pauseAsked)
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
    /// For which requests alone it holds; nil where it holds for all.
    package let kinds: [String]?

    package init(
        scope: String, limit: Int64, remaining: Int64, fullAt: Timestamp, notedAt: Timestamp, kinds: [String]? = nil
    ) {
        self.kinds = kinds
        self.scope = scope
        self.limit = limit
        self.remaining = remaining
        self.fullAt = fullAt
        self.notedAt = notedAt
    }

    /// Whole units left at `now`, refilled evenly since it was noted.
    package func remaining(at now: Timestamp) -> Int64 { Int64(left(at: now)) }

    /// The same with its fraction: of a small limit, that is all that a sync after the other waits for.
    package func left(at now: Timestamp) -> Double {
        let most = min(max(limit, 0), Limits.budgetUnitsMax)
        let whole = Double(fullAt.milliseconds) - Double(notedAt.milliseconds)
        guard whole > 0, now < fullAt else { return Double(most) }
        let left = min(max(remaining, 0), most)
        let share = min(max(0, Double(now.milliseconds) - Double(notedAt.milliseconds)) / whole, 1)
        return Double(left) + Double(most - left) * share
    }
}

/// For how long nothing is sent with a token, by any host.
package struct Pause: Sendable, Hashable {
    package let until: Timestamp
    /// What the vendor asked for, where that is later.
    package let asked: Timestamp?

    package init(until: Timestamp, asked: Timestamp? = nil) {
        self.until = until
        self.asked = asked
    }

    /// What was asked for, kept within a day: nobody is believed to mean a year.
    package init(asked: Timestamp, now: Timestamp) {
        let most = now.advanced(by: Limits.waitMax)
        until = min(asked, most)
        self.asked = asked > most ? asked : nil
    }

    /// Both times, where there are two.
    package var words: String {
        let longer = asked.map {
            "asked to wait until \($0.text), which is more than a day: tried again with one request at \(until.text)"
        }
        return longer ?? "told to wait until \(until.text)"
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

extension IntegrationStore {
    /// A pause until `time`; nil ends it.
    package func pause(integrationID: Int64, until time: Timestamp?) async throws {
        try await pause(integrationID: integrationID, time.map { Pause(until: $0) })
    }

    package func pause(integrationID: Int64, _ pause: Pause?) async throws {
        try await self.pause(integrationID: integrationID, pause, tokenID: nil)
    }
}

package protocol IntegrationStore: Sendable {
    // Adding, changing and removing are with the tombstones.

    /// Gives it another name, and nothing else: whoever works with it knows it by its id. Throws `integration_exists`,
    /// `integration_not_found`.
    func renameIntegration(id: Int64, to name: String) async throws
    /// Remembers what its connector's last check asked to.
    func noteFacts(integrationID: Int64, _ facts: [String: String]) async throws
    /// All, by name.
    func integrations() async throws -> [IntegrationRecord]
    func integration(named name: String) async throws -> IntegrationRecord?
    func integration(id: Int64) async throws -> IntegrationRecord?
    /// Nothing is claimed before its end for it, nor for those that use the same token in the same place, and a longer
    /// one that they have stays; nil ends its own pause. With a `tokenID` nothing happens when the integration has
    /// another token by now: what was told is about the one before.
    func pause(integrationID: Int64, _ pause: Pause?, tokenID: String?) async throws
    /// Its pause, over or not. Nil where there was none, or no such integration.
    func pause(integrationID: Int64) async throws -> Pause?
    /// True for the one caller that may ask whether a vendor still wants what it asked for beyond the pause, which is
    /// over: until `end` nobody else sends anything with that token.
    func beginProbe(integrationID: Int64, now: Timestamp, end: Timestamp) async throws -> Bool
    /// The vendor takes requests again: the pause is over for all that use the token.
    func endProbe(integrationID: Int64) async throws
    /// Remembers what is left of its token's rate limits, also for those that use the same token in the same place.
    func noteBudget(integrationID: Int64, _ notes: [BudgetNote]) async throws
    /// Remembers what the vendor's own clock told.
    func noteVendorClock(integrationID: Int64, _ clock: VendorClock) async throws
    /// Remembers what a check told of look-ups.
    func noteLookUps(integrationID: Int64, _ power: LookUpPower) async throws
    /// Remembers how many calls failed in a row.
    func noteFailedCalls(integrationID: Int64, _ count: Int) async throws
    /// Opens the breaker, or closes it with nil; either way the count of failed calls begins anew.
    func setBreaker(integrationID: Int64, _ breaker: Breaker?) async throws
}
