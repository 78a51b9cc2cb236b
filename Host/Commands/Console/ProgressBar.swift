import Foundation
import PatchbaySync
import Synchronization

/// How far something long is: a bar on a terminal, a plain line now and then elsewhere; on standard error.
final class ProgressBar: Sendable {
    private struct State {
        /// When it was first told of, and how far it was then.
        var start: (time: ContinuousClock.Instant, count: Int)?
        var lastShown = ContinuousClock.now
        var hasBar = false
    }

    private let isShown: Bool
    private let isTerminal: Bool
    /// What is counted, and what was done to it: "rows sealed"; empty where that is plain.
    private let done: String
    private let state = Mutex(State())

    init(isShown: Bool, done: String = "") {
        self.isShown = isShown
        self.done = done.isEmpty ? "" : " " + done
        isTerminal = isatty(STDERR_FILENO) == 1
    }

    func show(_ progress: SyncProgress) { show(progress.tried, of: progress.expected, undelivered: progress.undelivered) }

    /// The pace is reckoned from the first call on: what was done before it, by a run that was stopped, does not count.
    func show(_ count: Int, of expected: Int, undelivered: Int = 0) {
        guard isShown else { return }
        let now = ContinuousClock.now
        // What is short needs no bar; what is long gets ten pictures a second, or a line each five seconds.
        let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(5)
        let first: Duration = isTerminal ? .milliseconds(500) : .seconds(5)
        let text: String? = state.withLock { state in
            let start = state.start ?? (now, count)
            state.start = start
            guard now - start.time >= first, now - state.lastShown >= pause else { return nil }
            state.lastShown = now
            state.hasBar = isTerminal
            let pace = Double(count - start.count) / max((now - start.time) / .seconds(1), 0.001)
            return line(count, of: max(count, expected), undelivered: undelivered, pace: pace)
        }
        if let text { write(isTerminal ? "\r\u{1B}[K" + text : text + "\n") }
    }

    /// Takes the bar off the terminal.
    func finish() {
        let hadBar = state.withLock { state in
            defer { state.hasBar = false }
            return state.hasBar
        }
        if hadBar { write("\r\u{1B}[K") }
    }

    private func line(_ count: Int, of expected: Int, undelivered: Int, pace: Double) -> String {
        let width = 30
        let filled = expected > 0 ? width * count / expected : 0
        let bar = isTerminal ? "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled) + "] " : ""
        let left = pace > 0 ? ", \(Int(Double(expected - count) / pace)) s left" : ""
        let rest = undelivered > 0 ? ", \(undelivered) not delivered" : ""
        return "\(bar)\(count) of \(expected)\(done)\(rest), \(Int(pace)) a second\(left)"
    }

    private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
