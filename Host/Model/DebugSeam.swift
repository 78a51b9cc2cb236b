#if DEBUG
    import Foundation
    import Synchronization

    /// What the kill tests set through the environment. A release build has none of it.
    package enum DebugSeam {
        /// Replaces `Limits.leaseDuration`, and with it the time of an exchange, so that a test need not wait for dead
        /// leases: seconds.
        static let leaseDuration = number("PATCHBAY_DEBUG_LEASE_SECONDS").map { Duration.seconds($0) }
        /// Replaces `Limits.storeBusyTimeout`, so that a test need not hold a store locked for so long: seconds.
        static let storeBusyTimeout = number("PATCHBAY_DEBUG_BUSY_SECONDS").map { Duration.seconds($0) }
        /// The host kills itself right after so many commits to its store.
        package static let diesAfterCommit = number("PATCHBAY_DEBUG_DIE_AFTER_COMMIT")

        /// Replaces the name of this boot, as if the machine had been started anew.
        static let boot = ProcessInfo.processInfo.environment["PATCHBAY_DEBUG_BOOT"]
        /// The wall clock is wrong by as many milliseconds as this file holds: read at each look, so that a test can
        /// have it jump.
        private static let clockFile = ProcessInfo.processInfo.environment["PATCHBAY_DEBUG_CLOCK_FILE"]
        static var clockShift: Int64 {
            guard let clockFile, let text = try? String(contentsOfFile: clockFile, encoding: .utf8) else { return 0 }
            return Int64(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
        }

        /// As on a kernel that cannot give workers the whole sandbox.
        package static let sandboxIsPartial =
            ProcessInfo.processInfo.environment["PATCHBAY_DEBUG_PARTIAL_SANDBOX"] != nil
        /// Shortens the windows of the rate limits that connectors name, so that a test sees several of them in
        /// seconds.
        package static let windowDivisor = number("PATCHBAY_DEBUG_WINDOW_DIVISOR") ?? 1

        /// The host kills itself where the code says `reached` with this name.
        private static let diesAt = ProcessInfo.processInfo.environment["PATCHBAY_DEBUG_DIE_AT"]
        /// It stops itself there the first time, as a debugger would have it, until it is told to go on.
        private static let stopsAt = ProcessInfo.processInfo.environment["PATCHBAY_DEBUG_STOP_AT"]
        private static let hasStopped = Atomic<Bool>(false)
        package static func reached(_ step: String) {
            if step == diesAt { kill(getpid(), SIGKILL) }
            // `raise`, which stops this very thread first: after `kill` another may take the signal, and this one goes
            // on for a while.
            if step == stopsAt, !hasStopped.exchange(true, ordering: .relaxed) { _ = raise(SIGSTOP) }
        }

        private static func number(_ name: String) -> Int? {
            ProcessInfo.processInfo.environment[name].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        }
    }
#else
    package enum DebugSeam {
        static let leaseDuration: Duration? = nil
        static let boot: String? = nil
        static let clockShift: Int64 = 0
        package static let sandboxIsPartial = false
        static let storeBusyTimeout: Duration? = nil
        package static let windowDivisor = 1
        package static func reached(_ step: String) {}
    }
#endif
