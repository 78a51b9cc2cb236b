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
    package let credential: (any Credential)?
    package let budget: TokenBudget
    /// The stored token's row, for the note of its last use.
    package let tokenID: String
    /// Of the token's value.
    package let generation: Int64
    /// A new access token may be had without a person.
    package let canRefresh: Bool
    /// Set while calls are recorded.
    package let recorder: LinkRecorder?

    package init(
        integration: IntegrationRecord, descriptor: ConnectorDescriptor, session: ConnectorSession, base: BaseURL,
        credential: (any Credential)?, budget: TokenBudget, tokenID: String, generation: Int64 = 0, canRefresh: Bool = false,
        recorder: LinkRecorder? = nil
    ) {
        self.integration = integration
        self.descriptor = descriptor
        self.session = session
        self.base = base
        self.credential = credential
        self.budget = budget
        self.tokenID = tokenID
        self.generation = generation
        self.canRefresh = canRefresh
        self.recorder = recorder
    }
}

extension IntegrationLink {
    /// Opens the token once and lets it go. Throws what keeps it from opening, with the integration in the context.
    package func probeCredential() throws(CallError) {
        do {
            try credential?.probe()
        } catch {
            let context = ErrorContext(system: integration.type, integration: integration.name)
            guard let failure = error as? any PatchbayFailure else { throw CallError(.tokenDamaged, "\(error)", context: context) }
            throw CallError(
                failure.code, "integration \(integration.name): \(failure.message)", context: failure.context.filled(from: context))
        }
    }
}
