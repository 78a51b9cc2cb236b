import Foundation
import PatchbayModel

/// The place an integration delivers to: connector, address and the settings that are part of it.
///
/// Whoever asks whether something was made there compares places, not integrations: one that was removed and added
/// again has another id, and may have another name.
package struct DeliveryTarget: Sendable, Hashable {
    /// A setting that is part of the target.
    package struct Field: Sendable, Hashable {
        package let name: String
        package let value: SettingValue?
        /// What holds where it is not set.
        package let fallback: SettingValue?
        package let isRequired: Bool
        /// Its value is an address, of which several spellings are one.
        package let isAddress: Bool

        package init(
            name: String, value: SettingValue?, fallback: SettingValue? = nil, isRequired: Bool = false,
            isAddress: Bool = false
        ) {
            self.name = name
            self.value = value
            self.fallback = fallback
            self.isRequired = isRequired
            self.isAddress = isAddress
        }

        fileprivate func plain(_ value: SettingValue?) -> SettingValue? {
            guard let value = value ?? fallback else { return nil }
            guard case .text(let text) = value else { return value }
            if isAddress { return .text(DeliveryTarget.plain(text) ?? text) }
            // A UUID is the same in capitals (RFC 9562).
            return .text(UUID(uuidString: text)?.uuidString ?? text)
        }
    }

    package let type: String
    package let connectorID: String
    /// Where it sends, with whatever kind of token.
    package let addresses: Set<String>
    /// What replaces the connector's own address.
    package let baseURL: String?
    package let fields: [Field]

    package init(type: String, connectorID: String, addresses: Set<String>, baseURL: String?, fields: [Field]) {
        self.type = type
        self.connectorID = connectorID
        self.addresses = addresses
        self.baseURL = Self.plain(baseURL)
        self.fields = fields
    }

    /// False while something is missing that makes up the place: then nothing is known to be there.
    package var isComplete: Bool {
        !addresses.isEmpty && fields.allSatisfy { !$0.isRequired || $0.value != nil || $0.fallback != nil }
    }

    /// Whether that attempt was made here.
    package func holds(_ origin: AttemptOrigin) -> Bool {
        guard isComplete, !origin.isAssumed, origin.connectorID == connectorID else { return false }
        return addresses.contains(origin.baseURL) && agrees(with: origin.settings)
    }

    /// Whether an integration that was removed delivered here, as it stood then.
    package func holds(_ removed: RemovedIntegration) -> Bool {
        let isOfConnector = removed.connectorID.map { $0 == connectorID } ?? (removed.type == type)
        return isComplete && isOfConnector && Self.plain(removed.baseURL) == baseURL && agrees(with: removed.settings)
    }

    private func agrees(with settings: [String: SettingValue]) -> Bool {
        fields.allSatisfy { $0.plain(settings[$0.name]) == $0.plain($0.value) }
    }

    /// One spelling for all of an address.
    private static func plain(_ address: String?) -> String? {
        address.map { text in (try? BaseURL(parsing: text))?.description ?? text }
    }
}
