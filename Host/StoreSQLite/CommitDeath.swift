#if DEBUG
    import Foundation
    import PatchbayModel
    import Synchronization

    /// Lets the kill tests choose the commit right after which the host dies.
    enum CommitDeath {
        private static let commits = Atomic<Int>(0)

        /// Called when a transaction is on disk and nobody has heard of it yet.
        static func committed() {
            let count = commits.add(1, ordering: .relaxed).newValue
            if count == DebugSeam.diesAfterCommit { kill(getpid(), SIGKILL) }
        }
    }
#endif
