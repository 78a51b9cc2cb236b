import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// Every active integration, as far as that can be told without the network.
enum IntegrationChecks {
    static func run(_ rooms: Rooms, store: any Store, catalog: ConnectorCatalog?) async -> [Finding] {
        do {
            var findings: [Finding] = []
            for integration in try await store.integrations() {
                findings.append(await check(integration, rooms, store))
            }
            return findings
        } catch {
            return [.broken("integration", error)]
        }
    }

    private static func check(_ integration: IntegrationRecord, _ rooms: Rooms, _ store: any Store) async -> Finding {
        guard integration.isActive else {
            return .advice(
                "integration", .integrationInactive,
                "integration \(integration.name) is inactive; `patchbay integration enable \(integration.name)`")
        }
        do {
            let token = try await store.token(integrationID: integration.id)
            let link = try await rooms.links().link(integration, token: token)
            // A token is opened only for a request; the doctor wants to know before one.
            try link.probeCredential()
            return .ok("integration", "\(integration.name): settings complete, token opens, \(link.base)")
        } catch {
            return .broken("integration", error, named: integration.name)
        }
    }
}
