/// Why the emulator could not start or go on: what happened, and what to do.
package struct EmulatorError: Error, CustomStringConvertible, Sendable {
    /// The kinds of failure.
    package enum Code: String, Sendable {
        case portTaken = "port_taken"
        case stateFileDamaged = "state_file_damaged"
    }

    package let code: Code
    package let message: String

    package var description: String { message }
}
