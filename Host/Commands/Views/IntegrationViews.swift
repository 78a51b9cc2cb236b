import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// An integration as JSON output shows it, in the names of the application it may come from; of the token only whether
/// it is set.
struct IntegrationView: Encodable, Sendable {
    let name: String
    let type: String
    let settings: [String: SettingValue]
    let isActive: Bool
    let baseUrl: String?
    let authUrl: String?
    let patienceSeconds: Int64?
    let tokenSet: Bool
    let fingerprint: String?
    let missingSettings: [String]?
    let createdAt: String

    init(_ integration: IntegrationRecord, token: SealedToken?, missing: [String]? = nil) {
        name = integration.name
        type = integration.type
        settings = integration.settings
        isActive = integration.isActive
        baseUrl = integration.baseURL
        authUrl = integration.authURL
        patienceSeconds = integration.patience?.components.seconds
        tokenSet = token != nil
        fingerprint = token?.fingerprint
        missingSettings = missing
        createdAt = integration.createdAt.text
    }
}

/// A token as JSON output shows it.
struct TokenView: Encodable, Sendable {
    let integration: String
    let type: String
    let tokenSet: Bool
    let kind: String?
    let fingerprint: String?
    let origins: [String]?
    let setAt: String?
    let lastUsedAt: String?
    let expiresAt: String?
    let canRefresh: Bool?
    let refreshLapsesAt: String?
    let needsReauthSince: String?
    /// Until when the value before a rotation may still be used.
    let previousUntil: String?

    init(_ integration: IntegrationRecord, _ token: SealedToken?, previousUntil: Timestamp? = nil) {
        canRefresh = token.map { $0.refresh != nil }
        refreshLapsesAt = token?.refresh?.lapsesAt?.text
        needsReauthSince = token?.refresh?.needsReauthSince?.text
        self.previousUntil = previousUntil?.text
        self.integration = integration.name
        type = integration.type
        tokenSet = token != nil
        kind = token?.kind
        fingerprint = token?.fingerprint
        origins = token?.origins
        setAt = token?.setAt.text
        lastUsedAt = token?.lastUsedAt?.text
        expiresAt = token?.expiresAt?.text
    }
}

/// Who a token is, as the system told.
struct AccountView: Encodable, Sendable {
    let id: String?
    let name: String?
    let email: String?
    let place: String?
    let expiresAt: String?
    let problems: [DeliveryWarning]
    /// `proved` or `never`; absent where the connector does not say whether a look-up that finds nothing can be
    /// certain.
    let lookUps: String?
    let lookUpsReason: String?

    init(_ account: RemoteAccount) {
        lookUps = account.lookUps.word
        if case .never(let reason) = account.lookUps { lookUpsReason = reason } else { lookUpsReason = nil }
        id = account.id
        name = account.name
        email = account.email
        place = account.place
        expiresAt = account.expiresAt?.text
        problems = account.problems
    }

    /// One line for a person.
    var line: String {
        let who = [name, email.map { "<\($0)>" }].compactMap { $0 }.joined(separator: " ")
        return (who.isEmpty ? id ?? "unnamed account" : who) + (place.map { " at \($0)" } ?? "")
    }
}

extension LookUpPower {
    /// For JSON; nil where nothing was told.
    var word: String? {
        switch self {
        case .notTold: nil
        case .proved: "proved"
        case .never: "never"
        }
    }
}

/// An id found for a setting.
struct DiscoveredView: Encodable, Sendable {
    let setting: String?
    let kind: String
    let id: String
    let name: String
    let detail: String?

    init(_ found: DiscoveredID) {
        setting = found.setting
        kind = found.kind
        id = found.id
        name = found.name
        detail = found.detail
    }
}

extension SettingValue {
    /// For a person, on one line.
    var text: String {
        switch self {
        case .text(let value): value
        case .integer(let value): String(value)
        case .boolean(let value): String(value)
        case .map(let map):
            map.isEmpty
                ? "{}" : map.sorted { $0.key < $1.key }.map { "\($0.key) -> \($0.value)" }.joined(separator: ", ")
        }
    }
}
