import Foundation

/// A map setting as the command line writes it.
struct SettingMap {
    let entries: [String: String]

    /// Nil unless it is a JSON object whose values are strings.
    init?(json text: String) {
        guard let entries = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8)) else { return nil }
        self.entries = entries
    }
}
