import PatchbayModel
import PatchbayStore

/// What every host on the store keeps of one token's waits: read before each request, written before the next one may
/// leave.
///
/// Without it a wait would hold for others from their next claim on, and what they had claimed by then would go out:
/// eight and fourteen requests, of two syncs on one token of Asana.
package struct TokenPauses: Sendable {
    private let store: any IntegrationStore
    private let integrationID: Int64
    private let tokenID: String

    init(store: any IntegrationStore, integrationID: Int64, tokenID: String) {
        self.tokenID = tokenID
        self.store = store
        self.integrationID = integrationID
    }

    /// Nothing may be sent before; nil when nothing is known. That the store cannot be read costs no more than a
    /// refusal.
    func until() async -> Timestamp? {
        guard let pause = try? await store.pause(integrationID: integrationID) else { return nil }
        return pause.until
    }

    /// For every host, from the moment at which this returns. A token that was set meanwhile is not meant.
    func note(_ pause: Pause) async {
        try? await store.pause(integrationID: integrationID, pause, tokenID: tokenID)
    }
}
