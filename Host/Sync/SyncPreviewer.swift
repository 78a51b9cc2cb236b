import PatchbayModel
import PatchbayStore

/// Says what a sync would do, without network, without a key and without writing.
package struct SyncPreviewer: Sendable {
    private let store: any Store

    package init(store: any Store) { self.store = store }

    /// Throws as a sync does for an integration that is missing, inactive or ambiguous.
    package func preview(_ request: SyncRequest) async throws -> SyncPreview {
        var entries: [SyncPreview.Entry] = []
        var found: [(integration: IntegrationRecord, due: [DeliveryRecord])] = []
        for integration in try await SyncTargets(store: store).chosen(request) {
            // One more than is shown tells whether there is more.
            let limit = min(request.limit ?? .max, Limits.reportRowsMax + 1)
            found.append(
                (
                    integration,
                    try await store.due(integrationID: integration.id, scope: request.scope, limit: limit, now: .now)
                ))
        }
        var allowance = SyncAllowance(limit: request.limit)
        allowance.divide(found.map { ($0.integration.id, $0.due.count) })
        for (integration, all) in found {
            let due = request.limit == nil ? all : Array(all.prefix(allowance.share(of: integration.id)))
            let bindable =
                request.target == .all ? 0 : try await store.bindCount(integrationID: integration.id, request.selection)
            entries.append(
                SyncPreview.Entry(
                    integration: integration.name, type: integration.type, due: Array(due.prefix(Limits.reportRowsMax)),
                    hasMore: due.count > Limits.reportRowsMax, bindable: bindable))
        }
        return SyncPreview(entries: entries, unbound: try await store.unboundCount())
    }
}

/// What a sync would send.
package struct SyncPreview: Sendable {
    package struct Entry: Sendable {
        package let integration: String
        package let type: String
        /// At most `Limits.reportRowsMax`.
        package let due: [DeliveryRecord]
        /// There are more than those.
        package let hasMore: Bool
        /// Tasks that would be bound for it first.
        package let bindable: Int
    }
    package let entries: [Entry]
    package let unbound: Int
}
