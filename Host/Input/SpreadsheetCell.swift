/// A cell of CSV that a spreadsheet takes as text, and as it was again: what begins like a formula gets an apostrophe
/// before it.
package enum SpreadsheetCell {
    /// The column that says of a row that its cells were written so.
    package static let column = "forSpreadsheet"
    /// What stands in it.
    package static let mark = "yes"

    private static let apostrophe: Character = "'"
    /// What spreadsheets take for the beginning of a formula, in both widths, or skip before one. An apostrophe gets
    /// one too, so that each cell has one way back.
    private static let beginnings = Set("=+-@\t\r\n'＝＋－＠".unicodeScalars)

    /// The cell as it is written.
    package static func protected(_ text: String) -> String {
        guard let first = text.unicodeScalars.first, beginnings.contains(first) else { return text }
        return String(apostrophe) + text
    }

    /// The cell that was meant. One without an apostrophe was changed by hand, and stays.
    package static func bare(_ text: String) -> String {
        text.first == apostrophe ? String(text.dropFirst()) : text
    }
}
