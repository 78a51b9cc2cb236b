import Foundation
import PatchbaySync
import Synchronization

/// How far a long sync is: a bar on a terminal, a plain line now and then elsewhere; on standard error.
final class ProgressBar: Sendable {
    private struct State {
        var lastShown = ContinuousClock.now
        var hasBar = false
    }

    private let isShown: Bool
    private let isTerminal: Bool
    private let begun = ContinuousClock.now
    private let state = Mutex(State())

    init(isShown: Bool) {
        self.isShown = isShown
        isTerminal = isatty(STDERR_FILENO) == 1
    }

    func show(_ progress: SyncProgress) {
        guard isShown else { return }
        let now = ContinuousClock.now
        // A short sync needs no bar; a long one ten pictures a second, or a line each five seconds.
        let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(5)
        let first: Duration = isTerminal ? .milliseconds(500) : .seconds(5)
        let text: String? = state.withLock { state in
            guard now - begun >= first, now - state.lastShown >= pause else { return nil }
            state.lastShown = now
            state.hasBar = isTerminal
            return line(progress, seconds: max((now - begun) / .seconds(1), 0.001))
        }
        if let text { write(isTerminal ? "\r\u{1B}[K" + text : text + "\n") }
    }

    /// Takes the bar off the terminal.
    func finish() {
        if state.withLock({ $0.hasBar }) { write("\r\u{1B}[K") }
    }

    private func line(_ progress: SyncProgress, seconds: Double) -> String {
        let rate = Double(progress.tried) / seconds
        let width = 30
        let filled = progress.expected > 0 ? width * progress.tried / progress.expected : 0
        let bar = isTerminal ? "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled) + "] " : ""
        let left = rate > 0 ? Int(Double(progress.expected - progress.tried) / rate) : 0
        let failed = progress.failed > 0 ? ", \(progress.failed) failed" : ""
        return "\(bar)\(progress.tried) of \(progress.expected)\(failed), \(Int(rate)) a second, \(left) s left"
    }

    private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
