import Foundation
import PatchbayModel
import PatchbaySync
import Synchronization

/// How far something long is: a bar on a terminal, a plain line now and then elsewhere; on standard error.
final class ProgressBar: Sendable {
    private struct State {
        /// How far it was when, of the time over which the pace is reckoned; the oldest first.
        var marks: [(time: ContinuousClock.Instant, count: Int)] = []
        var start: ContinuousClock.Instant?
        /// What the last line of a wait was for.
        var waitsUntil: Timestamp?
        var lastShown = ContinuousClock.now
        var hasBar = false
    }

    private let isShown: Bool
    private let isTerminal: Bool
    /// What is counted, and what was done to it: "rows sealed"; empty where that is plain.
    private let done: String
    private let state = Mutex(State())
    /// The pace is that of the last while: a rate limit lets much through at first, and then little.
    private static let paceTime: Duration = .seconds(30)

    init(isShown: Bool, done: String = "") {
        self.isShown = isShown
        self.done = done.isEmpty ? "" : " " + done
        isTerminal = isatty(STDERR_FILENO) == 1
    }

    func show(_ progress: SyncProgress) {
        if let time = progress.waitsUntil {
            showWait(until: time, progress)
        } else {
            show(progress.tried, of: progress.expected, undelivered: progress.undelivered)
        }
    }

    /// On a terminal in the place of the bar; where lines stay, one for each time that is waited for.
    private func showWait(until time: Timestamp, _ progress: SyncProgress) {
        guard isShown else { return }
        let isNew = state.withLock { state in
            defer { state.waitsUntil = time }
            state.hasBar = isTerminal
            // A wait is no part of the pace.
            state.marks = []
            return state.waitsUntil.map { abs($0.milliseconds - time.milliseconds) >= 1_000 } ?? true
        }
        guard isTerminal || isNew else { return }
        let rest = progress.undelivered > 0 ? ", \(progress.undelivered) not delivered" : ""
        let tried = progress.tried > 0 ? "\(progress.tried) of \(progress.expected)\(rest); " : ""
        write(placed("\(tried)waiting for what is due at \(time.text)"))
    }

    /// What was done before the first call, by a run that was stopped, does not count for the pace.
    func show(_ count: Int, of expected: Int, undelivered: Int = 0) {
        guard isShown, max(count, expected) > 0 else { return }
        let now = ContinuousClock.now
        // What is short needs no bar; what is long gets ten pictures a second, or a line each five seconds.
        let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(5)
        let first: Duration = isTerminal ? .milliseconds(500) : .seconds(5)
        let text: String? = state.withLock { state in
            let start = state.start ?? now
            state.start = start
            if state.marks.isEmpty { state.marks = [(now, count)] }
            guard now - start >= first, now - state.lastShown >= pause else { return nil }
            state.lastShown = now
            state.hasBar = isTerminal
            while state.marks.count > 1, now - state.marks[1].time >= Self.paceTime { state.marks.removeFirst() }
            let since = state.marks[0]
            state.marks.append((now, count))
            let pace = Double(count - since.count) / max((now - since.time) / .seconds(1), 0.001)
            return line(count, of: max(count, expected), undelivered: undelivered, pace: pace)
        }
        if let text { write(placed(text)) }
    }

    /// On a terminal in the place of the line before.
    private func placed(_ text: String) -> String { isTerminal ? "\r\u{1B}[K" + text : text + "\n" }

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
        let bar =
            isTerminal
            ? "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled) + "] " : ""
        let left = pace > 0 ? ", \(Int(Double(expected - count) / pace)) s left" : ""
        let rest = undelivered > 0 ? ", \(undelivered) not delivered" : ""
        return "\(bar)\(count) of \(expected)\(done)\(rest), \(Int(pace)) a second\(left)"
    }

    private func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }
}
