import Foundation
import PatchbayModel

/// Where input comes from: a file, a pipe, or standard input. Nothing else is read, because a device may have no end,
/// and no pipe is waited for without a word. Closed with the last use of it.
final class InputSource {
    /// For messages.
    let name: String
    private let descriptor: Int32
    private let closes: Bool
    private let isPipe: Bool
    private var bytes = 0
    /// Whether anybody has written into a pipe, or holds it open for that.
    private var hasWriter = false

    /// `-` and the names that the system has for it are standard input, whatever that is. Throws `input_unreadable`.
    init(path: String) throws(InputError) {
        guard !Self.standardInput.contains(path) else {
            (name, descriptor, closes, isPipe) = ("standard input", STDIN_FILENO, false, false)
            return
        }
        // Without waiting: a pipe that nobody writes into would hold up the opening itself.
        let opened = unsafe open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard opened >= 0 else { throw Self.unreadable(path) }
        var facts = stat()
        guard unsafe fstat(opened, &facts) == 0 else {
            close(opened)
            throw Self.unreadable(path)
        }
        switch facts.st_mode & S_IFMT {
        case S_IFREG: isPipe = false
        case S_IFIFO: isPipe = true
        case let kind:
            close(opened)
            throw InputError(
                .inputUnreadable,
                "cannot read \(path): it is \(Self.word(kind)); name a file or a pipe, or - for standard input")
        }
        (name, descriptor, closes) = (path, opened, true)
    }

    deinit { if closes { close(descriptor) } }

    private static let standardInput: Set = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]

    private static func word(_ kind: mode_t) -> String {
        switch kind {
        case S_IFDIR: "a folder"
        case S_IFCHR, S_IFBLK: "a device"
        case S_IFSOCK: "a socket"
        default: "no file"
        }
    }

    /// Reads what there is, and waits where there is nothing yet; 0 at the end. Throws `input_unreadable`, and
    /// `input_invalid` for what does not end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(InputError) -> Int {
        let begin = ContinuousClock.now
        while true {
            let count = unsafe Foundation.read(descriptor, buffer.baseAddress, buffer.count)
            if count > 0 {
                hasWriter = true
                bytes += count
                guard bytes <= Limits.inputBytesMax else {
                    throw InputError(
                        .inputInvalid,
                        "\(name) gives more than \(Limits.inputBytesMax / 1_073_741_824) GiB and does not end")
                }
                return count
            }
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EAGAIN { hasWriter = true } else if count < 0 { throw Self.unreadable(name) }
            // A pipe that nobody has opened for writing yet looks as if it were at its end.
            if count == 0 && (!isPipe || hasWriter) { return 0 }
            try wait(since: begin)
        }
    }

    /// Waits a while for a pipe, or for standard input that somebody else made one that does not wait.
    private func wait(since begin: ContinuousClock.Instant) throws(InputError) {
        let limit = hasWriter ? Limits.inputSilenceMax : Limits.inputWriterWait
        if isPipe, ContinuousClock.now - begin >= limit {
            let why = hasWriter ? "nothing has come from it" : "nobody has opened it for writing"
            throw InputError(
                .inputUnreadable, "cannot read \(name): it is a pipe, and \(why) for \(limit.components.seconds) s")
        }
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // One who opens the pipe and closes it without a word shows by POLLHUP, and never as somebody who writes.
        if unsafe poll(&state, 1, 250) > 0, state.revents & Int16(POLLIN) == 0, state.revents & Int16(POLLHUP) != 0 {
            hasWriter = true
        }
    }

    private static func unreadable(_ path: String) -> InputError {
        let reason = String(describing: POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO).code)
        return InputError(.inputUnreadable, "cannot read \(path) (\(reason)); check the path and its rights")
    }
}
