import Foundation

/// One thing that is measured of a build.
struct Quantity: Hashable, Sendable {
    let name: String
    let unit: String
    var digits = 1

    /// Whether more of it is better, as of a rate or a share; else less is.
    var isMoreBetter: Bool { unit.hasSuffix("/s") || unit.hasSuffix("/CPU s") || unit == "%" || unit == "×" }
}

/// What one side showed in one turn.
struct Readings: Sendable {
    /// In the order in which they came.
    private(set) var quantities: [Quantity] = []
    private var values: [Quantity: [Double]] = [:]
    /// Why something is missing.
    private(set) var remarks: [String] = []

    mutating func add(_ quantity: Quantity, _ value: Double) {
        if values[quantity] == nil { quantities.append(quantity) }
        values[quantity, default: []].append(value)
    }

    mutating func leaveOut(_ remark: String) { if !remarks.contains(remark) { remarks.append(remark) } }

    mutating func add(_ other: Readings) {
        for quantity in other.quantities { for value in other.values[quantity] ?? [] { add(quantity, value) } }
        for remark in other.remarks { leaveOut(remark) }
    }

    /// The median of what was read within the turn; nil when nothing was.
    subscript(_ quantity: Quantity) -> Double? { values[quantity]?.median }
}

extension [Double] {
    /// Nil when there is no value.
    var median: Double? {
        guard !isEmpty else { return nil }
        let sorted = sorted()
        let middle = count / 2
        return count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
