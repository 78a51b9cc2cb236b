import Foundation
import PatchbayModel

/// Action items as meetings leave them, two meetings of twenty a day: a sentence, two lines of detail, due within two
/// weeks; one in five has a label.
enum BenchTasks {
    private static let priorities: [Priority] = [.none, .low, .medium, .high, .urgent]
    private static let detail =
        "Use the prices of April and add the maintenance option.\nCopy the account team before it goes out."
    /// 2026-01-01, in seconds.
    private static let firstDay = 1_767_225_600.0

    static func task(_ number: Int, isScattered: Bool = false) -> TrackedTask {
        TrackedTask(
            id: "bench-\(number)", meetingId: "meeting-\(number / 20)",
            title: "Send the revised offer to customer \(number)",
            description: detail, dueDate: DueDate(parsing: day(number, isScattered)), priority: priorities[number % 5],
            labels: number.isMultiple(of: 5) ? ["follow-up"] : [])
    }

    /// As JSON lines. `isScattered` draws the due dates from the whole year, which the store finds hardest.
    static func lines(_ numbers: Range<Int>, isScattered: Bool) -> String {
        var text = ""
        for number in numbers {
            let task = task(number)
            let labels = task.labels.isEmpty ? "" : #","labels":["follow-up"]"#
            text += """
                {"id":"\(task.id)","meetingId":"meeting-\(number / 20)","title":"\(task.title)",\
                "description":"\(detail.replacing("\n", with: "\\n"))",\
                "dueDate":"\(day(number, isScattered))","priority":"\(task.priority.rawValue)"\(labels)}

                """
        }
        return text
    }

    private static func day(_ number: Int, _ isScattered: Bool) -> String {
        let day = isScattered ? number * 37 % 365 : number / 40 + number % 14
        return Date(timeIntervalSince1970: firstDay + Double(day) * 86_400).formatted(.iso8601.year().month().day())
    }
}
