import PatchbayModel
import PatchbayStore

/// Chooses the integrations that a request means.
package struct SyncTargets: Sendable {
    private let store: any Store

    package init(store: any Store) { self.store = store }

    /// Throws `integration_not_found`, `integration_inactive`, `integration_ambiguous`.
    /// With `waits`, a sync of all also takes those that have something due later.
    package func chosen(_ request: SyncRequest, waits: Bool = false) async throws -> [IntegrationRecord] {
        switch request.target {
        case .all:
            // Inactive ones rest; active ones without due deliveries cost one look each.
            let counts = try await store.counts(now: .now)
            // One that only has something under way may have a dead lease to end.
            let busy = Set(
                counts.filter { $0.due > 0 || $0.byState[.sending] != nil || (waits && $0.nextDueAt != nil) }.map(
                    \.integrationID))
            return try await store.integrations().filter { $0.isActive && busy.contains($0.id) }
        case .integration(let name):
            return [try await active(named: name)]
        case .type(let type):
            return [try await onlyActive(ofType: type)]
        }
    }

    /// The integration of that name, else the one active integration of that type.
    package func named(orOfType text: String) async throws -> IntegrationRecord {
        if try await store.integration(named: text) != nil { return try await active(named: text) }
        return try await onlyActive(ofType: text)
    }

    private func active(named name: String) async throws -> IntegrationRecord {
        guard let found = try await store.integration(named: name) else {
            throw SyncFailure(
                .integrationNotFound,
                "no integration is named \(name); \(try await store.integrations().instead(of: name))",
                context: ErrorContext(integration: name))
        }
        guard found.isActive else {
            throw SyncFailure(
                .integrationInactive,
                "integration \(name) is inactive; enable it with `patchbay integration enable \(name)`",
                context: ErrorContext(system: found.type, integration: name))
        }
        return found
    }

    private func onlyActive(ofType type: String) async throws -> IntegrationRecord {
        let all = try await store.integrations()
        let ofType = all.filter { $0.type == type.lowercased() }
        let active = ofType.filter(\.isActive)
        if active.count == 1 { return active[0] }
        let context = ErrorContext(system: type)
        if active.count > 1 {
            throw SyncFailure(
                .integrationAmbiguous,
                "\(active.count) active integrations are of type \(type): "
                    + "\(active.map(\.name).joined(separator: ", ")); name one with --integration",
                context: context)
        }
        if let only = ofType.first {
            throw SyncFailure(
                .integrationInactive,
                "integration \(only.name) is inactive; enable it with `patchbay integration enable \(only.name)`",
                context: ErrorContext(system: type, integration: only.name))
        }
        throw SyncFailure(
            .integrationNotFound,
            "no integration is named \(type) or of that type; add one with `patchbay integration add NAME --type "
                + "\(type)`",
            context: context
        )
    }
}
