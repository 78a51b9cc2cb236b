/// A delivery as it goes from one home to another: what a person would miss there, and what a look-up needs.
///
/// Running times and leases stay behind, because they mean nothing on another machine.
package struct MovedDelivery: Sendable, Hashable {
    /// The integration's name, in both homes.
    package let integration: String
    /// UUID version 4, lower case: what the task is marked with where it was sent.
    package let deliveryID: String
    package let state: DeliveryState
    /// The integration's type in the home that it comes from; nil where that is not told.
    package var type: String?
    package var attempts = 0
    package var externalID: String?
    package var displayID: String?
    package var url: String?
    package var vendorRequestID: String?
    package var errorCode: ErrorCode?
    package var errorField: String?
    package var errorMessage: String?
    package var warnings: [DeliveryWarning] = []
    package var firstAttemptAt: Timestamp?
    /// When the create that delivered it began; nil where a look-up or a person settled it.
    package var sentAt: Timestamp?
    package var deliveredAt: Timestamp?
    package var unknownSince: Timestamp?
    /// What the vendor's own clock told last before the first attempt.
    package var vendorBefore: Timestamp?
    /// Where, as whom and with what the attempt was made; nil where that is not known.
    package var origin: MovedOrigin?
    /// The task has changed since it was sent.
    package var changedSince = false
    /// Cancelled because an import no longer named the integration, not by a person.
    package var isCancelledByImport = false
    /// The home was restored from a copy, after which it may have been sent: put back, it is looked up first.
    package var isRestored = false

    package init(integration: String, deliveryID: String, state: DeliveryState) {
        self.integration = integration
        self.deliveryID = deliveryID
        self.state = state
    }

    /// It is in the other system, or may be.
    package var mayBeThere: Bool { state == .delivered || state == .unknown || state == .sending }
    /// The home that takes it in will send it or look it up.
    package var isOpen: Bool { state == .pending || state == .waiting || state == .unknown || state == .sending }
}

/// Where, as whom and with what an attempt was made, as it goes from one home to another.
package struct MovedOrigin: Sendable, Hashable {
    package let connectorID: String
    /// The connector's very file; "" where nothing hangs on it.
    package let connectorDigest: String
    package let baseURL: String
    /// The settings that are part of the target.
    package let settings: [String: SettingValue]
    package let tokenKind: String
    package let accountID: String?

    package init(
        connectorID: String, connectorDigest: String, baseURL: String, settings: [String: SettingValue],
        tokenKind: String,
        accountID: String?
    ) {
        self.connectorID = connectorID
        self.connectorDigest = connectorDigest
        self.baseURL = baseURL
        self.settings = settings
        self.tokenKind = tokenKind
        self.accountID = accountID
    }
}
