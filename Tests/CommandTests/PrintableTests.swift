import PatchbayCommands
import Testing

@Suite struct PrintableTests {
    @Test("a title cannot move the cursor, turn the reading direction or break a line") func harmless() {
        #expect(Printable.text("a\u{1B}[2Jb") == "a\u{FFFD}[2Jb")
        #expect(Printable.text("a\u{202E}b") == "a\u{FFFD}b")
        #expect(Printable.text("a\nb\tc") == "a b c")
        #expect(Printable.text("Grüße 👩‍👩‍👧 שלום") == "Grüße 👩‍👩‍👧 שלום")
    }

    @Test("a table cuts long cells and never a URL") func table() {
        var table = TextTable(["A", "B"], cellWidthMax: 5)
        table.add(["123456789", "https://example.com/very/long"])
        #expect(table.text == "A      B\n1234…  https://example.com/very/long")
    }
}
