import PatchbayModel

/// Which of the connectors that serve an integration type is used: the only one, or the one that the operator named. Never the first of several.
struct ConnectorChoice {
    let type: String
    /// A connector's id or the beginning of a digest; nil where the operator named none.
    let route: String?
    let serving: [Connector]

    /// Throws `connector_ambiguous`, or `connector_not_found`, which `missing` words where there is no route.
    func connector(missing: () -> ConnectorError) throws(ConnectorError) -> Connector {
        guard let route else {
            guard serving.count > 1 else {
                guard let only = serving.first else { throw missing() }
                return only
            }
            throw ambiguous("Several connectors serve the integration type \(type)", serving)
        }
        let routed = serving.filter { Self.names(route, $0) }
        guard let connector = routed.first else {
            let others = serving.isEmpty ? "" : " There is \(Self.list(serving))."
            throw ConnectorError(
                .connectorNotFound,
                "The integration type \(type) is routed to \(route), which is not usable.\(others) See `patchbay connector list`, or choose "
                    + "another: patchbay connector route \(type) ID (--remove forgets the choice).",
                context: ErrorContext(system: type))
        }
        guard routed.count == 1 else { throw ambiguous("Several connectors are \(route)", routed) }
        return connector
    }

    /// Whether a route means a connector.
    static func names(_ route: String, _ connector: Connector) -> Bool {
        connector.descriptor.id == route || (route.count >= Limits.digestPrefixMin && connector.digest.hasPrefix(route))
    }

    private func ambiguous(_ what: String, _ connectors: [Connector]) -> ConnectorError {
        ConnectorError(
            .connectorAmbiguous,
            "\(what): \(Self.list(connectors)). Choose one with `patchbay connector route \(type) ID` (its id, or the beginning of its digest), or "
                + "remove the others.", context: ErrorContext(system: type))
    }

    private static func list(_ connectors: [Connector]) -> String {
        connectors.map { "\($0.descriptor.id) (\($0.path), \($0.digest.prefix(16)))" }.joined(separator: " and ")
    }
}
