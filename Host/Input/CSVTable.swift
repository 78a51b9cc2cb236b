import PatchbayModel
import SwiftCSV

/// Reads task input from CSV, a piece at a time: the first row names the fields; labels and integrations are split on
/// `;`.
///
/// A piece is whole records, cut where a line ends outside of quotes, so that the library, which keeps all that it is
/// given, is given little. A row that was written for a spreadsheet is read as it was before.
package final class CSVTable {
    private let lines: LineReader
    private var header: [String] = []
    private var delimiter = CSVDelimiter.comma
    /// Records before the next piece.
    private var records = 0
    private var isBegun = false

    /// Takes what `lines` still has. Nothing is read yet.
    package init(_ lines: LineReader) { self.lines = lines }

    /// The next few rows as the JSON objects that they stand for, each with its number as a record (the header is 1),
    /// without those that are blank; nil at the end. Throws `input_invalid`, `input_unreadable`.
    package func next() throws(InputError) -> [(record: Int, value: JSONValue)]? {
        if !isBegun {
            isBegun = true
            try begin()
        }
        var piece: [UInt8] = []
        while piece.count < Limits.csvPieceBytes, let record = try record() { piece += record }
        guard !piece.isEmpty else { return nil }
        var found: [(record: Int, value: JSONValue)] = []
        for row in try rows(of: piece) {
            records += 1
            if let value = object(row) { found.append((records, value)) }
        }
        return found
    }

    /// Reads the header, and by it what stands between cells.
    private func begin() throws(InputError) {
        let text = try text(try record() ?? [])
        delimiter = CSVDelimiter.guessed(string: text)
        header = try rows(of: Array(text.utf8)).first ?? []
        records = 1
        guard header.contains("title") else {
            throw InputError(
                .inputInvalid,
                "the CSV's first row must name the fields, title among them (found: "
                    + "\(header.joined(separator: ", ").prefix(200)))"
            )
        }
    }

    /// The next record, with its line's end: lines until no quote is open.
    private func record() throws(InputError) -> [UInt8]? {
        guard var record = try lines.nextWhole() else { return nil }
        var quotes = Self.quotes(in: record)
        while !quotes.isMultiple(of: 2) {
            // The library takes what follows a quote that never closes as one long field.
            guard record.count <= Limits.inputLineBytesMax, let line = try lines.nextWhole() else {
                let most = "or the record has more than \(Limits.inputLineBytesMax) bytes"
                throw InputError(
                    .inputInvalid,
                    "the CSV has a quote that is never closed; double the quotes inside a field (\"\"), \(most)")
            }
            quotes += Self.quotes(in: line)
            record += line
        }
        return record
    }

    private static func quotes(in bytes: [UInt8]) -> Int { bytes.count { $0 == UInt8(ascii: "\"") } }

    private func text(_ bytes: [UInt8]) throws(InputError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError(.inputInvalid, "the input is not UTF-8; convert it first")
        }
        return text
    }

    private func rows(of piece: [UInt8]) throws(InputError) -> [[String]] {
        let text = try text(piece)
        do {
            var rows: [[String]] = []
            let table = try CSV<Unkept>(string: text, delimiter: delimiter, loadColumns: false)
            try table.enumerateAsArray(startAt: 0, rowLimit: nil) { rows.append($0) }
            return rows
        } catch {
            throw InputError(
                .inputInvalid,
                "the CSV cannot be read: \(error); check the quotes around fields that hold commas or line ends")
        }
    }

    private func object(_ row: [String]) -> JSONValue? {
        guard zip(header, row).contains(where: { $0 != SpreadsheetCell.column && !$1.isEmpty }) else { return nil }
        var object: [String: JSONValue] = [:]
        let cells = zip(header, row).filter { !$0.1.isEmpty }
        let isForSpreadsheet = cells.contains { $0 == (SpreadsheetCell.column, SpreadsheetCell.mark) }
        for (name, cell) in cells where name != SpreadsheetCell.column {
            object[name] = Self.value(name, isForSpreadsheet ? SpreadsheetCell.bare(cell) : cell)
        }
        return .object(object)
    }

    private static func value(_ name: String, _ cell: String) -> JSONValue {
        guard name == "labels" || name == "integration" else { return .string(cell) }
        return .array(cell.split(separator: ";").map { .string(String($0)) })
    }

    /// Rows are taken one by one: kept by the library, each would be made as long as the longest.
    private struct Unkept: CSVView {
        let rows: [[String]] = []
        let columns: [String]? = nil

        init(header: [String], text: String, delimiter: CSVDelimiter, loadColumns: Bool, rowLimit: Int?) {}

        func serialize(header: [String], delimiter: CSVDelimiter) -> String { "" }
    }
}
