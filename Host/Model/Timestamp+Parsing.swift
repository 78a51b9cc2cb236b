import Foundation

extension Timestamp {
    /// Reads RFC 3339, to the millisecond; nil when it is none, or of no year from 1970 to 9999.
    package init?(parsing text: String) {
        let upper = text.uppercased()
        // That the day exists, and the hour, is checked there already.
        guard upper.utf8.count <= 40, DueDate(parsing: upper)?.time != nil else { return nil }
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: upper.contains("."))
        guard let seconds = try? style.parse(upper).timeIntervalSince1970, (0..<253_402_300_800).contains(seconds)
        else { return nil }
        self.init(milliseconds: Int64((seconds * 1_000).rounded()))
    }
}
