import PatchbayModel

/// How a command ends, as scripts see it.
package enum ExitStatus: Int32, Sendable {
    /// Nothing failed.
    case done = 0
    /// Some tasks were refused, wait or are unknown, or an integration could not be served while others were.
    case someFailed = 1
    /// Input or settings are wrong; nothing was sent.
    case inputWrong = 2
    /// The environment is: store, root key, worker, plugins directory.
    case environmentWrong = 3
    /// Malformed flags.
    case usage = 64
    /// 128 and the number of the signal that stopped it: SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM.
    case hungUp = 129
    case interrupted = 130
    case quit = 131
    case stoppedByUser1 = 138
    case stoppedByUser2 = 140
    case terminated = 143

    var isOfSignal: Bool { rawValue > 128 }

    /// What is wrong with the store is wrong for all that a command does.
    static let storeCodes: Set<ErrorCode> = [
        .storeMissing, .storeLocked, .storeDamaged, .storeFull, .storeReadOnly, .storeTooNew, .storeTooOld,
        .storeFailed,
    ]

    /// The status of a command that ended with this error.
    package init(for code: ErrorCode) {
        switch code {
        case .usage: self = .usage
        case .cancelled: self = .interrupted
        case _ where Self.storeCodes.contains(code): self = .environmentWrong
        case .keyMissing, .keyWrong, .keyUnsafe, .keyInvalid, .keyExists, .keySourcesDisagree, .keyBusy,
            .memoryUnlocked, .workerMissing,
            .pluginsUnreadable,
            .homeUnusable, .outputFailed, .sdkMissing, .internalError:
            self = .environmentWrong
        default: self = .inputWrong
        }
    }
}
