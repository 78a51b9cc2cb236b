import PatchbayModel
import PatchbayStore

/// How a person is told why something is not delivered, and when it goes on.
enum FailureWords {
    /// The field, unless the vendor's words begin with it as with a heading, and the words.
    static func why(field: String?, message: String?) -> String {
        guard let message else { return field ?? "-" }
        guard let field, !message.hasPrefix(field + ":") else { return message }
        return "\(field): \(message)"
    }

    /// When a plain sync tries it next; nil when that may be at once.
    static func nextTry(_ delivery: DeliveryRecord, of integration: IntegrationRecord?) -> Timestamp? {
        [delivery.dueAt, integration?.pausedUntil, integration?.breaker?.until].compactMap(\.self).max().flatMap {
            $0 > .now ? $0 : nil
        }
    }
}
