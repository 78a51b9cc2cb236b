import PatchbayConnectors
import PatchbayModel

/// Holds an integration's settings against what its connector describes.
package enum SettingsCheck {
    /// The settings as the connector gets them, defaults filled in. Throws `settings_missing` naming all that are missing (unless
    /// `partial`), or `settings_invalid` for the first that does not fit.
    package static func validated(
        _ settings: [String: SettingValue], by descriptor: ConnectorDescriptor, partial: Bool = false
    ) throws(CallError) -> [String: SettingValue] {
        let known = Set(descriptor.settings.map(\.name))
        let unknown = settings.keys.filter { !known.contains($0) }.sorted()
        guard unknown.isEmpty else {
            throw CallError(
                .settingsInvalid,
                "\(descriptor.name) has no setting \(unknown.joined(separator: ", ")); it has \(descriptor.settings.map(\.name).joined(separator: ", "))")
        }
        var valid: [String: SettingValue] = [:]
        var missing: [String] = []
        for field in descriptor.settings {
            if let value = settings[field.name] {
                valid[field.name] = try fitted(value, field)
            } else if let text = field.defaultValue {
                valid[field.name] = try parsed(text, field)
            } else if field.isRequired {
                missing.append(field.name)
            }
        }
        guard partial || missing.isEmpty else {
            throw CallError(
                .settingsMissing,
                "missing required settings: \(missing.joined(separator: ", ")); set them with `patchbay integration set NAME \(missing[0])=VALUE`")
        }
        return valid
    }

    /// A setting from the command line's NAME=VALUE, by the kind that the connector names. A map is a JSON object.
    package static func parsed(_ text: String, name: String, by descriptor: ConnectorDescriptor) throws(CallError) -> SettingValue {
        guard let field = descriptor.settings.first(where: { $0.name == name }) else {
            throw CallError(
                .settingsInvalid,
                "\(descriptor.name) has no setting \(name); it has \(descriptor.settings.map(\.name).joined(separator: ", "))")
        }
        return try parsed(text, field)
    }

    private static func parsed(_ text: String, _ field: SettingField) throws(CallError) -> SettingValue {
        switch field.kind {
        case .string, .url: return try fitted(.text(text), field)
        case .integer:
            guard let number = Int64(text) else { throw invalid(field, "must be a whole number") }
            return .integer(number)
        case .boolean:
            switch text.lowercased() {
            case "true", "yes", "1": return .boolean(true)
            case "false", "no", "0": return .boolean(false)
            default: throw invalid(field, "must be true or false")
            }
        case .map:
            guard let map = SettingMap(json: text) else {
                throw invalid(field, "must be a JSON object of strings, such as {\"alice@example.com\": \"12345\"}")
            }
            return try fitted(.map(map.entries), field)
        }
    }

    private static func fitted(_ value: SettingValue, _ field: SettingField) throws(CallError) -> SettingValue {
        switch (field.kind, value) {
        case (.string, .text(let text)):
            guard !text.isEmpty, text.utf8.count <= Limits.settingBytesMax else {
                throw invalid(field, "must have 1 to \(Limits.settingBytesMax) bytes")
            }
            guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
                throw invalid(field, "must not hold control characters")
            }
            return value
        case (.string, .integer(let number)):
            // Ids are often written as numbers in JSON.
            return .text(String(number))
        case (.url, .text(let text)):
            do { _ = try BaseURL(parsing: text) } catch { throw invalid(field, "as a base URL \(error)") }
            return value
        case (.integer, .integer), (.boolean, .boolean): return value
        case (.map, .map(let map)):
            guard map.count <= Limits.settingEntriesMax else { throw invalid(field, "has \(map.count) entries; at most \(Limits.settingEntriesMax) are taken") }
            guard map.allSatisfy({ $0.key.utf8.count + $0.value.utf8.count <= Limits.settingBytesMax }) else {
                throw invalid(field, "has an entry of more than \(Limits.settingBytesMax) bytes")
            }
            return value
        default: throw invalid(field, "must be of kind \(field.kind.rawValue)")
        }
    }

    private static func invalid(_ field: SettingField, _ reason: String) -> CallError {
        CallError(.settingsInvalid, "setting \(field.name) \(reason)")
    }
}
