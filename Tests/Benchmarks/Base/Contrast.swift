import Foundation

/// One quantity of this build beside the base and, for the noise, of the base beside itself. The values of a turn have
/// one index.
struct Contrast: Sendable {
    enum Verdict: String { case better, same, worse }

    let quantity: Quantity
    let ours: [Double]
    let base: [Double]
    /// The base once more, in the same turns: with `base`, the A/A pair.
    let again: [Double]

    /// What is no difference even where the A/A pair shows none.
    static let margin = 0.03
    /// Fewer say nothing.
    static let turnsLeast = 7

    /// This build's median divided by the base's; nil where one of them is none or 0.
    var ratio: Double? { Self.ratio(ours, base) }

    /// How far apart the base is from itself, as a share: in half of the turns its two values were no further from each
    /// other; or, where that is more, the distance of their medians.
    var spread: Double? {
        guard let medians = Self.ratio(again, base) else { return nil }
        let turns = zip(again, base).filter { $0 > 0 && $1 > 0 }.map { Self.apart($0 / $1) }
        return max(turns.median ?? 0, Self.apart(medians))
    }

    /// Worse (or better) only by more than spread and margin together. Nil after too few turns.
    var verdict: Verdict? {
        guard let ratio, let spread, base.count >= Self.turnsLeast else { return nil }
        let cost = quantity.isMoreBetter ? 1 / ratio : ratio
        let limit = 1 + spread + Self.margin
        return cost > limit ? .worse : cost < 1 / limit ? .better : .same
    }

    /// The share by which the greater of two values is above the lesser, so that both orders give the same.
    private static func apart(_ ratio: Double) -> Double { max(ratio, 1 / ratio) - 1 }

    private static func ratio(_ values: [Double], _ base: [Double]) -> Double? {
        guard let value = values.median, let under = base.median, value > 0, under > 0 else { return nil }
        return value / under
    }
}

/// The output: a line a quantity.
extension Contrast {
    static func table(_ contrasts: [Contrast]) -> String {
        let rows = [["", "this build", "base", "ratio", "A/A ±", ""]] + contrasts.map(\.cells)
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let padded = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return "  " + padded.joined(separator: "   ") + "\n"
        }.joined()
    }

    private var cells: [String] {
        [
            "\(quantity.name), \(quantity.unit)", text(ours), text(base),
            ratio.map { String(format: "%.3f", $0) } ?? "–",
            spread.map { String(format: "%.1f %%", 100 * $0) } ?? "–", verdict?.rawValue ?? "–",
        ]
    }

    private func text(_ values: [Double]) -> String {
        guard let median = values.median, let least = values.min(), let most = values.max() else { return "–" }
        func text(_ value: Double) -> String { String(format: "%.\(quantity.digits)f", value) }
        return "\(text(median)) (\(text(least)) – \(text(most)))"
    }
}
