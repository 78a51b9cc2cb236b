import PatchbayModel

/// Rows under a header, in columns as wide as their widest cell.
package struct TextTable {
    private let header: [String]
    private var rows: [[String]] = []
    /// A cell wider than this is cut.
    private let cellWidthMax: Int

    package init(_ header: [String], cellWidthMax: Int = 60) {
        self.header = header
        self.cellWidthMax = cellWidthMax
    }

    /// Cells are made printable here; a URL is never cut, because people copy it.
    package mutating func add(_ cells: [String]) {
        rows.append(
            cells.map { cell in
                let text = Printable.text(cell)
                return text.contains("://") ? text : Printable.cut(text, to: cellWidthMax)
            })
    }

    package var isEmpty: Bool { rows.isEmpty }

    package var text: String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { Printable.width($0[column]) }.max() ?? 0 }
        return all.map { row in
            let line = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - Printable.width(cell))
            }
            return trimmed(line.joined(separator: "  "))
        }.joined(separator: "\n")
    }

    private func trimmed(_ line: String) -> String {
        var end = line.endIndex
        while end > line.startIndex, line[line.index(before: end)] == " " { end = line.index(before: end) }
        return String(line[..<end])
    }
}
