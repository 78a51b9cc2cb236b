import PatchbayConnectors
import PatchbayModel

/// Worker and connectors.
enum ConnectorChecks {
    /// Also gives the catalog if it could be read.
    static func run(_ rooms: Rooms) async -> ([Finding], ConnectorCatalog?) {
        do {
            let catalog = try rooms.catalog()
            let plugins = try await catalog.list()
            var findings = [Finding.ok("worker", rooms.home.workerPath)]
            for plugin in plugins {
                switch plugin.state {
                case .usable(let descriptor):
                    findings.append(
                        .ok(
                            "connector",
                            "\(plugin.name): \(descriptor.name) \(descriptor.version) for "
                                + "\(descriptor.integrationTypes.joined(separator: ", "))"
                        ))
                    if let taken = plugin.takenWords {
                        findings.append(.advice("connector", .connectorAmbiguous, taken))
                    }
                case .refused(.duplicate, let message):
                    findings.append(.advice("connector", .connectorRefused, "\(plugin.name): \(message)"))
                case .refused(let reason, let message):
                    findings.append(
                        .broken("connector", .connectorRefused, "\(plugin.name): \(message) (\(reason.rawValue))"))
                }
            }
            if plugins.isEmpty {
                let folders = rooms.home.pluginsDirectories.joined(separator: " or ")
                findings.append(
                    .broken(
                        "connector", .connectorNotFound,
                        "there is no plugin in \(folders); put one there, or name the folder with --plugins"))
            }
            return (findings, catalog)
        } catch {
            return ([.broken("connector", error)], nil)
        }
    }
}
