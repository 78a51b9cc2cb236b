import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// Every active integration, as far as that can be told without the network.
enum IntegrationChecks {
    static func run(_ rooms: Rooms, store: any Store, catalog: ConnectorCatalog?) async -> [Finding] {
        do {
            var findings: [Finding] = []
            for integration in try await store.integrations() {
                findings += await check(integration, rooms, store)
            }
            return findings
        } catch {
            return [.broken("integration", error)]
        }
    }

    private static func check(_ integration: IntegrationRecord, _ rooms: Rooms, _ store: any Store) async -> [Finding] {
        guard integration.isActive else {
            return [
                .advice(
                    "integration", .integrationInactive,
                    "integration \(integration.name) is inactive; `patchbay integration enable \(integration.name)`")
            ]
        }
        do {
            let token = try await store.token(integrationID: integration.id)
            // A refresh would need the network, and spend a token.
            let link = try await rooms.links().link(integration, token: token, refreshes: false)
            // A token is opened only for a request; the doctor wants to know before one.
            try link.probeCredential()
            let clock = LookUpWords.clock(integration)
            return [.ok("integration", "\(integration.name): settings complete, token opens, \(link.base), \(clock)")]
                + lookUps(integration, lag: link.descriptor.findLag)
        } catch {
            return [.broken("integration", error, named: integration.name)]
        }
    }

    /// What would go wrong when an answer is lost.
    private static func lookUps(_ integration: IntegrationRecord, lag: Duration) -> [Finding] {
        var findings: [Finding] = []
        if let short = LookUpWords.patience(integration, lag: lag) {
            findings.append(
                .advice(
                    "integration", .patienceShort,
                    short + "; `patchbay integration set \(integration.name) --patience SECONDS` changes it")
            )
        }
        if LookUpWords.isFarOff(integration) {
            findings.append(
                .advice(
                    "integration", .clockSkewed,
                    "\(integration.name): \(LookUpWords.clock(integration)); look-ups go by its clock, but times shown "
                        + "here are wrong: set ours"
                ))
        }
        if let uncertain = LookUpWords.power(integration.lookUps, of: integration.name) {
            findings.append(.advice("integration", .lookUpsUncertain, uncertain))
        }
        return findings
    }
}
