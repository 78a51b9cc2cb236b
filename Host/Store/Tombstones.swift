import PatchbayModel

/// An integration that was removed, as it stood, while there are tombstones of it.
package struct RemovedIntegration: Sendable, Hashable {
    package let name: String
    package let type: String
    /// Nil where its connector was not there to say.
    package let connectorID: String?
    package let baseURL: String?
    /// Those that are part of the target; where its connector was not there to say which, all but maps.
    package let settings: [String: SettingValue]
    package let removedAt: Timestamp

    package init(
        name: String, type: String, connectorID: String?, baseURL: String?, settings: [String: SettingValue],
        removedAt: Timestamp
    ) {
        self.name = name
        self.type = type
        self.connectorID = connectorID
        self.baseURL = baseURL
        self.settings = settings
        self.removedAt = removedAt
    }
}

/// What is kept of a removed delivery so that it is not made again.
package struct Tombstone: Sendable, Hashable {
    /// The integration's name when it was removed.
    package let integration: String
    package let type: String
    package let removedAt: Timestamp
    package let deliveryID: String
    /// As it was: delivered, sending, unknown or cancelled; refused only where a restored store could not be sure of
    /// that.
    package let state: DeliveryState
    package let externalID: String?
    package let displayID: String?
    package let url: String?
    package let deliveredAt: Timestamp?

    package init(
        integration: String, type: String, removedAt: Timestamp, deliveryID: String, state: DeliveryState,
        externalID: String?,
        displayID: String?, url: String?, deliveredAt: Timestamp?
    ) {
        self.integration = integration
        self.type = type
        self.removedAt = removedAt
        self.deliveryID = deliveryID
        self.state = state
        self.externalID = externalID
        self.displayID = displayID
        self.url = url
        self.deliveredAt = deliveredAt
    }
}

/// How an integration is removed. `target` is where it delivers to; nil where its connector is not there to say.
package enum Removal: Sendable, Hashable {
    /// A tombstone is kept of what was or may have been made, and of what a person took back; of all else, its delivery
    /// id.
    case keepingTombstones(DeliveryTarget?)
    /// None is kept, and those that there are of the same target go.
    case forgetting(DeliveryTarget?)
}

/// What a removal came to.
package struct RemovalOutcome: Sendable, Hashable {
    /// Tombstones made, by the state of what they are of; without those of what was surely not made.
    package var kept: [DeliveryState: Int] = [:]
    /// Deliveries that were still to be sent, and are not any more.
    package var unsent = 0
    /// Tombstones of the same target that were there before and are gone; counted like `kept`.
    package var forgotten = 0

    package init(kept: [DeliveryState: Int] = [:], unsent: Int = 0, forgotten: Int = 0) {
        self.kept = kept
        self.unsent = unsent
        self.forgotten = forgotten
    }
}

package protocol TombstoneStore: Sendable {
    /// Adds an integration, and in the same transaction makes deliveries of it out of the tombstones of its target,
    /// which are used up by that: what was delivered stays so, what is unknown is looked up as the attempt was. Gives
    /// how many by state. Throws as `add` does.
    func add(
        _ integration: IntegrationRecord, adoptingAt target: DeliveryTarget?, now: Timestamp
    ) async throws -> (integration: IntegrationRecord, adopted: [DeliveryState: Int])
    /// Changes an integration, and does the same. What it has for a task already gives way to a tombstone only where it
    /// was surely not made.
    func update(
        _ integration: IntegrationRecord, adoptingAt target: DeliveryTarget?, now: Timestamp
    ) async throws -> [DeliveryState: Int]
    /// Removes it with its token and its deliveries; tasks stay. Throws `integration_busy` when a delivery is pending,
    /// sending, waiting or unknown and `force` is false, and `integration_not_found`.
    func removeIntegration(id: Int64, force: Bool, _ removal: Removal, now: Timestamp) async throws -> RemovalOutcome
    /// Of one task, what was or may have been made or was taken back, oldest first; at most `Limits.listPageRows`.
    func tombstones(taskID: String) async throws -> [Tombstone]
    /// How many there are by the name that the removed integration had; without those of what was surely not made.
    func tombstoneCounts() async throws -> [String: Int]
    /// Forgets those of removed integrations of that name. Gives how many; nil when none was removed under it.
    func forgetTombstones(ofRemoved name: String) async throws -> Int?
}

extension Store {
    /// Adds one where nothing is to be adopted.
    package func add(_ integration: IntegrationRecord) async throws -> IntegrationRecord {
        try await add(integration, adoptingAt: nil, now: integration.createdAt).integration
    }

    /// Changes one whose target stays what it is.
    package func update(_ integration: IntegrationRecord) async throws {
        _ = try await update(integration, adoptingAt: nil, now: .now)
    }
}
