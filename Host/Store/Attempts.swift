import Foundation
import PatchbayModel

/// Where, as whom and with what attempts are made. A look-up goes there, whatever the integration says by then.
package struct AttemptOrigin: Sendable, Hashable {
    /// The connector's own id; "" where a restored store only assumes that it was as it is now.
    package let connectorID: String
    package let connectorDigest: String
    package let baseURL: String
    /// The settings that are part of the target, as JSON with sorted keys.
    package let settingsText: String
    package let tokenKind: String
    /// The token's account; nil where it was not known.
    package let accountID: String?

    /// As the store keeps it.
    package init(
        connectorID: String, connectorDigest: String, baseURL: String, settingsText: String, tokenKind: String,
        accountID: String?
    ) {
        self.connectorID = connectorID
        self.connectorDigest = connectorDigest
        self.baseURL = baseURL
        self.settingsText = settingsText
        self.tokenKind = tokenKind
        self.accountID = accountID
    }

    package init(
        connectorID: String, connectorDigest: String, baseURL: String, settings: [String: SettingValue],
        tokenKind: String,
        accountID: String?
    ) {
        self.init(
            connectorID: connectorID, connectorDigest: connectorDigest, baseURL: baseURL,
            settingsText: Self.text(settings),
            tokenKind: tokenKind, accountID: accountID)
    }

    private static func text(_ settings: [String: SettingValue]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Settings came from JSON and go back to it.
        return (try? encoder.encode(settings)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    /// Nothing was noted: a store that was restored takes for granted that it was as the integration is now.
    package var isAssumed: Bool { connectorID.isEmpty }

    /// How an integration stands, in the words in which a restored store keeps it for an assumed origin.
    package static func place(of integration: IntegrationRecord) -> String {
        text(integration.settings) + " " + (integration.baseURL ?? "")
    }

    /// With what value of which token an assumed one was made, in the words of `TokenMark`: while the integration still
    /// has that, the account is that of today. Nil for any other.
    package var assumedToken: String? { isAssumed ? baseURL : nil }

    /// The settings that are part of the target; empty where they cannot be read.
    package var settings: [String: SettingValue] {
        (try? JSONDecoder().decode([String: SettingValue].self, from: Data(settingsText.utf8))) ?? [:]
    }

    /// What one made, the other would find in the same way: all but the account and the connector's version.
    package func isSamePlace(as other: AttemptOrigin) -> Bool {
        connectorID == other.connectorID && baseURL == other.baseURL && settingsText == other.settingsText
            && tokenKind == other.tokenKind
    }
}

/// What a look-up of an unknown delivery needs to know.
package struct LookUp: Sendable, Hashable {
    /// From 1.
    package let number: Int
    /// When it became unknown, by our wall clock: for people, and for when to look next.
    package let unknownSince: Timestamp
    /// Where, as whom and with what the attempt was made; nil where an earlier version made it.
    package let origin: AttemptOrigin?
    /// When the attempt was claimed; nil where that is not known.
    package let claimedAt: RunningTime?
    /// When the connection of the attempt was surely closed; nil where that is not known.
    package let closedAt: RunningTime?
    /// What the vendor's own clock told last before the first attempt, and first after the connection was closed.
    package let vendorBefore: Timestamp?
    package let vendorAfter: Timestamp?
    /// The store was restored from a copy since, so it may have been sent again after that was made.
    package let isRestored: Bool

    package init(
        number: Int, unknownSince: Timestamp, origin: AttemptOrigin? = nil, claimedAt: RunningTime? = nil,
        closedAt: RunningTime? = nil,
        vendorBefore: Timestamp? = nil, vendorAfter: Timestamp? = nil, isRestored: Bool = false
    ) {
        self.number = number
        self.unknownSince = unknownSince
        self.origin = origin
        self.claimedAt = claimedAt
        self.closedAt = closedAt
        self.vendorBefore = vendorBefore
        self.vendorAfter = vendorAfter
        self.isRestored = isRestored
    }
}

/// A task that this integration itself made, which a look-up must show before it is believed to show everything.
package struct Witness: Sendable, Hashable {
    package let deliveryID: String
    package let externalID: String
    package let task: TrackedTask
    /// When its create was sent, by our clock.
    package let sentAt: Timestamp

    package init(deliveryID: String, externalID: String, task: TrackedTask, sentAt: Timestamp) {
        self.deliveryID = deliveryID
        self.externalID = externalID
        self.task = task
        self.sentAt = sentAt
    }
}

/// What an attempt asked the other system to do.
package enum DeliveryOperation: String, Sendable, Codable {
    case create, find
}

/// One recorded try of a delivery.
package struct AttemptRecord: Sendable, Hashable {
    package let operation: DeliveryOperation
    /// From 1, for each operation.
    package let number: Int
    /// The state it led to.
    package let outcome: DeliveryState
    package let startedAt: Timestamp
    package let endedAt: Timestamp
    package let httpStatus: Int?
    package let vendorRequestID: String?
    package let errorCode: ErrorCode?
    package let errorMessage: String?

    package init(
        operation: DeliveryOperation = .create, number: Int, outcome: DeliveryState, startedAt: Timestamp,
        endedAt: Timestamp,
        httpStatus: Int?, vendorRequestID: String?, errorCode: ErrorCode?, errorMessage: String?
    ) {
        self.operation = operation
        self.number = number
        self.outcome = outcome
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.httpStatus = httpStatus
        self.vendorRequestID = vendorRequestID
        self.errorCode = errorCode
        self.errorMessage = errorMessage
    }
}
