import Foundation
import Synchronization

/// A program of ours while it runs, with plain signals, reading and writing files.
final class Child: Sendable {
    enum End: Sendable, Hashable {
        case exited(Int32)
        case killed(Int32)
    }

    private struct State {
        var end: End?
        var waiters: [CheckedContinuation<End, Never>] = []
    }

    let pid: pid_t
    let output: String
    let errors: String
    private let state = Mutex(State())

    /// Starts a program whose standard streams are `input` (a file or a descriptor of ours) and two files that begin with `place`.
    init(_ program: String, _ arguments: [String], environment: [String: String], input: Int32, place: String) throws {
        output = place + ".out"
        errors = place + ".err"
        let streams = try [output, errors].map { path in
            let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            if descriptor < 0 { throw POSIXError(.EIO) }
            return descriptor
        }
        defer { streams.forEach { close($0) } }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (target, source) in zip([Int32(0), 1, 2], [input] + streams) {
            unsafe posix_spawn_file_actions_adddup2(&actions, source, target)
        }
        // A test runner may block or ignore signals, and a child would inherit that.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { unsafe sigaddset(&signals, number) }
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
        var words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup("\($0)=\($1)") } + [nil]
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var child: pid_t = 0
        let failure = unsafe posix_spawn(&child, program, &actions, &attributes, &words, &variables)
        if failure != 0 { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EIO) }
        pid = child
        Thread.detachNewThread { self.reap() }
    }

    var hasEnded: Bool { state.withLock { $0.end != nil } }

    /// Sends a signal unless it has ended.
    func send(_ signal: Int32) {
        state.withLock { if $0.end == nil { kill(pid, signal) } }
    }

    /// How it ended; nil, and then killed, when it takes longer than `limit`.
    func end(within limit: Duration) async -> End? {
        let isLate = Atomic<Bool>(false)
        let watch = Task {
            try await Task.sleep(for: limit)
            if !self.hasEnded { isLate.store(true, ordering: .relaxed) }
            self.send(SIGKILL)
        }
        let end = await withCheckedContinuation { continuation in
            let end = state.withLock { state -> End? in
                if state.end == nil { state.waiters.append(continuation) }
                return state.end
            }
            if let end { continuation.resume(returning: end) }
        }
        watch.cancel()
        _ = await watch.result
        return isLate.load(ordering: .relaxed) ? nil : end
    }

    /// The worker processes below it. One's first line of facts reads "PID (NAME) STATE PARENT", with the name cut at 15 characters.
    var workers: [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter { candidate in
            guard let facts = try? String(contentsOfFile: "/proc/\(candidate)/stat", encoding: .utf8), facts.contains("(patchbay-worke"),
                let rest = facts.split(separator: ")").last?.split(separator: " "), rest.count > 1
            else { return false }
            return rest[0] != "Z" && rest[1] == "\(pid)"
        }.sorted()
    }

    private func reap() {
        // Looked at before it is reaped, so that its number is still its own while `send` holds the lock.
        var facts = unsafe siginfo_t()
        while unsafe waitid(P_PID, id_t(pid), &facts, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        let (end, waiters) = state.withLock { state in
            var status: Int32 = 0
            while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
            let end: End = status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .killed(status & 0x7F)
            state.end = end
            defer { state.waiters = [] }
            return (end, state.waiters)
        }
        waiters.forEach { $0.resume(returning: end) }
    }
}
