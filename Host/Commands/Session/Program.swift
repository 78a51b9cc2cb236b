import Foundation

/// This program: its version, where it is, who runs it.
package enum Program {
    package static let version = "1.0.0"

    /// Where the running file is, links followed.
    static var path: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }

    static var userName: String { ProcessInfo.processInfo.userName }
}
