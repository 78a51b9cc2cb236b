import Foundation
import Testing

extension Bench {
    /// Starts a command that stops itself at a step, and waits until it has. `SIGCONT` lets it go on.
    func halted(_ words: [String], at step: String) async throws -> Running { try await desk.halted(words, at: step) }
}

extension Workbench {
    /// The same.
    func halted(_ words: [String], at step: String) async throws -> Running {
        let running = try start(words, environment: ["PATCHBAY_DEBUG_STOP_AT": step])
        let pid = running.child.pid
        try await Wait.until("the command has stopped at \(step)") {
            try #require(!running.child.hasEnded, "it ended before \(step)")
            let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
            return text.split(separator: ")").last?.hasPrefix(" T") == true ? true : nil
        }
        return running
    }
}
