/// The stage of a delivery's life (ARCHITECTURE.md has the table of transitions).
package enum DeliveryState: String, Sendable, Codable, CaseIterable {
    /// Not sent yet.
    case pending
    /// Claimed under a lease; a request may have left.
    case sending
    /// It exists there; the external id is known.
    case delivered
    /// The vendor said no; a person must act, then `retry` puts it back.
    case refused
    /// Not sent, or surely not done; has a time from which it is due again.
    case waiting
    /// Sent, and the answer was lost: it must be looked up before anything is sent again.
    case unknown
    /// Taken back by the user before anything was sent.
    case cancelled
}

/// A warning that came with a delivery: it exists, but not quite as asked.
package struct DeliveryWarning: Sendable, Hashable, Codable {
    package let code: String
    package let field: String?
    package let text: String

    package init(code: String, field: String?, text: String) {
        self.code = code
        self.field = field
        self.text = text
    }
}
