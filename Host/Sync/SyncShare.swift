import PatchbayModel
import Synchronization

/// What the passes of one sync share: the allowance, the progress and the rows of the report.
final class SyncShare: Sendable {
    private struct State {
        var allowance: Int
        var expected = 0
        var tried = 0
        var failed = 0
        var delivered: [SyncRow] = []
        var notDelivered: [SyncRow] = []
        var omitted = 0
    }

    private let state: Mutex<State>
    private let progress: @Sendable (SyncProgress) -> Void

    init(limit: Int?, progress: @escaping @Sendable (SyncProgress) -> Void) {
        state = Mutex(State(allowance: limit ?? .max))
        self.progress = progress
    }

    func expect(_ count: Int) {
        let now = state.withLock { state in
            state.expected = min(count, state.allowance)
            return SyncProgress(expected: state.expected, tried: 0, failed: 0)
        }
        progress(now)
    }

    /// Takes leave to try at most `wanted` deliveries; 0 when the limit is reached.
    func take(_ wanted: Int) -> Int {
        state.withLock { state in
            let granted = min(wanted, state.allowance)
            if state.allowance != .max { state.allowance -= granted }
            return granted
        }
    }

    /// Gives back what was not needed.
    func giveBack(_ count: Int) { state.withLock { if $0.allowance != .max { $0.allowance += count } } }

    func add(_ rows: [SyncRow]) {
        let now = state.withLock { state in
            for row in rows {
                state.tried += 1
                if row.state != .delivered { state.failed += 1 }
                let kept = row.state == .delivered ? state.delivered.count : state.notDelivered.count
                if kept >= Limits.reportRowsMax {
                    state.omitted += 1
                } else if row.state == .delivered {
                    state.delivered.append(row)
                } else {
                    state.notDelivered.append(row)
                }
            }
            state.expected = max(state.expected, state.tried)
            return SyncProgress(expected: state.expected, tried: state.tried, failed: state.failed)
        }
        progress(now)
    }

    /// Delivered ones first, then the others, and how many are left out.
    func rows() -> ([SyncRow], Int) { state.withLock { ($0.delivered + $0.notDelivered, $0.omitted) } }
}

/// Raised once when the host is asked to stop: nothing new is begun, what is under way may end.
package final class DrainSignal: Sendable {
    private let raised = Atomic<Bool>(false)
    package init() {}
    package var isRaised: Bool { raised.load(ordering: .acquiring) }
    package func raise() { raised.store(true, ordering: .releasing) }
}
