import PatchbayModel
import Synchronization

/// What the callers of one worker and its thread share: questions go out on the caller's thread, answers come in on the
/// worker's own, or on that of a listener.
final class WorkerLink: Sendable {
    let channel: WorkerChannel
    let deadlines: WorkerDeadlines
    private let state = Mutex(WorkerState())
    private let inbox = Mutex(FrameInbox(frameBytesMax: Limits.frameBytesMax))

    init(channel: WorkerChannel, deadlines: WorkerDeadlines) {
        self.channel = channel
        self.deadlines = deadlines
    }

    // MARK: Callers

    /// Sends a frame and waits for its answer. Throws the `ConnectorError` that ended the worker.
    func ask(_ frame: [UInt8], id: UInt64) async throws -> Frame {
        try await withCheckedThrowingContinuation { continuation in
            let refusal: ConnectorError? = state.withLock { state in
                if let ended = state.ended { return ended }
                state.wasAsked = true
                state.expect(.init(id: id, since: .now, patience: deadlines.step, continuation: continuation))
                state.outbox.append(frame)
                send(&state)
                return nil
            }
            if let refusal { continuation.resume(throwing: refusal) }
        }
    }

    /// Waits for the greeting, which comes unasked; `begin` starts the worker's thread.
    func greeting(begin: () -> Void) async throws -> Frame {
        try await withCheckedThrowingContinuation { continuation in
            state.withLock { state in
                state.expect(.init(id: 0, since: .now, patience: deadlines.load, continuation: continuation))
            }
            begin()
        }
    }

    /// The same for whoever has no state at hand.
    func tell(_ frame: [UInt8]) { state.withLock { tell(frame, &$0) } }

    /// Sends a frame that has no answer, at the latest with the next one that has.
    private func tell(_ frame: [UInt8], _ state: inout WorkerState) {
        guard state.ended == nil else { return }
        state.outbox.append(frame)
        if state.outbox.count > Limits.outboxIdleBytesMax { send(&state) }
    }

    private func send(_ state: inout WorkerState) {
        // A worker that is gone is noticed by the thread; what could not be sent now, it sends.
        if !state.outbox.flush(to: channel) || state.outbox.count > 0 { channel.signal() }
    }

    /// An id for a new call. Throws when the worker has ended or has too much to do.
    func takeCall() throws(ConnectorError) -> UInt64 { try take { $0.takeCall() } }

    /// An id for a new instance. Throws as above.
    func takeInstance() throws(ConnectorError) -> UInt64 { try take { $0.takeInstance() } }

    private func take(_ id: (inout WorkerState) -> UInt64?) throws(ConnectorError) -> UInt64 {
        let result: Result<UInt64, ConnectorError> = state.withLock { state in
            if let ended = state.ended { return .failure(ended) }
            guard let id = id(&state) else {
                let words = "The connector has too many open calls (\(Limits.openCallsMax)); wait for some to end."
                return .failure(ConnectorError(.connectorRefused, words))
            }
            return .success(id)
        }
        return try result.get()
    }

    /// A call that the worker has ended itself: its number is free.
    func callEnded(_ id: UInt64) { state.withLock { $0.giveBackCall(id) } }

    /// A call that came to its end as calls should.
    func callFinished(_ id: UInt64) {
        state.withLock { state in
            state.hasFinishedCalls = true
            state.giveBackCall(id)
        }
    }

    /// Whether any call has.
    var hasFinishedCalls: Bool { state.withLock { $0.hasFinishedCalls } }

    /// Whether it may know of a vendor's answer.
    var wasAsked: Bool { state.withLock { $0.wasAsked } }

    /// An instance that was never opened: its number is free.
    func instanceFailed(_ id: UInt64) { state.withLock { $0.giveBackInstance(id) } }

    /// Ends a call before it is done.
    func endCall(_ id: UInt64) {
        state.withLock { state in
            guard let frame = FrameWriter(.end, id: id).finish(bytesMax: Limits.frameBytesMax) else { return }
            tell(frame, &state)
            state.giveBackCall(id)
        }
    }

