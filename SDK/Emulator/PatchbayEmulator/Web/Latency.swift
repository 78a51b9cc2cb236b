import Synchronization

/// Time added to each request of one system, in milliseconds.
final class Latency: Sendable {
    private let state = Mutex((before: 0, work: 0))

    /// Waited before the request is looked at.
    var milliseconds: Int { state.withLock { $0.before } }
    /// Waited while the request holds its slot.
    var workMilliseconds: Int { state.withLock { $0.work } }

    func set(milliseconds: Int, workMilliseconds: Int) {
        let most = EmulatorLimits.delayMillisecondsMax
        state.withLock { $0 = (min(max(milliseconds, 0), most), min(max(workMilliseconds, 0), most)) }
    }
}
