import PatchbayModel
import Testing

@Suite struct BaseURLTests {
    @Test(
        "a host without a scheme is https, and a trailing slash goes",
        arguments: [
            ("example.atlassian.net", "https://example.atlassian.net"),
            ("https://Example.com:8443/jira/", "https://example.com:8443/jira"),
            ("http://127.0.0.1:9001", "http://127.0.0.1:9001"), ("http://localhost:80/a/b", "http://localhost/a/b"),
            ("http://[::1]:8080", "http://[::1]:8080"), ("https://192.0.2.1", "https://192.0.2.1"),
            ("https://3com.example", "https://3com.example"), ("https://jira-4", "https://jira-4"),
        ])
    func taken(text: String, result: String) throws {
        #expect(try BaseURL(parsing: text).description == result)
    }

    @Test(
        "what could send a token astray is refused",
        arguments: [
            "http://example.com", "http://127.0.0.1.example.com", "ftp://127.0.0.1", "https://user@example.com",
            "https://user:secret@example.com",
            "https://example.com?x=1", "https://example.com/#a", "https://example.com/a/../b", "https://", "",
            "https://exa mple.com",
            "http://128.0.0.1", "https://example.com:0", "http://%3127.0.0.1", "http://127.000.000.001",
            "http://127.0.0.01",
            "https://exam%70le.com", "https://4", "https://2130706433", "https://0x7f.1", "https://127.1",
            "https://127.0.0.010", "https://127.0.0.1.", "https://1.2.3.4.5", "https://example.0x10",
        ])
    func refused(text: String) {
        #expect(throws: BaseURLError.self) { try BaseURL(parsing: text) }
    }
}

@Suite struct DueDateTests {
    @Test("a date alone has no time") func date() throws {
        let due = try #require(DueDate(parsing: "2026-05-11"))
        #expect(due.date == "2026-05-11")
        #expect(due.time == nil)
    }

    @Test(
        "a time keeps the date of its own offset and gives the moment in UTC",
        arguments: [
            ("2026-05-11T00:30:00+02:00", "2026-05-11", "2026-05-10T22:30:00Z"),
            ("2026-05-11T23:30:00.250-05:00", "2026-05-11", "2026-05-12T04:30:00Z"),
            ("1999-12-31T23:59:59Z", "1999-12-31", "1999-12-31T23:59:59Z"),
        ])
    func time(text: String, date: String, time: String) throws {
        let due = try #require(DueDate(parsing: text))
        #expect(due.date == date)
        #expect(due.time == time)
    }

    @Test(
        "what is no day of the calendar is refused",
        arguments: [
            "2026-02-30", "2026-13-01", "26-05-11", "2026-5-1", "tomorrow", "2026-05-11T25:00:00Z", "2026-05-11 10:00",
            "2026-05-11T10:00:00", "",
        ])
    func refused(text: String) {
        #expect(DueDate(parsing: text) == nil)
    }
}

@Suite struct TimestampTests {
    @Test("the text has milliseconds and is UTC") func text() {
        #expect(Timestamp(milliseconds: 1_778_493_600_123).text == "2026-05-11T10:00:00.123Z")
    }

    @Test("adding past the end stops there") func overflow() {
        #expect(Timestamp(milliseconds: .max - 1).advanced(by: .seconds(1)).milliseconds == .max)
    }
}
