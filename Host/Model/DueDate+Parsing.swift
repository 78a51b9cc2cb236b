import Foundation

extension DueDate {
    /// Reads `YYYY-MM-DD` or RFC 3339; nil when it is neither or no such day exists.
    package init?(parsing text: String) {
        let day = String(text.prefix(10))
        let dayStyle = Date.ISO8601FormatStyle().year().month().day()
        // Foundation accepts the 31st of February and moves on to March; writing it back shows that.
        guard day.utf8.count == 10, let date = try? dayStyle.parse(day), date.formatted(dayStyle) == day else {
            return nil
        }
        guard text != day else {
            self.init(text: text, date: day, time: nil)
            return
        }
        let upper = text.uppercased()
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: upper.contains("."))
        // Foundation also reads 25:00 as one o'clock of the next day.
        guard upper.utf8.count >= 20, Array(upper.utf8)[10] == UInt8(ascii: "T"),
            let hour = Int(upper.dropFirst(11).prefix(2)), hour < 24,
            let minute = Int(upper.dropFirst(14).prefix(2)), minute < 60, let moment = try? style.parse(upper)
        else { return nil }
        // The vendors' times have whole seconds.
        self.init(text: text, date: day, time: moment.formatted(Date.ISO8601FormatStyle()))
    }
}
