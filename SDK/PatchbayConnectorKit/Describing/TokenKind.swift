/// A kind of token that a connector takes, and how the host shows it to the vendor.
public struct TokenKind: Sendable, Equatable {
    /// The form of the credential. The host makes it; the connector never sees the token.
    public enum Scheme: Sendable, Equatable {
        /// `Authorization: Bearer TOKEN`.
        case bearer
        /// `Authorization: Basic`, with the value of a setting as user name.
        case basic(userSetting: String)
        /// A header that holds the token and nothing else.
        case header(String)
    }

    /// `api-key` or `oauth`.
    public var name: String
    /// The form of the credential.
    public var scheme: Scheme
    /// The origin to use with this kind in place of the descriptor's.
    public var origin: String?
    /// How a token is had and refreshed; nil for a token that a person makes by hand.
    public var oauth: OAuth?

    /// A kind of token.
    public init(_ name: String, _ scheme: Scheme, origin: String? = nil, oauth: OAuth? = nil) {
        self.name = name
        self.scheme = scheme
        self.origin = origin
        self.oauth = oauth
    }
}

/// How OAuth tokens of a vendor are had and refreshed.
public struct OAuth: Sendable, Equatable {
    /// Whole addresses.
    public var authorizeURL: String
    /// Where tokens are asked for and refreshed.
    public var tokenURL: String
    /// Where they are given back; nil if nowhere.
    public var revokeURL: String?
    /// As the authorize request wants them.
    public var scopes: String
    /// Whether every refresh answers with a new refresh token.
    public var refreshRotates: Bool
    /// How long a spent refresh token still works, in milliseconds.
    public var reuseWindowMs: Int64
    /// After how long an unused refresh token lapses, in milliseconds; 0 = never.
    public var refreshIdleMs: Int64
    /// Whether token requests are JSON; otherwise form-encoded.
    public var tokenRequestJSON: Bool

    /// The addresses and habits of a vendor's authorisation server.
    public init(
        authorizeURL: String, tokenURL: String, revokeURL: String? = nil, scopes: String, refreshRotates: Bool = false,
        reuseWindowMs: Int64 = 0, refreshIdleMs: Int64 = 0, tokenRequestJSON: Bool = false
    ) {
        self.authorizeURL = authorizeURL
        self.tokenURL = tokenURL
        self.revokeURL = revokeURL
        self.scopes = scopes
        self.refreshRotates = refreshRotates
        self.reuseWindowMs = reuseWindowMs
        self.refreshIdleMs = refreshIdleMs
        self.tokenRequestJSON = tokenRequestJSON
    }
}
