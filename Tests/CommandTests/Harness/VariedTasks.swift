import Foundation

/// Task input of every shape that a meeting could bring forth; the same each time.
enum VariedTasks {
    private static let titles = [
        "Send the revised offer", "Räumlichkeiten für den Sommer prüfen", "לעדכן את דף הסטטוס", "تحديث صفحة الحالة",
        "会議の議事録を送る",
        "Fix 👩‍👩‍👧‍👦 and 🏳️‍🌈 in names 🐦",
        "Quote \"this\" and \\that\\ and "
            + "'those'", "<b>no markup</b> & no &amp; entity",
        "First line\nsecond line", "Tab\there", "{\"json\": true} ${variable} %s %d", "e\u{301} composed and é not",
        "-- ; DROP TABLE task; --",
        String(repeating: "x", count: 254), String(repeating: "é", count: 254), String(repeating: "日", count: 254),
        "zero\u{200B}width \u{2068}isolated\u{2069}", "*stars* _lines_ `code` [link](https://example.com)",
    ]
    private static let descriptions: [JSON] = [
        .null, "", "One line.", "Two\nlines.", "A paragraph.\n\nAnother one.\n",
        "- a list\n- of two\n\n1. and\n2. numbers",
        "# Heading\n\n**bold** and `code`\n\n```\nlet a = \"b\"\n```", "Windows\r\nline ends\r\n",
        "  leading blanks\n\ttab",
        "🌞\nשלום\nمرحبا",
        .string(String(repeating: "A long text with many words. ", count: 400)),
        "Ends with a marker?\npatchbay is a word",
        "\"quotes\" \\ and / and </script>",
    ]
    private static let dues: [JSON] = [
        .null, "2026-05-08", "1999-12-31", "2099-12-31", "2028-02-29", "2026-05-29T16:00:00+02:00",
        "2026-05-29T23:30:00-11:00",
        "2026-01-01T00:00:00Z", "2026-06-30T23:59:59+13:45",
    ]
    private static let assignees: [JSON] = [.null, "alice@example.com", "bob@example.com", "stranger@example.org"]
    private static let priorities: [JSON] = [.null, "none", "low", "medium", "high", "urgent"]
    private static let labels: [JSON] = [
        .null, [], ["follow-up"], ["customer", "follow-up"], ["two words"], ["unknown", "customer"], ["標籤"],
    ]

    /// So many tasks; the lists have lengths without a common measure, so that their values meet in ever new ways.
    static func make(_ count: Int) -> [JSON] {
        (0..<count).map { index in
            let fields: [(String, JSON)] = [
                ("id", .string("v-\(index)")), ("meetingId", .string("varied-\(index % 3)")),
                ("title", .string(titles[index % titles.count])),
                ("description", descriptions[index % descriptions.count]), ("dueDate", dues[(index / 2) % dues.count]),
                ("assignee", assignees[(index / 3) % assignees.count]),
                ("priority", priorities[(index / 5) % priorities.count]),
                ("labels", labels[index % labels.count]), ("status", index % 11 == 10 ? "done" : .null),
            ]
            return .object(Dictionary(uniqueKeysWithValues: fields.filter { !$0.1.isNull }))
        }
    }
}