    /// Closes an instance, whose calls have ended.
    func closeInstance(_ id: UInt64) {
        state.withLock { state in
            guard let frame = FrameWriter(.close, id: id).finish(bytesMax: Limits.frameBytesMax) else { return }
            tell(frame, &state)
            state.giveBackInstance(id)
        }
    }

    /// Whether the worker still answers.
    var isAlive: Bool { state.withLock { $0.ended == nil && !$0.isStopping } }

    /// Asks the thread to end the worker.
    func stop() {
        state.withLock { state in
            state.isStopping = true
            channel.signal()
        }
    }

    // MARK: The worker's thread

    /// What the thread needs to know before it waits.
    struct Outlook {
        let isStopping: Bool
        /// What a listener heard last.
        let heardEnd: WorkerState.HeardEnd?
        /// No listener does it.
        let wantsIn: Bool
        let wantsOut: Bool
        let deadline: ContinuousClock.Instant?
    }

    /// Sends what can be sent, and tells what to wait for.
    func outlook() -> Outlook {
        state.withLock { state in
            _ = state.outbox.flush(to: channel)
            return Outlook(
                isStopping: state.isStopping, heardEnd: state.heardEnd, wantsIn: !state.hasListener,
                wantsOut: state.outbox.count > 0,
                deadline: state.deadline)
        }
    }

    /// What reading came to.
    enum Heard {
        case answers
        /// Not yet a whole answer.
        case part
        case nothing
        case end(WorkerState.HeardEnd)
    }

    /// Reads what has come, and hands answers to those who wait. From whichever thread, answers keep their order.
    func read() -> Heard {
        inbox.withLock { inbox in
            switch inbox.read(from: channel) {
            case .frames(let frames) where frames.isEmpty: .part
            case .frames(let frames):
                deliver(frames) ? .answers : .end(.nonsense("sent an answer that nobody waits for"))
            case .nothing: .nothing
            case .tooLarge: .end(.nonsense("sent a frame that is too large"))
            case .ended: .end(.hungUp)
            }
        }
    }

    /// False when an answer is for nobody: what comes after it is not believed.
    private func deliver(_ frames: [Frame]) -> Bool {
        let now = ContinuousClock.now
        let pairs = state.withLock { state in
            var pairs: [(Frame, WorkerState.Waiter)] = []
            for frame in frames {
                guard let waiter = state.answered(id: frame.id, at: now) else { break }
                pairs.append((frame, waiter))
            }
            return pairs
        }
        for (frame, waiter) in pairs { waiter.continuation.resume(returning: frame) }
        return pairs.count == frames.count
    }

    /// Ends everything that is open, and all that will be asked.
    func end(with error: ConnectorError) {
        let waiters = state.withLock { $0.end(with: error) }
        for waiter in waiters { waiter.continuation.resume(throwing: error) }
    }
}

extension WorkerLink: ListenedTo {
    var listenedDescriptor: Int32 { channel.socket.number }

    /// Has a listener read the answers from now on, if none does yet.
    func listen(on listener: any Listener) {
        let isFirst = state.withLock { state in
            guard !state.hasListener, state.ended == nil else { return false }
            state.hasListener = true
            return true
        }
        guard isFirst else { return }
        // So that the thread waits for all but answers.
        channel.signal()
        listener.listen(to: self)
    }

    func hear() -> Bool {
        guard case .end(let end) = read() else { return true }
        state.withLock { $0.heardEnd = end }
        channel.signal()
        return false
    }

    func listenerEnded() {
        state.withLock { $0.hasListener = false }
        channel.signal()
    }
}

/// How long a worker may take.
package struct WorkerDeadlines: Sendable {
    /// For one step.
    package let step: Duration
    /// To load its connector and describe it.
    package let load: Duration
    /// What takes longer to load is held against it.
    package let slowLoad: Duration

    package init(
        step: Duration = Limits.stepDeadline, load: Duration = Limits.loadDeadline,
        slowLoad: Duration = Limits.slowLoadTime
    ) {
        self.slowLoad = slowLoad
        self.step = step
        self.load = load
    }
}
