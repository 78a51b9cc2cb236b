import PatchbayModel

/// What a connector says it is; constant for the life of its file, and checked before anyone reads it.
package struct ConnectorDescriptor: Sendable, Hashable {
    /// Reverse domain, such as `org.example.tracker`.
    package let id: String
    /// For people.
    package let name: String
    package let version: String
    /// Who made the connector.
    package let vendor: String
    package let origin: ConnectorOrigin
    /// The integration types it serves; at least one, lower case.
    package let integrationTypes: [String]
    /// What it can do, with the tasks one call may hold (0 for operations without tasks).
    package let operations: [OperationNumber: Int]
    package let settings: [SettingField]
    /// At least one; the first is the default.
    package let tokenKinds: [TokenKind]
    package let budgets: [RateBudget]
    /// Concurrent requests per token; nil where the connector names no number.
    package let requestsConcurrentMax: Int?
    /// Concurrent writes among them, counted by their cost.
    package let writesConcurrentMax: Int?
    /// Whether a create with a known delivery id makes nothing new.
    package let createRepeatable: Bool
    /// Whether the system never asks to wait in an answer whose status is below 400.
    package let throttlesByStatus: Bool
    /// How long a created task may stay invisible to find.
    package let findLag: Duration
    /// The interface it was built with.
    package let abiMajor: Int
    /// The lowest minor version that it needs.
    package let abiMinor: Int
    /// The minor version that it was built with: what a later one has, it does not say.
    package let builtMinor: Int
    /// Paths where a POST only reads.
    package let readingPaths: [String]
    /// Entries of its lists that are more than count, and were left out.
    package let leftOut: Int

    package init(
        id: String, name: String, version: String, vendor: String, origin: ConnectorOrigin,
        integrationTypes: [String] = [],
        operations: [OperationNumber: Int] = [:], settings: [SettingField] = [], tokenKinds: [TokenKind] = [],
        budgets: [RateBudget] = [], requestsConcurrentMax: Int? = nil, writesConcurrentMax: Int? = nil,
        createRepeatable: Bool,
        throttlesByStatus: Bool = false, findLag: Duration, readingPaths: [String] = [], abiMajor: Int, abiMinor: Int,
        builtMinor: Int = 0, leftOut: Int = 0
    ) {
        self.leftOut = leftOut
        self.id = id
        self.name = name
        self.version = version
        self.vendor = vendor
        self.origin = origin
        self.integrationTypes = integrationTypes
        self.operations = operations
        self.settings = settings
        self.tokenKinds = tokenKinds
        self.budgets = budgets
        self.requestsConcurrentMax = requestsConcurrentMax
        self.writesConcurrentMax = writesConcurrentMax
        self.createRepeatable = createRepeatable
        self.throttlesByStatus = throttlesByStatus
        self.findLag = findLag
        self.abiMajor = abiMajor
        self.abiMinor = abiMinor
        self.builtMinor = builtMinor
        self.readingPaths = readingPaths
    }

    /// The settings that are part of the target: another value of one means another place. A connector of 1.0 cannot
    /// say which, so all that it requires count, but maps.
    package func targetSettings(of settings: [String: SettingValue]) -> [String: SettingValue] {
        let names = targetSettingNames
        return settings.filter { names.contains($0.key) }
    }

    /// The names of those settings.
    package var targetSettingNames: [String] {
        settings.filter { builtMinor > 0 ? $0.isTarget : $0.isRequired && $0.kind != .map }.map(\.name)
    }

    /// The token kind of that name, or the default for nil. Nil when there is none of that name.
    package func tokenKind(named name: String?) -> TokenKind? {
        guard let name else { return tokenKinds.first }
        return tokenKinds.first { $0.name == name }
    }
}

