/// One setting that a connector asks for.
public struct SettingField: Sendable, Equatable {
    /// What a setting holds.
    public enum Kind: UInt32, Sendable {
        /// Text.
        case string = 1
        /// A whole number.
        case integer = 2
        /// Yes or no.
        case boolean = 3
        /// An address; the host checks its form.
        case url = 4
        /// Names to texts, such as e-mail addresses to user ids.
        case map = 5
    }

    /// Letters and digits, at most 64 bytes.
    public var name: String
    /// What it holds.
    public var kind: Kind
    /// Whether the integration is unusable without it.
    public var required: Bool
    /// In the text form of the kind.
    public var defaultValue: String?
    /// One sentence for a person.
    public var help: String
    /// Whether another value means another place, where nothing of ours is. Look-ups use the value of the attempt.
    public var isTarget: Bool

    /// A setting that a connector asks for.
    public init(
        _ name: String, _ kind: Kind, required: Bool = false, defaultValue: String? = nil, help: String,
        isTarget: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.required = required
        self.defaultValue = defaultValue
        self.help = help
        self.isTarget = isTarget
    }
}
