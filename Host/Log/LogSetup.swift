import Logging

/// How log lines are written.
package enum LogLineFormat: Sendable { case text, json }

/// Sets up logging: one line a message, to standard error, at `level` and above.
package enum LogSetup {
    /// The logger of the host, which every room that logs is given.
    package static func logger(level: Logger.Level, format: LogLineFormat) -> Logger {
        Logger(label: "patchbay") { _ in StandardErrorLogHandler(logLevel: level, format: format) }
    }
}
