import PatchbayModel
import SwiftCSV

/// Reads task input from CSV: the first row names the fields; labels and integrations are split on `;`.
package enum CSVTable {
    /// Every row as the JSON object it stands for, with its number as a record (the header is 1). Throws `input_invalid`.
    package static func objects(_ text: String) throws(InputError) -> [(record: Int, value: JSONValue)] {
        // The library takes what follows a quote that never closes as one long field.
        guard text.utf8.count(where: { $0 == UInt8(ascii: "\"") }).isMultiple(of: 2) else {
            throw InputError(.inputInvalid, "the CSV has a quote that is never closed; double the quotes inside a field (\"\")")
        }
        let table: CSV<Enumerated>
        do {
            table = try CSV<Enumerated>(string: text, loadColumns: false)
        } catch {
            throw InputError(
                .inputInvalid, "the CSV cannot be read: \(error); check the quotes around fields that hold commas or line ends")
        }
        guard table.header.contains("title") else {
            throw InputError(
                .inputInvalid,
                "the CSV's first row must name the fields, title among them (found: \(table.header.joined(separator: ", ").prefix(200)))")
        }
        return table.rows.enumerated().compactMap { index, row in
            guard row.contains(where: { !$0.isEmpty }) else { return nil }
            var object: [String: JSONValue] = [:]
            for (name, cell) in zip(table.header, row) where !cell.isEmpty { object[name] = value(name, cell) }
            return (index + 2, .object(object))
        }
    }

    private static func value(_ name: String, _ cell: String) -> JSONValue {
        guard name == "labels" || name == "integration" else { return .string(cell) }
        return .array(cell.split(separator: ";").map { .string(String($0)) })
    }
}
