import PatchbayModel

/// What is under way with one worker: who waits for which answer, and what waits to be sent. A plain value: the link
/// guards it.
struct WorkerState {
    /// Someone who waits for one answer.
    struct Waiter {
        let id: UInt64
        let since: ContinuousClock.Instant
        let patience: Duration
        let continuation: CheckedContinuation<Frame, any Error>
    }

    /// Why nothing more is read.
    enum HeardEnd: Sendable {
        case hungUp
        case nonsense(String)
    }

    /// Another thread than the worker's own reads the answers.
    var hasListener = false
    /// What that one heard last.
    var heardEnd: HeardEnd?
    /// Set once, when nothing more will come.
    private(set) var ended: ConnectorError?
    var isStopping = false
    var hasFinishedCalls = false
    /// Something was asked of it: what it knows since may be a vendor's answer.
    var wasAsked = false
    var outbox = Outbox()
    private var waiters: [Waiter] = []
    private var firstWaiter = 0
    private var lastAnswer: ContinuousClock.Instant?
    private var callSlots = SlotPool(countMax: Limits.openCallsMax)
    private var instanceSlots = SlotPool(countMax: Limits.openCallsMax)

    private var isAwaited: Bool { firstWaiter < waiters.count }

    mutating func expect(_ waiter: Waiter) { waiters.append(waiter) }

    /// Takes the waiter that this answer is for. Answers come in the order of the questions, so it can only be the
    /// first; nil when it is not, which a sound worker never does.
    mutating func answered(id: UInt64, at now: ContinuousClock.Instant) -> Waiter? {
        guard isAwaited, waiters[firstWaiter].id == id else { return nil }
        defer { dropFirst() }
        lastAnswer = now
        return waiters[firstWaiter]
    }

    private mutating func dropFirst() {
        firstWaiter += 1
        guard firstWaiter == waiters.count || firstWaiter >= 1_024 else { return }
        waiters.removeFirst(firstWaiter)
        firstWaiter = 0
    }

    /// When the worker is too late. The time of a question begins when the answer before it was given: waiting in line
    /// is not its fault.
    var deadline: ContinuousClock.Instant? {
        guard isAwaited else { return nil }
        let first = waiters[firstWaiter]
        return max(first.since, lastAnswer ?? first.since).advanced(by: first.patience)
    }

    /// Ends everything; gives those who wait, to be told.
    mutating func end(with error: ConnectorError) -> [Waiter] {
        ended = ended ?? error
        let left = Array(waiters[firstWaiter...])
        waiters = []
        firstWaiter = 0
        outbox = Outbox()
        return left
    }

    /// An id for a new call; nil when too many are open.
    mutating func takeCall() -> UInt64? { outbox.count > Limits.outboxBytesMax ? nil : callSlots.take() }
    mutating func giveBackCall(_ id: UInt64) { callSlots.giveBack(id) }
    mutating func takeInstance() -> UInt64? { instanceSlots.take() }
    mutating func giveBackInstance(_ id: UInt64) { instanceSlots.giveBack(id) }
}

/// Numbers for what is open in a worker: a slot in the low half, used again, and who has it in the high half, never
/// used again.
struct SlotPool {
    private let countMax: Int
    private var free: [UInt32] = []
    private var count: UInt32 = 0
    private var generation: UInt32 = 0

    init(countMax: Int) { self.countMax = countMax }

    mutating func take() -> UInt64? {
        guard let slot = free.popLast() ?? fresh() else { return nil }
        generation = generation == .max ? 1 : generation + 1
        return UInt64(generation) << 32 | UInt64(slot)
    }

    private mutating func fresh() -> UInt32? {
        guard count < countMax else { return nil }
        defer { count += 1 }
        return count
    }

    mutating func giveBack(_ id: UInt64) { free.append(UInt32(truncatingIfNeeded: id)) }
}

/// Bytes on their way to a worker, in order.
struct Outbox {
    private var bytes: [UInt8] = []
    private var sent = 0

    var count: Int { bytes.count - sent }

    mutating func append(_ frame: [UInt8]) {
        if bytes.isEmpty { bytes = frame } else { bytes.append(contentsOf: frame) }
    }

    /// Sends what fits. False when the worker is gone.
    mutating func flush(to channel: WorkerChannel) -> Bool {
        guard count > 0 else { return true }
        guard let sentNow = channel.send(bytes, from: sent) else { return false }
        sent += sentNow
        if sent == bytes.count {
            bytes = []
            sent = 0
        } else if sent >= 1_048_576 {
            bytes.removeFirst(sent)
            sent = 0
        }
        return true
    }
}
