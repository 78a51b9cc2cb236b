import Foundation

/// A point in time in milliseconds since 1970, as the store and the connectors' interface keep it.
package struct Timestamp: Sendable, Hashable, Comparable, Codable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// Later than any time that occurs.
    package static let distantFuture = Timestamp(milliseconds: .max)

    /// The wall clock now.
    package static var now: Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down)) + DebugSeam.clockShift)
    }

    /// Later by `duration` (earlier when it is negative); stops at the ends of the range.
    package func advanced(by duration: Duration) -> Timestamp {
        let (sum, overflow) = milliseconds.addingReportingOverflow(duration.wholeMilliseconds)
        return Timestamp(milliseconds: overflow ? (duration < .zero ? .min : .max) : sum)
    }

    /// RFC 3339 in UTC with milliseconds, for output.
    package var text: String {
        // Half a millisecond keeps the formatter, which cuts, from showing the millisecond before.
        let date = Date(timeIntervalSince1970: (Double(milliseconds) + 0.5) / 1_000)
        let style = Date.ISO8601FormatStyle.iso8601.year().month().day().time(includingFractionalSeconds: true)
        return date.formatted(style.timeZone(separator: .omitted))
    }
}

extension Duration {
    /// Whole milliseconds, rounded down, stopping at the ends of the range.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        return overflow ? (seconds < 0 ? .min : .max) : product + attoseconds / 1_000_000_000_000_000
    }
}
