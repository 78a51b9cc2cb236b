/// What a check found out.
public struct Account: Sendable, Equatable {
    /// Whether a look-up that finds nothing can be certain.
    public enum LookUps: Sendable, Equatable {
        /// The connector does not say.
        case notTold
        /// This account sees what it adds, with the marker.
        case proved
        /// Never, for the reason given: a lost answer needs a person.
        case never(String)
    }

    /// The vendor's id of the token's owner.
    public var id: String
    /// The owner's name.
    public var name: String?
    /// The owner's e-mail address.
    public var email: String?
    /// Workspace, site or organisation, for a person.
    public var place: String?
    /// When the token expires, in milliseconds since 1970; 0 if not told.
    public var expiresUnixMs: Int64
    /// Why tasks would be refused.
    public var problems: [Notice]
    /// Kept by the host and given to every later opening; at most 16.
    public var facts: [String: String]
    /// Whether look-ups of this account can be certain.
    public var lookUps: LookUps
    /// Whether the system does not say whose token it is: then another account cannot be noticed.
    public var isUntold: Bool

    /// What a check found out.
    public init(
        id: String, name: String? = nil, email: String? = nil, place: String? = nil, expiresUnixMs: Int64 = 0,
        problems: [Notice] = [],
        facts: [String: String] = [:], lookUps: LookUps = .notTold, isUntold: Bool = false
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.place = place
        self.expiresUnixMs = expiresUnixMs
        self.problems = problems
        self.facts = facts
        self.lookUps = lookUps
        self.isUntold = isUntold
    }
}

/// An id that a person needs for the settings.
public struct Discovered: Sendable, Equatable {
    /// The setting that it fills, if one.
    public var setting: String?
    /// Workspace, project, team, state, user, ...
    public var kind: String
    /// The id.
    public var id: String
    /// Its name.
    public var name: String
    /// Such as an e-mail address or the parent's name.
    public var detail: String?

    /// An id that a person needs for the settings.
    public init(_ kind: String, id: String, name: String, setting: String? = nil, detail: String? = nil) {
        self.setting = setting
        self.kind = kind
        self.id = id
        self.name = name
        self.detail = detail
    }
}
