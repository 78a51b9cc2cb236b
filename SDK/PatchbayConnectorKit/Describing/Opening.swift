/// What an instance is opened with: one integration's settings, never its token.
public struct Opening: Sendable, Equatable {
    /// A setting's value.
    public enum Value: Sendable, Equatable {
        /// Text or an address.
        case text(String)
        /// A whole number.
        case integer(Int64)
        /// Yes or no.
        case boolean(Bool)
        /// Names to texts.
        case map([String: String])
    }

    /// By name, validated, defaults filled in.
    public var settings: [String: Value]
    /// The name of the token's kind.
    public var tokenKind: String
    /// What the last check asked to remember.
    public var facts: [String: String]
    /// Whether required settings may be missing: for `discover`.
    public var partial: Bool
    /// For look-ups: the kind of token with which the attempts were made; nil = `tokenKind`.
    public var attemptedTokenKind: String?
    /// The id of the token's account, as a check told it; nil = not known.
    public var account: String?
    /// Where requests go: scheme, host, port and path prefix; nil from a host of 1.0.
    public var origin: String?

    /// An opening; the host makes it, and tests do.
    public init(
        settings: [String: Value] = [:], tokenKind: String, facts: [String: String] = [:], partial: Bool = false,
        attemptedTokenKind: String? = nil, account: String? = nil, origin: String? = nil
    ) {
        self.settings = settings
        self.tokenKind = tokenKind
        self.facts = facts
        self.partial = partial
        self.attemptedTokenKind = attemptedTokenKind
        self.account = account
        self.origin = origin
    }

    /// The text of a string or address setting; nil if it is missing or empty.
    public func text(_ name: String) -> String? {
        guard case .text(let text) = settings[name], !text.isEmpty else { return nil }
        return text
    }

    /// The number of an integer setting; nil if it is missing.
    public func integer(_ name: String) -> Int64? {
        guard case .integer(let number) = settings[name] else { return nil }
        return number
    }

    /// The answer of a boolean setting; nil if it is missing.
    public func boolean(_ name: String) -> Bool? {
        guard case .boolean(let answer) = settings[name] else { return nil }
        return answer
    }

    /// The entries of a map setting; empty if it is missing.
    public func map(_ name: String) -> [String: String] {
        guard case .map(let entries) = settings[name] else { return [:] }
        return entries
    }

    /// The text of a setting that the connector cannot do without. Throws when it is missing; in a partial opening it
    /// is "" then.
    public func required(_ name: String) throws(SettingsFailure) -> String {
        if let text = text(name) { return text }
        if partial { return "" }
        throw SettingsFailure(field: name, message: "The setting \(name) is missing. Set it and try again.")
    }
}

/// Why an instance cannot be opened with its settings.
public struct SettingsFailure: Error, Sendable, Equatable {
    /// The setting at fault, if one is.
    public var field: String?
    /// What is wrong and what to do, for a person.
    public var message: String

    /// A refusal of the setting `field`.
    public init(field: String? = nil, message: String) {
        self.field = field
        self.message = message
    }
}

extension Opening {
    /// A map setting with its names in lower case, as e-mail addresses are compared.
    public func mapByLowercase(_ name: String) -> [String: String] {
        Dictionary(map(name).sorted { $0.key < $1.key }.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
    }
}
