import PatchbayModel

/// Which of the connectors that serve an integration type is used: the one that the operator named, else the only one,
/// where those that were shipped or approved go before all others: a stranger's file takes no type away from them by
/// claiming it. Never the first of several.
struct ConnectorChoice {
    /// One that serves the type.
    struct Candidate {
        let connector: Connector
        /// Somebody vouches for its very bytes: the installation, or the operator.
        let isVouched: Bool
    }

    let type: String
    /// A connector's id or a whole digest; nil where the operator named none.
    let route: String?
    let serving: [Candidate]

    /// Throws `connector_ambiguous`, or `connector_not_found`, which `missing` words where there is no route.
    func connector(missing: () -> ConnectorError) throws(ConnectorError) -> Connector {
        guard let route else {
            let able = Self.first(serving)
            guard able.count > 1 else {
                guard let only = able.first else { throw missing() }
                return only
            }
            throw ambiguous("Several connectors serve the integration type \(type)", able)
        }
        let routed = Self.first(serving.filter { Self.leads(route, to: $0.connector) })
        guard let connector = routed.first else {
            let others = serving.isEmpty ? "" : " There is \(Self.list(serving.map(\.connector)))."
            let cut =
                Self.isCut(route)
                ? " A route keeps a whole digest, because the beginning of one can be made up: name it again." : ""
            throw ConnectorError(
                .connectorNotFound,
                "The integration type \(type) is routed to \(route), which is not usable.\(cut)\(others) See `patchbay "
                    + "connector list`, or choose "
                    + "another: patchbay connector route \(type) ID (--remove forgets the choice).",
                context: ErrorContext(system: type))
        }
        guard routed.count == 1 else { throw ambiguous("Several connectors are \(route)", routed) }
        return connector
    }

    /// The route that a person means by an id, a digest or the beginning of one: an id as it is, and a digest whole.
    /// Throws as `connector` does.
    func route(meaning name: String) throws(ConnectorError) -> String {
        let meant = Set(
            serving.map(\.connector.digest).filter { name.count >= Limits.digestPrefixMin && $0.hasPrefix(name) })
        let isID = serving.contains { $0.connector.descriptor.id == name }
        guard meant.isEmpty || !isID && meant.count == 1 else {
            throw ambiguous(
                "Several connectors are \(name)",
                serving.map(\.connector).filter { $0.descriptor.id == name || meant.contains($0.digest) })
        }
        let route = meant.first ?? name
        _ = try ConnectorChoice(type: type, route: route, serving: serving).connector {
            preconditionFailure("a route was given")
        }
        return route
    }

    /// Whether a kept route means a connector.
    private static func leads(_ route: String, to connector: Connector) -> Bool {
        connector.descriptor.id == route || connector.digest == route
    }

    /// Kept by a version that kept the beginning of a digest.
    private static func isCut(_ route: String) -> Bool {
        route.count >= Limits.digestPrefixMin && route.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }

    private static func first(_ candidates: [Candidate]) -> [Connector] {
        let vouched = candidates.filter(\.isVouched)
        return (vouched.isEmpty ? candidates : vouched).map(\.connector)
    }

    private func ambiguous(_ what: String, _ connectors: [Connector]) -> ConnectorError {
        ConnectorError(
            .connectorAmbiguous,
            "\(what): \(Self.list(connectors)). Choose one with `patchbay connector route \(type) ID` (its id, or the "
                + "beginning of its digest), or "
                + "remove the others.", context: ErrorContext(system: type))
    }

    private static func list(_ connectors: [Connector]) -> String {
        connectors.map { "\($0.descriptor.id) (\($0.path), \($0.digest.prefix(16)))" }.joined(separator: " and ")
    }
}
