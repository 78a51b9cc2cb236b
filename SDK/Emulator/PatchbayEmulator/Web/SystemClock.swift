import Foundation
import Synchronization

/// What time it is in one system, and what its answers say of it.
final class SystemClock: Sendable {
    /// How the clock is set; as it stands it goes right and says so.
    struct Setting: Sendable, Codable {
        /// Whether answers carry a `Date`.
        var date = true
        /// Seconds by which the whole system is ahead: its `Date`, and the times that it notes with tasks.
        var clockSeconds = 0.0
        /// Seconds by which the `Date` alone is ahead, as that of a proxy whose clock is wrong.
        var dateSeconds = 0.0
        /// A second `Date` beside the first, ahead by so many seconds.
        var secondDateSeconds: Double?
        /// The seconds of an `Age` header, as from a cache.
        var age: Int?
        /// A `Via` header.
        var via: String?
    }

    private let setting = Mutex(Setting())

    func set(_ changed: Setting) { setting.withLock { $0 = changed } }

    /// The time by which tasks are made and changed.
    var now: Date { Date().addingTimeInterval(setting.withLock { $0.clockSeconds }) }

    /// What each answer says of the time.
    var headers: [(name: String, value: String)] {
        let setting = setting.withLock { $0 }
        var headers: [(name: String, value: String)] = []
        if setting.date { headers.append(("Date", Self.text(now.addingTimeInterval(setting.dateSeconds)))) }
        if let seconds = setting.secondDateSeconds {
            headers.append(("Date", Self.text(now.addingTimeInterval(seconds))))
        }
        if let age = setting.age { headers.append(("Age", String(age))) }
        if let via = setting.via { headers.append(("Via", via)) }
        return headers
    }

    /// The answer with its `Retry-After` told as a time, from the `Date` that it carries: in whole seconds, and no
    /// earlier than meant.
    func dated(_ response: EmulatedResponse) -> EmulatedResponse {
        var response = response
        let told = now.addingTimeInterval(setting.withLock { $0.dateSeconds })
        for (place, header) in response.headers.enumerated() where header.name == "Retry-After" {
            guard let seconds = Int(header.value) else { continue }
            let time = (told.timeIntervalSince1970 + TimeInterval(seconds)).rounded(.up)
            response.headers[place].value = Self.text(Date(timeIntervalSince1970: time))
        }
        return response
    }

    /// `Mon, 30 Nov 2026 02:00:00 GMT`.
    private static func text(_ date: Date) -> String {
        let style = Date.VerbatimFormatStyle(
            format: """
                \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \
                \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
                \(second: .twoDigits) GMT
                """,
            locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian))
        return date.formatted(style)
    }
}
