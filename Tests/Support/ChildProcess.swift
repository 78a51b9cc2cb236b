import Foundation
import Glibc
import Synchronization

/// A child process with signals as a shell would give them, in a process group of its own, waited for on a thread of
/// its own.
///
/// It reads and writes files, so that no pipe can fill and hold it up.
package final class ChildProcess: Sendable {
    /// How it ended.
    package struct End: Sendable, Hashable {
        /// The exit status; meaningless where a signal ended it.
        package let status: Int32
        package let signal: Int32?
        /// The kernel wrote a core file.
        package var dumpedCore = false
        /// It was killed because the time was up.
        package var isLate = false
        /// The processor time that it and its children took, which a busy machine does not lengthen much.
        package var processorTime: Duration = .zero
    }

    private struct State {
        var end: End?
        var isLate = false
        var waiters: [CheckedContinuation<End, Never>] = []
    }

    package let pid: pid_t
    private let state = Mutex(State())

    /// Starts a program. `descriptors` maps a descriptor of the child to one of ours; others are closed in the child.
    package init(_ path: String, _ arguments: [String], environment: [String: String], descriptors: [Int32: Int32])
        throws
    {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        // The standard ones first: a further one may take the number that one of their sources has.
        for (target, source) in descriptors.sorted(by: { $0.key < $1.key }) {
            unsafe posix_spawn_file_actions_adddup2(&actions, source, target)
        }
        for other in 3...Int32(1_023) where descriptors[other] == nil {
            unsafe posix_spawn_file_actions_addclose(&actions, other)
        }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        var usual = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigemptyset(&usual)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT] { unsafe sigaddset(&usual, number) }
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &usual)
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var words = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup("\($0)=\($1)") } + [nil]
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var child: pid_t = 0
        let failure = unsafe posix_spawn(&child, path, &actions, &attributes, &words, &variables)
        guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EIO) }
        pid = child
        Thread.detachNewThread { self.reap() }
    }

    /// How it ended; killed, with all of its group, when it takes longer than `limit`.
    package func end(within limit: Duration) async -> End {
        let watch = Task {
            try await Task.sleep(for: limit)
            self.state.withLock { $0.isLate = $0.end == nil }
            self.send(SIGKILL, toGroup: true)
        }
        defer { watch.cancel() }
        return await withCheckedContinuation { continuation in
            let end = state.withLock { state -> End? in
                if state.end == nil { state.waiters.append(continuation) }
                return state.end
            }
            if let end { continuation.resume(returning: end) }
        }
    }

    /// Sends a signal while it has not ended.
    package func send(_ number: Int32, toGroup: Bool = false) {
        state.withLock { state in
            if state.end == nil { kill(toGroup ? -pid : pid, number) }
        }
    }

    /// Whether a signal that was sent is still to be looked at.
    package func hasPending(_ number: Int32) -> Bool {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let masks = text.split(separator: "\n").filter { $0.hasPrefix("SigPnd:") || $0.hasPrefix("ShdPnd:") }
        return masks.contains { line in
            UInt64(line.split(separator: "\t").last ?? "", radix: 16).map { $0 >> (number - 1) & 1 == 1 } ?? false
        }
    }

    package var hasEnded: Bool { state.withLock { $0.end != nil } }

    private func reap() {
        var facts = unsafe siginfo_t()
        // Looked at before it is reaped, so that its number still is its own while `send` holds the lock.
        while unsafe waitid(P_PID, id_t(pid), &facts, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        let (end, waiters) = state.withLock { state in
            var status: Int32 = 0
            var usage = rusage()
            while unsafe wait4(pid, &status, 0, &usage) < 0 && errno == EINTR {}
            let number = status & 0x7F
            let end = End(
                status: (status >> 8) & 0xFF, signal: number == 0 ? nil : number,
                dumpedCore: number != 0 && status & 0x80 != 0,
                isLate: state.isLate,
                processorTime: usage.ru_utime.duration + usage.ru_stime.duration)
            state.end = end
            defer { state.waiters = [] }
            return (end, state.waiters)
        }
        for waiter in waiters { waiter.resume(returning: end) }
    }
}

extension timeval {
    fileprivate var duration: Duration { .seconds(tv_sec) + .microseconds(tv_usec) }
}
