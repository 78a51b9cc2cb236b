import PatchbayModel
import PatchbayStore

/// How far a rotation is, for a bar.
package struct RotationProgress: Sendable, Hashable {
    /// The two long steps: sealing every row anew, and opening every row.
    package enum Step: Sendable { case sealing, proving }

    package let step: Step
    package let rows: Int
    package let expected: Int
}

/// What a rotation came to.
package struct RotationReport: Sendable {
    package let key: Int64
    package let from: Int64
    /// Rows sealed again by this run.
    package let written: Int
    /// Rows that are not under the new key: 0, unless it was stopped.
    package let left: Int
    /// A signal stopped it between two batches.
    package let isStopped: Bool
    /// Since when the database refuses any other key.
    package let promotedAt: Timestamp?
    /// How many rows opened while the old key was not in memory; nil before that was tried.
    package let provedRows: Int?
    package let retiredAt: Timestamp?
    /// No copy under the old key is left in the write-ahead log.
    package let isScrubbed: Bool
}