/// What a connector may be asked to do. The raw value is the number in the interface.
package enum OperationNumber: UInt32, Sendable, CaseIterable {
    case check = 1
    case discover = 2
    case create = 3
    case update = 4
    case find = 5
    case fetch = 6

    /// The word for people and logs.
    package var word: String { "\(self)" }
    /// Whether it is asked about tasks.
    package var takesTasks: Bool { self != .check && self != .discover }
    /// Whether it may change something at the vendor; all others only read.
    package var mayChange: Bool { self == .create || self == .update }
    /// What one call of it may cost.
    package var bounds: CallBounds {
        switch self {
        case .check: Limits.checkBounds
        case .discover: Limits.discoverBounds
        case .create, .update: Limits.changeBounds
        case .find, .fetch: Limits.readBounds
        }
    }
}

/// Where a connector's requests go, unless a base URL says otherwise.
package enum ConnectorOrigin: Sendable, Hashable {
    case fixed(BaseURL)
    /// The setting of that name holds it.
    case setting(String)
}

/// One setting that a connector knows.
package struct SettingField: Sendable, Hashable {
    package let name: String
    package let kind: SettingKind
    package let isRequired: Bool
    package let defaultValue: SettingValue?
    /// One sentence for a person.
    package let help: String?
    /// Another value means another place, where nothing of ours is.
    package let isTarget: Bool

    package init(
        name: String, kind: SettingKind, isRequired: Bool, defaultValue: SettingValue? = nil, help: String? = nil,
        isTarget: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.isRequired = isRequired
        self.defaultValue = defaultValue
        self.help = help
        self.isTarget = isTarget
    }
}

/// A kind of token that a connector's vendor takes.
package struct TokenKind: Sendable, Hashable {
    /// `api-key` or `oauth`.
    package let name: String
    package let scheme: TokenScheme
    /// A fixed origin that this kind uses instead of the descriptor's.
    package let origin: BaseURL?
    package let oauth: OAuthFacts?

    package init(name: String, scheme: TokenScheme, origin: BaseURL? = nil, oauth: OAuthFacts? = nil) {
        self.name = name
        self.scheme = scheme
        self.origin = origin
        self.oauth = oauth
    }
}

/// How a token becomes a header.
package enum TokenScheme: Sendable, Hashable {
    case bearer
    /// The user name is the value of that setting.
    case basic(userSetting: String)
    /// The token alone is the value of that header.
    case header(name: String)
}

/// Where and how a vendor's OAuth tokens are had and renewed.
package struct OAuthFacts: Sendable, Hashable {
    /// Every refresh answers with a new refresh token.
    package let refreshRotates: Bool
    /// A spent refresh token still works so long; zero is not at all.
    package let reuseWindow: Duration
    /// An unused refresh token lapses after this; nil is never.
    package let refreshIdle: Duration?
    /// Token requests are JSON, not form-encoded.
    package let tokenRequestIsJSON: Bool
    package let authorizeURL: String?
    package let tokenURL: String?
    package let revokeURL: String?
    package let scopes: String?

    package init(
        refreshRotates: Bool, reuseWindow: Duration, refreshIdle: Duration? = nil, tokenRequestIsJSON: Bool,
        authorizeURL: String? = nil, tokenURL: String? = nil, revokeURL: String? = nil, scopes: String? = nil
    ) {
        self.refreshRotates = refreshRotates
        self.reuseWindow = reuseWindow
        self.refreshIdle = refreshIdle
        self.tokenRequestIsJSON = tokenRequestIsJSON
        self.authorizeURL = authorizeURL
        self.tokenURL = tokenURL
        self.revokeURL = revokeURL
        self.scopes = scopes
    }
}

/// A vendor's rate limit, as it holds until an answer says otherwise.
package struct RateBudget: Sendable, Hashable {
    /// The connector's own name for it; budget facts repeat it.
    package let scope: String
    /// Units in one window.
    package let limit: Int64
    package let window: Duration

    package init(scope: String, limit: Int64, window: Duration) {
        self.scope = scope
        self.limit = limit
        self.window = window
    }
}
