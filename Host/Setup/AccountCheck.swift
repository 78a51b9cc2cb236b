import Logging
import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore
import PatchbayTransport

/// Asks a system who a token is and which ids there are, through its connector.
package struct AccountCheck: Sendable {
    private let store: any Store
    private let links: LinkMaker
    private let transport: Transport
    private let logger: Logger

    package init(store: any Store, links: LinkMaker, transport: Transport, logger: Logger) {
        self.store = store
        self.links = links
        self.transport = transport
        self.logger = logger
    }

    /// Who the integration's token is, whether its target exists, what stands in the way. Remembers what the connector
    /// asks to.
    package func check(_ integration: IntegrationRecord) async throws -> RemoteAccount {
        let token = try await store.token(integrationID: integration.id)
        let account = try await ask(integration, token: token, isStored: true)
        if let token {
            try await store.markTokenUsed(id: token.id, at: .now)
            // The check may have refreshed it, which changes its value and not whose it is.
            let now = token.refresh == nil ? token : try await store.token(integrationID: integration.id) ?? token
            if let id = account.id, !account.isUntold, now.id == token.id,
                now.accountID == nil || now.generation == token.generation
            {
                try await store.noteAccount(tokenID: now.id, generation: now.generation, accountID: id)
            }
        }
        if account.facts != integration.facts {
            try await store.noteFacts(integrationID: integration.id, account.facts)
        }
        return account
    }

    /// The same for a token that is not stored yet; writes nothing.
    func ask(_ integration: IntegrationRecord, token: SealedToken?, isStored: Bool = false) async throws
        -> RemoteAccount
    {
        let result = try await call(.check, integration, token, partial: false, isStored: isStored)
        guard let account = result.account else {
            throw SetupError(
                .connectorProtocol, "the connector answered the check without an account; report it to its author")
        }
        if integration.id > 0 { try await store.noteLookUps(integrationID: integration.id, account.lookUps) }
        return account
    }

    /// The ids a person needs for the settings.
    package func discover(_ integration: IntegrationRecord, token: SealedToken?, isStored: Bool) async throws
        -> [DiscoveredID]
    {
        try await call(.discover, integration, token, partial: true, isStored: isStored).discovered
    }

    private func call(
        _ number: OperationNumber, _ integration: IntegrationRecord, _ token: SealedToken?, partial: Bool,
        isStored: Bool,
        refused: Int64? = nil
    ) async throws -> CallResult {
        let context = ErrorContext(system: integration.type, integration: integration.name)
        let link = try await links.link(
            integration, token: token, partial: partial, isStored: isStored, refused: refused)
        guard link.descriptor.operations[number] != nil else {
            throw SetupError(
                .operationUnsupported, "\(link.descriptor.name) has no operation \(number.word)", context: context)
        }
        let (end, _) = await Conversation(link: link, transport: transport, logger: logger).run(
            ConnectorOperation(number, now: .now))
        if integration.id > 0, let clock = link.vendor.last {
            try await store.noteVendorClock(integrationID: integration.id, clock)
        }
        switch end {
        case .answered(let result):
            if result.outcome.isAboutTokenItself, refused == nil, link.canRefresh {
                let stored = try await store.token(integrationID: integration.id)
                return try await call(
                    number, integration, stored, partial: partial, isStored: true, refused: link.generation)
            }
            guard result.outcome == .completed else {
                let words = [result.outcome.sentence, result.message].compactMap { $0 }.joined(separator: ": ")
                let told = context.filled(from: ErrorContext(vendorRequestId: result.vendorRequestID))
                throw SetupError(result.outcome.code, "integration \(integration.name): \(words)", context: told)
            }
            return result
        case .unreachable(let reason), .declined(let reason), .lost(let reason):
            throw SetupError(
                .unreachable,
                "integration \(integration.name): \(link.base) could not be reached: \(reason.clause)",
                context: context)
        case .connectorFailed(let error), .credentialFailed(let error): throw SetupError(error, about: context)
        case .paused(let until):
            throw SetupError(
                .rateLimited,
                "integration \(integration.name): nothing may be asked before \(until.text), because of the token's "
                    + "rate limit",
                context: context)
        case .tooLarge(let bytes):
            throw SetupError(
                .requestRefused, "integration \(integration.name): a request of \(bytes) bytes is too large",
                context: context)
        case .cancelled: throw SetupError(.cancelled, "stopped before the answer came", context: context)
        }
    }
}
