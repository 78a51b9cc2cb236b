/// What a step held beyond its bounds (R12): it is left out, and told.
package struct StepExcess: Sendable, Hashable {
    /// Entries of lists: budget facts, warnings, problems, candidates and so on.
    package let leftOut: Int
    /// Notices and diagnostics.
    package let cut: Int

    var isNone: Bool { leftOut == 0 && cut == 0 }

    /// For a sentence after the connector's name.
    package var words: String {
        "gave \(leftOut) list entries more than a step may have, and \(cut) texts that are too long; what is more was "
            + "left out (R12)"
    }
}
