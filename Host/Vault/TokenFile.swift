import Foundation
import PatchbayModel

/// Opens the file that a token is read from: a regular one, or a pipe, such as a shell's `<(command)`.
enum TokenFile {
    /// The descriptor is the caller's to close. A pipe is waited for until it brings something, and not for ever.
    /// Throws `token_invalid`.
    static func open(_ path: String) throws(VaultError) -> Int32 {
        // Standard input under a name of the system's may be a terminal, where a person types.
        if path == "/dev/stdin" { return try checked(dup(STDIN_FILENO), path) }
        // Without waiting: a pipe that nobody writes into would hold up the opening itself.
        let descriptor = try checked(unsafe Foundation.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY), path)
        do throws(VaultError) {
            var facts = stat()
            _ = try checked(unsafe fstat(descriptor, &facts), path)
            switch facts.st_mode & S_IFMT {
            case S_IFREG: break
            case S_IFIFO: try wait(for: descriptor, path)
            default:
                throw VaultError(
                    .tokenInvalid,
                    "The token file \(path) is neither a file nor a pipe. Give the token in one of these.")
            }
            _ = try checked(fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK), path)
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func wait(for pipe: Int32, _ path: String) throws(VaultError) {
        let begin = ContinuousClock.now
        var state = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
        while unsafe poll(&state, 1, 250) <= 0 {
            guard ContinuousClock.now - begin < Limits.tokenPipeWait else {
                let seconds = Limits.tokenPipeWait.components.seconds
                throw VaultError(
                    .tokenInvalid, "The token file \(path) is a pipe, and nothing has come from it for \(seconds) s.")
            }
        }
    }

    private static func checked(_ result: Int32, _ path: String) throws(VaultError) -> Int32 {
        guard result >= 0 else {
            throw VaultError(.tokenInvalid, "The token file \(path) cannot be opened: \(systemText(errno)).")
        }
        return result
    }
}
