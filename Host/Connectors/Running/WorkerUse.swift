import PatchbayModel
import Synchronization

/// Counts what is under way in one worker, so that it is ended for another's sake only while nothing is.
final class WorkerUse: Sendable {
    private struct State {
        var count = 0
        var idleSince = ContinuousClock.now
        var isRetired = false
    }

    private let state = Mutex(State())
    private let room: WorkerRoom?

    /// `room` hears of it whenever nothing is under way any more.
    init(room: WorkerRoom? = nil) { self.room = room }

    /// Begins something. False when the worker was retired: then another is needed.
    func enter() -> Bool {
        state.withLock { state in
            guard !state.isRetired else { return false }
            state.count += 1
            return true
        }
    }

    /// Ends it.
    func leave() {
        let isIdle = state.withLock { state in
            state.count -= 1
            guard state.count == 0 else { return false }
            state.idleSince = .now
            return true
        }
        if isIdle { room?.announce() }
    }

    /// Since when nothing has been under way; nil while something is.
    var idleSince: ContinuousClock.Instant? { state.withLock { $0.count == 0 ? $0.idleSince : nil } }

    /// Lets nothing more begin. False, and nothing is changed, while something is under way.
    func retire() -> Bool {
        state.withLock { state in
            guard state.count == 0 else { return false }
            state.isRetired = true
            return true
        }
    }
}

/// Where those wait who need a worker while there are as many as may be.
final class WorkerRoom: Sendable {
    private struct State {
        var announcements: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let state = Mutex(State())

    /// To be read before looking for a place, and given to `wait`: what is announced in between is not missed.
    var announcements: UInt64 { state.withLock { $0.announcements } }

    /// A place may have become free.
    func announce() {
        let waiters = state.withLock { state in
            defer { state.waiters = [:] }
            state.announcements &+= 1
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// Returns when something was announced since, or when the task is cancelled.
    func wait(since seen: UInt64) async {
        let number = state.withLock { state in
            defer { state.nextWaiter &+= 1 }
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.announcements == seen, !Task.isCancelled else { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }
}
