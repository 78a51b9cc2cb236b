import Foundation
import PatchbayModel

/// Why a value does not fit a setting; goes on after the setting's name.
package struct SettingFault: Error, Sendable, Hashable {
    package let text: String
}

extension SettingField {
    /// Reads a value from its text form: a map is a JSON object of strings, a boolean `true` or `false`.
    package func value(parsing text: String) throws(SettingFault) -> SettingValue {
        switch kind {
        case .string, .url: return try checked(.text(text))
        case .integer:
            guard let number = Int64(text) else { throw SettingFault(text: "must be a whole number") }
            return .integer(number)
        case .boolean:
            guard let value = Bool(text) else { throw SettingFault(text: "must be true or false") }
            return .boolean(value)
        case .map:
            guard let map = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8)) else {
                throw SettingFault(
                    text: "must be a JSON object whose values are strings, such as {\"ann@example.org\": \"17\"}")
            }
            return try checked(.map(map))
        }
    }

    /// The value if it is of this setting's kind and within bounds. Text of a number or a boolean is read as such.
    package func checked(_ value: SettingValue) throws(SettingFault) -> SettingValue {
        switch (kind, value) {
        case (.string, .text(let text)):
            try bounded(text)
            return value
        case (.url, .text(let text)):
            do { _ = try BaseURL(parsing: text) } catch { throw SettingFault(text: "\(error)") }
            return value
        case (.integer, .integer), (.boolean, .boolean): return value
        case (.integer, .text(let text)), (.boolean, .text(let text)): return try self.value(parsing: text)
        case (.string, .integer(let number)): return .text(String(number))
        case (.map, .map(let map)):
            guard map.count <= Limits.settingEntriesMax else {
                throw SettingFault(text: "has more than \(Limits.settingEntriesMax) entries")
            }
            for (name, entry) in map {
                try bounded(name)
                try bounded(entry)
            }
            return value
        default: throw SettingFault(text: "must be \(kindInWords)")
        }
    }

    private var kindInWords: String {
        switch kind {
        case .string: "a text"
        case .integer: "a whole number"
        case .boolean: "true or false"
        case .url: "a URL"
        case .map: "a map of names to texts"
        }
    }

    private func bounded(_ text: String) throws(SettingFault) {
        guard text.utf8.count <= Limits.settingBytesMax else {
            throw SettingFault(text: "is longer than \(Limits.settingBytesMax) bytes")
        }
    }
}

/// A setting with the value that an instance is opened with.
package typealias FilledSetting = (field: SettingField, value: SettingValue)

extension ConnectorDescriptor {
    /// The settings as an instance is opened with: checked, defaults filled in, in the descriptor's order. Throws
    /// `settings_missing` (naming all that are missing, unless `isPartial`) or `settings_invalid` (naming all that do
    /// not fit or are not known).
    package func completed(_ settings: [String: SettingValue], isPartial: Bool = false) throws(ConnectorError)
        -> [FilledSetting]
    {
        var values: [FilledSetting] = []
        var missing: [String] = []
        var faults: [String] = []
        for field in self.settings {
            guard let value = settings[field.name], !field.isRequired || value != .text("") else {
                if let value = field.defaultValue {
                    values.append((field, value))
                } else if field.isRequired {
                    missing.append(field.name)
                }
                continue
            }
            do {
                values.append((field, plainNames(try field.checked(value))))
            } catch {
                faults.append("\(field.name) \(error.text)")
            }
        }
        let known = Set(self.settings.map(\.name))
        faults += settings.keys.filter { !known.contains($0) }.sorted().map { "\($0) is not a setting of \(name)" }
        guard faults.isEmpty else {
            throw ConnectorError(.settingsInvalid, "The settings are not valid: \(faults.joined(separator: "; ")).")
        }
        guard missing.isEmpty || isPartial else {
            let names = missing.joined(separator: ", ")
            throw ConnectorError(
                .settingsMissing, "Required settings are missing: \(names). Give them with integration set.")
        }
        return values
    }

    /// A connector compares addresses, however they were written.
    private func plainNames(_ value: SettingValue) -> SettingValue {
        guard case .map(let map) = value else { return value }
        return .map(MailAddress.plainNames(of: map))
    }
}
