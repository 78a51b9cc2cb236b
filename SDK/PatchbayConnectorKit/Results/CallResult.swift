/// How a call ended: an answer, or why there is none.
public enum CallResult: Sendable, Equatable {
    /// Check.
    case account(Account)
    /// Discover.
    case discovered([Discovered])
    /// All others: one outcome for each task, in their order.
    case outcomes([TaskOutcome])
    /// The call failed.
    case failed(CallFailure)
}
