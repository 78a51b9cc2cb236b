import PatchbayConnectors
import PatchbayModel
import PatchbayRecording
import PatchbayStore

/// One integration ready to be spoken to: its connector opened with its settings, where it is, and its credential.
package struct IntegrationLink: Sendable {
    package let integration: IntegrationRecord
    package let descriptor: ConnectorDescriptor
    package let session: ConnectorSession
    package let base: BaseURL
    package private(set) var credential: (any Credential)?
    package let budget: TokenBudget
    /// The stored token's row, for the note of its last use.
    package let tokenID: String
    /// Of the token's value.
    package private(set) var generation: Int64
    /// Of a token that can be refreshed and whose end is known.
    package private(set) var span: TokenSpan?
    /// A new access token may be had without a person.
    package let canRefresh: Bool
    /// Where, as whom and with what this link sends.
    package let origin: AttemptOrigin
    /// The place it delivers to, as tombstones of removed integrations are compared with it.
    package let target: DeliveryTarget?
    /// What the vendor's own clock tells.
    package let vendor: VendorWatch
    /// The waits of its token; nil for a token that is not stored, or not yet.
    package let pauses: TokenPauses?
    /// Set while calls are recorded.
    package let recorder: LinkRecorder?

    package init(
        integration: IntegrationRecord, descriptor: ConnectorDescriptor, session: ConnectorSession, base: BaseURL,
        credential: (any Credential)?, budget: TokenBudget, tokenID: String, generation: Int64 = 0,
        span: TokenSpan? = nil,
        canRefresh: Bool = false, origin: AttemptOrigin, target: DeliveryTarget? = nil, vendor: VendorWatch,
        pauses: TokenPauses? = nil, recorder: LinkRecorder? = nil
    ) {
        self.integration = integration
        self.descriptor = descriptor
        self.session = session
        self.base = base
        self.credential = credential
        self.budget = budget
        self.tokenID = tokenID
        self.generation = generation
        self.span = span
        self.canRefresh = canRefresh
        self.origin = origin
        self.target = target
        self.vendor = vendor
        self.pauses = pauses
        self.recorder = recorder
    }
}

extension IntegrationLink {
    /// The same with another value of the same token. What the connector and the budget have learned stays.
    package func renewed(by other: IntegrationLink) -> IntegrationLink {
        var link = self
        (link.credential, link.generation, link.span) = (other.credential, other.generation, other.span)
        return link
    }

    /// Opens the token once and lets it go. Throws what keeps it from opening, with the integration in the context.
    package func probeCredential() throws(CallError) {
        do {
            try credential?.probe()
        } catch {
            let context = ErrorContext(system: integration.type, integration: integration.name)
            guard let failure = error as? any PatchbayFailure else {
                throw CallError(.tokenDamaged, "\(error)", context: context)
            }
            throw CallError(
                failure.code, "integration \(integration.name): \(failure.message)",
                context: failure.context.filled(from: context))
        }
    }
}
