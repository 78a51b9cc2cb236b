import Foundation

/// The forms of time the vendors use.
enum Timestamp {
    private static let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// `2026-05-11T09:30:00.000Z`: Asana and Linear.
    static func text(_ date: Date) -> String {
        date.formatted(style)
    }

    /// `2026-05-11T09:30:00.000+0000`: Jira.
    static func offsetText(_ date: Date) -> String {
        String(date.formatted(style).dropLast()) + "+0000"
    }

    /// Reads an RFC 3339 time, with or without fractions of a second.
    static func date(_ text: String) -> Date? {
        (try? style.parse(text)) ?? (try? Date.ISO8601FormatStyle().parse(text))
    }

    /// Whether the text is a day that exists, as `YYYY-MM-DD`.
    static func isDay(_ text: String) -> Bool {
        guard text.utf8.count == 10 else { return false }
        let day = Date.ISO8601FormatStyle().year().month().day()
        guard let date = try? day.parse(text) else { return false }
        return date.formatted(day) == text
    }

    /// The start of a day, in UTC.
    static func day(_ text: String) -> Date? {
        isDay(text) ? date(text + "T00:00:00Z") : nil
    }
}
