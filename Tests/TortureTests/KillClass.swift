/// What is killed, and when.
enum KillClass: String, CaseIterable, Sendable {
    // The emulator kills the host at a request.
    case hostBeforeAnswer = "host before the answer"
    case hostDuringAnswer = "host during the answer"
    case hostAfterAnswer = "host after the answer"
    /// The host dies right after a commit to its store.
    case hostAfterCommit = "host after a commit"
    // The connector traps in one of its functions.
    case workerInOpen = "worker in open"
    case workerInBegin = "worker in begin"
    case workerInResume = "worker in resume"
    case workerInEnd = "worker in end"
    case workerInClose = "worker in close"
    /// A worker is killed, by the emulator at a request or in between.
    case workerAtRandom = "worker at random"
    /// Two hosts serve one store, and one of them is killed.
    case oneOfTwoHosts = "one of two hosts"

    /// The emulator's word for the moment, where it is the emulator that kills the host.
    var moment: String? {
        switch self {
        case .hostBeforeAnswer: "before"
        case .hostDuringAnswer: "during"
        case .hostAfterAnswer: "after"
        default: nil
        }
    }

    /// The connector's function that traps, and how many of its calls may pass before.
    var trap: (function: String, passing: Range<Int>)? {
        switch self {
        // A worker opens an instance of each integration of its type: here there is one.
        case .workerInOpen: ("open", 0..<1)
        case .workerInBegin: ("begin", 0..<6)
        case .workerInResume: ("resume", 0..<12)
        case .workerInEnd: ("end", 0..<6)
        case .workerInClose: ("close", 0..<1)
        default: nil
        }
    }
}

/// Kill classes that go one after the other; the lanes run side by side.
enum Lane: String, CaseIterable, Sendable {
    case hosts = "the host"
    case functions = "the worker in its functions"
    case others = "the worker, or one of two hosts"

    var classes: [KillClass] {
        switch self {
        case .hosts: [.hostBeforeAnswer, .hostDuringAnswer, .hostAfterAnswer, .hostAfterCommit]
        case .functions: [.workerInOpen, .workerInBegin, .workerInResume, .workerInEnd, .workerInClose]
        case .others: [.workerAtRandom, .oneOfTwoHosts]
        }
    }
}

/// A seed tells which classes its bout fights, so that it alone is enough to fight the bout again.
enum Seeds {
    private static let kinds = KillClass.allCases.map { [$0] } + Lane.allCases.map(\.classes)

    static func classes(of seed: UInt64) -> [KillClass] { kinds[Int(seed % UInt64(kinds.count))] }

    /// The seed of the bout with that number among those that fight these classes.
    static func seed(_ number: Int, of classes: [KillClass]) -> UInt64 {
        UInt64(number * kinds.count + (kinds.firstIndex(of: classes) ?? 0))
    }
}
