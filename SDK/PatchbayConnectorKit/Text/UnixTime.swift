import FoundationEssentials

/// Points in time as vendors write them, to and from milliseconds since 1970.
public enum UnixTime {
    /// Milliseconds of an ISO 8601 time with seconds, fraction or not; nil if it is none.
    public static func milliseconds(iso8601 text: String) -> Int64? {
        let whole = Date.ISO8601FormatStyle()
        let fractional = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let compact = Date.ISO8601FormatStyle(timeZoneSeparator: .omitted, includingFractionalSeconds: true)
        guard let date = (try? whole.parse(text)) ?? (try? fractional.parse(text)) ?? (try? compact.parse(text)) else { return nil }
        return Int64((date.timeIntervalSince1970 * 1000).rounded())
    }

    /// An ISO 8601 time in UTC, to the second.
    public static func iso8601(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(Date.ISO8601FormatStyle())
    }
}
