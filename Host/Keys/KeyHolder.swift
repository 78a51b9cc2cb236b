import Foundation

/// The process that works on the keys: its name for people, and a mark by which others find out that it is gone.
package struct KeyHolder: Sendable, Hashable {
    package let name: String
    /// Boot, process namespace, process number and its start. Only in the same boot and namespace does a number tell
    /// anything.
    let mark: String

    /// This process, started by `user`.
    package init(user: String) {
        let pid = ProcessInfo.processInfo.processIdentifier
        name = "\(user) (process \(pid) on \(ProcessInfo.processInfo.hostName))"
        mark = [Self.place, "\(pid)", Self.start(of: "\(pid)") ?? ""].joined(separator: " ")
    }

    /// Whether the process of a mark is known not to live any more. False where that cannot be told.
    static func isGone(_ mark: String) -> Bool {
        let parts = mark.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, parts[0...1].joined(separator: " ") == place, !place.hasPrefix(" ") else {
            return false
        }
        return start(of: parts[2]) != parts[3]
    }

    private static let place: String = {
        let boot = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        let space = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
        return (boot ?? "").trimmingCharacters(in: .whitespacesAndNewlines) + " " + (space ?? "")
    }()

    /// When a process began, in ticks since the boot; nil when there is none.
    private static func start(of pid: String) -> String? {
        // The name in parentheses may hold anything, so fields are counted from behind it.
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else {
            return nil
        }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > 19 && fields[0] != "Z" ? String(fields[19]) : nil
    }
}
