import Foundation
import PatchbayModel

/// A program of the operator's that writes a key file's line to its standard output. It runs without a shell, without
/// arguments and with almost no environment.
enum KeyCommand {
    /// Runs it and reads the key. Throws `key_missing`, `key_unsafe`, `key_invalid`. Blocks for `Limits.keyCommandTime`
    /// at most.
    static func read(path: String) throws(VaultError) -> RootKey {
        try check(path)
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw failure(path, systemText(errno)) }
        for descriptor in ends { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        let reading = ends[0]
        defer { close(reading) }
        let child: pid_t
        do {
            defer { close(ends[1]) }
            child = try start(path, output: ends[1])
        }
        var text = SecretBytes(capacity: Limits.keyFileBytesMax + 1)
        let deadline = ContinuousClock.now + Limits.keyCommandTime
        let isWhole = readAll(&text, from: reading, until: deadline)
        let status = end(child, until: deadline, isWelcome: isWhole)
        guard let status else {
            throw failure(path, "it took longer than \(Limits.keyCommandTime.components.seconds) s")
        }
        guard status == 0 else {
            let how =
                status & 0x7F == 0 ? "it ended with status \((status >> 8) & 0xFF)" : "signal \(status & 0x7F) ended it"
            throw failure(path, how)
        }
        guard text.count <= Limits.keyFileBytesMax else {
            throw VaultError(
                .keyInvalid, "The command \(path) wrote more than \(Limits.keyFileBytesMax) bytes, too many for a key.")
        }
        return try KeyFile.parse(text, what: "What the command \(path) wrote")
    }

    private static func failure(_ path: String, _ reason: String) -> VaultError {
        VaultError(.keyMissing, "The command \(path) gave no key: \(reason). Run it by hand to see why.")
    }

    /// Whoever can change the program has the key.
    private static func check(_ path: String) throws(VaultError) {
        var facts = stat()
        guard unsafe lstat(path, &facts) == 0 else { throw failure(path, systemText(errno)) }
        guard facts.st_mode & S_IFMT == S_IFREG, facts.st_mode & 0o022 == 0,
            facts.st_uid == geteuid() || facts.st_uid == 0
        else {
            throw VaultError(
                .keyUnsafe,
                "The command \(path) is a link, or others can change it. It must be a regular file of yours or root's, "
                    + "with `chmod go-w`."
            )
        }
        try KeyFileChecks.checkParents(of: path)
    }

    private static func start(_ path: String, output: Int32) throws(VaultError) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        // A group of its own, so that all of it can be ended.
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        let home = ProcessInfo.processInfo.environment["HOME"] ?? "/"
        var words = unsafe [strdup(path), nil]
        var variables = unsafe [strdup("PATH=/usr/local/bin:/usr/bin:/bin"), strdup("HOME=\(home)"), nil]
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var child: pid_t = 0
        let number = unsafe posix_spawn(&child, path, &actions, &attributes, &words, &variables)
        guard number == 0 else { throw failure(path, systemText(number)) }
        return child
    }

    /// Whether the end, or one byte too many, came in time.
    private static func readAll(
        _ text: inout SecretBytes, from descriptor: Int32, until deadline: ContinuousClock.Instant
    ) -> Bool {
        unsafe text.withMutableBytes { memory, count in
            let maximum = Limits.keyFileBytesMax + 1
            while count < maximum {
                let left = (deadline - ContinuousClock.now).wholeMilliseconds
                guard left > 0 else { return false }
                var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard unsafe poll(&wait, 1, Int32(left)) > 0 else { continue }
                let got = unsafe Foundation.read(descriptor, memory.baseAddress! + count, maximum - count)
                if got < 0 && errno != EINTR { return false }
                if got == 0 { return true }
                count += max(got, 0)
            }
            return true
        }
    }

    /// Its wait status; nil when it had to be killed.
    private static func end(_ child: pid_t, until deadline: ContinuousClock.Instant, isWelcome: Bool) -> Int32? {
        var status: Int32 = 0
        while isWelcome, ContinuousClock.now < deadline {
            let found = unsafe waitpid(child, &status, WNOHANG)
            if found == child {
                return status
            }
            usleep(2_000)
        }
        kill(-child, SIGKILL)
        while unsafe waitpid(child, &status, 0) < 0 && errno == EINTR {}
        return nil
    }
}
