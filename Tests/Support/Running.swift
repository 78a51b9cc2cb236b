import Foundation
import Testing

/// The command while it runs.
package struct Running: Sendable {
    package let child: ChildProcess
    package let arguments: [String]
    package let place: String

    /// What it has written to standard error so far.
    package var errorsSoFar: String { (try? String(contentsOfFile: place + "/err", encoding: .utf8)) ?? "" }

    /// Waits for its end.
    package func finish(within limit: Duration = .seconds(180)) async throws -> Run {
        let end = await child.end(within: limit)
        let out = String(decoding: try Data(contentsOf: URL(fileURLWithPath: place + "/out")), as: UTF8.self)
        let err = String(decoding: try Data(contentsOf: URL(fileURLWithPath: place + "/err")), as: UTF8.self)
        try #require(
            !end.isLate, "patchbay \(arguments.joined(separator: " ")) did not end in \(limit)\n\(out)\n\(err)")
        return Run(arguments: arguments, end: end, out: out, err: err, envelope: (try? JSON(parsing: out)) ?? .null)
    }

    /// The worker processes below it that have not ended.
    package var workers: [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter { pid in
            // "PID (NAME) STATE PARENT": the name is cut at 15 characters.
            guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
                text.contains("(patchbay-worker)"),
                let rest = text.split(separator: ")").last?.split(separator: " "), rest.count > 1
            else { return false }
            return rest[0] != "Z" && rest[1] == "\(child.pid)"
        }.sorted()
    }

    /// Processes, of this command's workers, that outlived it: their first argument is the host's process.
    package var workersLeft: [pid_t] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap { pid_t($0) }.filter { pid in
            guard let text = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8) else { return false }
            let words = text.split(separator: "\0")
            return words.count > 1 && words[0].hasSuffix("/patchbay-worker") && words[1] == "\(child.pid)"
        }
    }
}
