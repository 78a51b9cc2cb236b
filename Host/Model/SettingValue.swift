/// The kind of a setting, as a connector's descriptor names it.
package enum SettingKind: String, Sendable, Codable {
    case string, integer, boolean, url, map
}

/// The value of one setting of an integration; never a secret.
package enum SettingValue: Sendable, Hashable {
    case text(String)
    case integer(Int64)
    case boolean(Bool)
    case map([String: String])
}

extension SettingValue: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else {
            self = .map(try container.decode([String: String].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .boolean(let value): try container.encode(value)
        case .map(let value): try container.encode(value)
        }
    }
}
