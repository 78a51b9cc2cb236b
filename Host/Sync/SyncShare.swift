import PatchbayModel
import Synchronization

/// What the passes of one sync share: the allowance, the progress and the rows of the report.
final class SyncShare: Sendable {
    private struct State {
        var allowance: Int
        /// Leave that was taken and may still be given back.
        var lent = 0
        var expected = 0
        var tried = 0
        var undelivered = 0
        var delivered: [SyncRow] = []
        /// The last word on each, by integration and task.
        var notDelivered: [String: SyncRow] = [:]
        var omitted = 0

        var progress: SyncProgress { SyncProgress(expected: expected, tried: tried, undelivered: undelivered) }

        /// Leave for at most so many.
        mutating func lend(_ wanted: Int) -> Int {
            guard allowance != .max else { return wanted }
            let granted = min(wanted, allowance)
            allowance -= granted
            lent += granted
            return granted
        }

        mutating func take(_ row: SyncRow) {
            let name = row.integration + "\n" + row.taskID
            let isNew = notDelivered.removeValue(forKey: name) == nil
            if isNew { tried += 1 } else { undelivered -= 1 }
            if row.state != .delivered { undelivered += 1 }
            guard (row.state == .delivered ? delivered.count : notDelivered.count) < Limits.reportRowsMax else {
                omitted += 1
                return
            }
            if row.state == .delivered { delivered.append(row) } else { notDelivered[name] = row }
        }
    }

    private let state: Mutex<State>
    private let progress: @Sendable (SyncProgress) -> Void

    init(limit: Int?, progress: @escaping @Sendable (SyncProgress) -> Void) {
        state = Mutex(State(allowance: limit ?? .max))
        self.progress = progress
    }

    /// The limit is reached: nothing more may be tried, however much is due.
    var isUsedUp: Bool { state.withLock { $0.allowance == 0 } }

    /// So many are due now, beside what was tried before.
    func expectMore(_ count: Int) {
        let now = state.withLock { state in
            state.expected = state.tried + min(count, state.allowance)
            return state.progress
        }
        progress(now)
    }

    /// Nothing is due before.
    func tellOfWait(until time: Timestamp) {
        let now = state.withLock(\.progress)
        progress(SyncProgress(expected: now.expected, tried: now.tried, undelivered: now.undelivered, waitsUntil: time))
    }

    /// Takes leave to try at most `wanted` deliveries; 0 when the limit is reached. While others hold leave that they may give back,
    /// it waits for that: else a lane would end, and what it could have sent stay.
    func take(_ wanted: Int) async -> Int {
        while true {
            let (granted, mayGrow) = state.withLock { state in
                let granted = state.lend(wanted)
                return (granted, state.lent > granted)
            }
            if granted > 0 || !mayGrow { return granted }
            do { try await Task.sleep(for: .milliseconds(2)) } catch { return 0 }
        }
    }

    /// The same without waiting for what others may give back.
    func takeAtOnce(_ wanted: Int) -> Int { state.withLock { $0.lend(wanted) } }

    /// Of the leave that was taken, so much was used; the rest goes back.
    func settle(_ granted: Int, used: Int) {
        state.withLock { state in
            guard state.allowance != .max else { return }
            state.lent -= granted
            state.allowance += granted - used
        }
    }

    func add(_ rows: [SyncRow]) {
        let now = state.withLock { state in
            for row in rows { state.take(row) }
            state.expected = max(state.expected, state.tried)
            return state.progress
        }
        progress(now)
    }

    /// Delivered ones first, then the others, and how many are left out.
    func rows() -> ([SyncRow], Int) {
        state.withLock { state in
            let others = state.notDelivered.values.sorted { ($0.integration, $0.taskID) < ($1.integration, $1.taskID) }
            return (state.delivered + others, state.omitted)
        }
    }
}

/// Raised once when the host is asked to stop: nothing new is begun, what is under way may end.
package final class DrainSignal: Sendable {
    private let raised = Atomic<Bool>(false)
    package init() {}
    package var isRaised: Bool { raised.load(ordering: .acquiring) }
    package func raise() { raised.store(true, ordering: .releasing) }

    /// Returns at `time`, or soon after the signal was raised or the Swift task cancelled.
    func sleep(until time: Timestamp) async {
        while !isRaised, !Task.isCancelled, Timestamp.now < time {
            let left = Duration.milliseconds(time.milliseconds - Timestamp.now.milliseconds)
            try? await Task.sleep(for: min(left, Limits.drainNoticeTime))
        }
    }
}
