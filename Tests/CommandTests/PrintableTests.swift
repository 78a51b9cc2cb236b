import Foundation
import PatchbayCommands
import PatchbayModel
import Testing

@Suite struct PrintableTests {
    @Test("a title cannot move the cursor, turn the reading direction or break a line") func harmless() {
        #expect(Printable.text("a\u{1B}[2Jb") == "a\u{FFFD}[2Jb")
        #expect(Printable.text("a\u{202E}b") == "a\u{FFFD}b")
        #expect(Printable.text("a\nb\tc") == "a b c")
        #expect(Printable.text("Grüße 👩‍👩‍👧 שלום") == "Grüße 👩‍👩‍👧 שלום")
    }

    @Test("JSON stands for the same value, without a character that does something to a terminal")
    func json() throws {
        let value = ["title": "a\u{9B}2J\u{202E}b\u{2028}c\u{200F}d\u{61C}e\u{7F} שלום 🌞"]
        let text = Printable.json(String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
        #expect(text.contains("\\u009b2J\\u202eb\\u2028c\\u200fd\\u061ce\\u007f שלום 🌞"), "\(text)")
        #expect(try JSONDecoder().decode([String: String].self, from: Data(text.utf8)) == value)
    }

    @Test("a field's name that may be a token is not shown") func names() {
        let names = Printable.names(["due", "lin_api_0123456789abcdefghijklmn", "assigned\u{1B}to"])
        #expect(names == "assigned\u{FFFD}to, due, 1 with a name of over 24 characters, which is not shown")
    }

    @Test("a table cuts long cells and never a URL") func table() {
        var table = TextTable(["A", "B"], cellWidthMax: 5)
        table.add(["123456789", "https://example.com/very/long"])
        #expect(table.text == "A      B\n1234…  https://example.com/very/long")
    }
}
