import PatchbayModel

/// One integration as a line of `integration import` names it, without its token.
package struct IntegrationInput: Sendable, Hashable {
    package var name: String
    package var type: String
    package var settings: [String: SettingValue]
    package var isActive: Bool
    package var baseURL: String?
    package var unknownFields: [String]

    /// `value` must have lost its `accessToken` before (`AccessTokenField`). Throws `integration_invalid`.
    package init(_ value: JSONValue, line: Int?) throws(InputError) {
        var fields = try FieldReader(value, line: line, code: .integrationInvalid)
        guard let type = try fields.filledText("type", bytesMax: Limits.integrationNameBytesMax) else {
            throw fields.invalid("type", "is required")
        }
        self.type = type.lowercased()
        name = try fields.filledText("name", bytesMax: Limits.integrationNameBytesMax) ?? self.type
        isActive = try fields.boolean("isActive") ?? true
        baseURL = try fields.filledText("baseUrl", bytesMax: Limits.urlBytesMax)
        settings = [:]
        switch fields.value("settings") {
        case nil: break
        case .object(let object):
            for (key, value) in object {
                do { settings[key] = try SettingValue(json: value) } catch {
                    throw fields.invalid("settings.\(key)", error.description)
                }
            }
        case let other?: throw fields.invalid("settings", "expected an object, found \(other.kindName)")
        }
        unknownFields = fields.unknownFields
    }
}

/// Why a value cannot be a setting.
package struct SettingShapeError: Error, CustomStringConvertible {
    package let description: String
}

extension SettingValue {
    /// A setting from JSON; null is refused by the caller's reading of absence, so it is an error here.
    package init(json value: JSONValue) throws(SettingShapeError) {
        switch value {
        case .string(let text): self = .text(text)
        case .integer(let number): self = .integer(number)
        case .boolean(let flag): self = .boolean(flag)
        case .object(let object):
            var map: [String: String] = [:]
            for (key, entry) in object {
                switch entry {
                case .string(let text): map[key] = text
                case .integer(let number): map[key] = String(number)
                default: throw SettingShapeError(description: "expected a string for \(key), found \(entry.kindName)")
                }
            }
            self = .map(map)
        default:
            throw SettingShapeError(
                description: "expected a string, an integer, true or false, or an object of strings")
        }
    }
}
