import PatchbayModel
import Synchronization

/// What the passes of one sync share: the allowance, the progress and the rows of the report.
final class SyncShare: Sendable {
    private struct State {
        var allowance: SyncAllowance
        var expected = 0
        var tried = 0
        var undelivered = 0
        var delivered: [SyncRow] = []
        /// The last word on each, by integration and task.
        var notDelivered: [String: SyncRow] = [:]
        var omitted = 0

        var progress: SyncProgress { SyncProgress(expected: expected, tried: tried, undelivered: undelivered) }

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
        state = Mutex(State(allowance: SyncAllowance(limit: limit)))
        self.progress = progress
    }

    /// The limit is reached: nothing more may be tried, however much is due.
    var isUsedUp: Bool { state.withLock { $0.allowance.left == 0 } }

    /// Divides what is left of the limit among the integrations of a round, of which each is known by its id; the first
    /// ones get what does not divide evenly.
    func divide(_ due: [(integration: Int64, count: Int)]) { state.withLock { $0.allowance.divide(due) } }

    /// An integration is done with this round: what it has not used is for the others.
    func finish(_ integration: Int64) { state.withLock { $0.allowance.finish(integration) } }

    /// So many are due now, beside what was tried before.
    func expectMore(_ count: Int) {
        let now = state.withLock { state in
            state.expected = state.tried + min(count, state.allowance.left)
            return state.progress
        }
        progress(now)
    }

    /// Nothing is due before.
    func tellOfWait(until time: Timestamp) {
        let now = state.withLock(\.progress)
        progress(SyncProgress(expected: now.expected, tried: now.tried, undelivered: now.undelivered, waitsUntil: time))
    }

    /// What came of asking for leave.
    enum Leave: Sendable {
        case granted(Int)
        /// Nothing now, but others may leave something of their share.
        case later
        /// The limit is reached.
        case none
    }

    /// Takes leave to try at most `wanted` deliveries of an integration. While leave is out that may be given back, it
    /// waits for that: else a lane would end, and what it could have sent stay.
    func take(_ wanted: Int, for integration: Int64) async -> Leave {
        while true {
            let (granted, isOut, mayGrow) = state.withLock { state in
                let granted = state.allowance.lend(wanted, to: integration)
                return (granted, state.allowance.lent > granted, state.allowance.isReserved)
            }
            if granted > 0 { return .granted(granted) }
            guard isOut else { return mayGrow ? .later : .none }
            do { try await Task.sleep(for: .milliseconds(2)) } catch { return .none }
        }
    }

    /// The same without waiting for what others may give back.
    func takeAtOnce(_ wanted: Int, for integration: Int64) -> Int {
        state.withLock { $0.allowance.lend(wanted, to: integration) }
    }

    /// Of the leave that was taken, so much was used; the rest goes back.
    func settle(_ granted: Int, used: Int) { state.withLock { $0.allowance.settle(granted, used: used) } }

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
