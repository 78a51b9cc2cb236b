import Testing

/// What is killed, and when.
enum KillClass: String, CaseIterable, Sendable, CustomTestStringConvertible {
    /// The emulator kills the host before, during or after the answer to a request.
    case hostAtRequest = "the host at a request"
    /// The host dies right after a commit to its store.
    case hostAfterCommit = "the host after a commit"
    /// A worker is killed, by the emulator at a request or in between.
    case worker = "a worker"
    /// Two hosts serve one store, and one of them is killed.
    case oneOfTwoHosts = "one of two hosts"

    var testDescription: String { rawValue }

    /// Seeds tell their class, so that a seed alone is enough to fight a bout again.
    init(seed: UInt64) { self = Self.allCases[Int(seed % UInt64(Self.allCases.count))] }

    /// The seeds of this class, in order.
    func seed(_ number: Int) -> UInt64 {
        UInt64(number * Self.allCases.count + (Self.allCases.firstIndex(of: self) ?? 0))
    }
}
