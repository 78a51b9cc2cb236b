import CCurl
import PatchbayModel
import Synchronization

/// The thread on which libcurl performs all transfers of one transport, and on which tasks may run that wait for them:
/// an answer then reaches its task without a change of thread.
///
/// `@unchecked Sendable`: other threads touch only the inbox, under its mutex, and wake libcurl, also under it, which
/// keeps the handle alive meanwhile. All else belongs to the thread.
@safe final class CurlThread: @unchecked Sendable {
    /// What other threads leave for it.
    struct Inbox {
        var submitted: [CurlTransfer] = []
        var cancelled: [CurlTransfer] = []
        /// Of tasks that run here.
        var jobs: [UnownedJob] = []
        /// What is to be listened to from now on.
        var sources: [any ListenedTo] = []
        /// Exchanges submitted and not yet started.
        var waitingCount = 0
        var isStopping = false
        var isAsleep = false
        var hasEnded = false
        var endWaiters: [CheckedContinuation<Void, Never>] = []
    }

    let inbox = Mutex(Inbox())
    private let multi: UnsafeMutableRawPointer
    private let configuration: TransportConfiguration

    // The thread's own.
    private var queue: [CurlTransfer] = []
    private var queueHead = 0
    /// By the address of the handle.
    private var active: [UInt: CurlTransfer] = [:]
    private var handles: CurlHandles
    private var sources: [any ListenedTo] = []
    /// Their descriptors in libcurl's form, in the same order.
    private var waits: [curl_waitfd] = []
    /// libcurl has something to do: a new transfer, a socket that is ready, a time that has come. Asking it when it has
    /// not costs a system call for each transfer under way.
    private var mustPerform = false

    /// Whether libcurl could start in this process.
    private static let started: Bool = patchbay_curl_global_init() == 0

    init(_ configuration: TransportConfiguration) throws(TransportError) {
        guard Self.started, let multi = unsafe patchbay_curl_multi_new(Int64(configuration.limits.connectionsMax))
        else {
            throw TransportError(.internalError, "libcurl cannot start. Check that it is installed whole.")
        }
        unsafe self.multi = unsafe multi
        self.configuration = configuration
        handles = CurlHandles(configuration)
        guard DetachedThread.start({ [self] in work() }) else {
            throw TransportError(
                .internalError,
                "The thread of the transfers cannot start: the system allows no further one. Raise its limit of "
                    + "processes or of memory.")
        }
    }

    // MARK: From any thread

    func submit(_ transfer: CurlTransfer) {
        let refusal = inbox.withLock { inbox -> TransportError? in
            if inbox.isStopping { return Self.stopped }
            guard inbox.waitingCount < Limits.exchangesWaitingMax else {
                return TransportError(
                    .internalError, "More than \(Limits.exchangesWaitingMax) exchanges wait to be started.")
            }
            inbox.submitted.append(transfer)
            inbox.waitingCount += 1
            wake(&inbox)
            return nil
        }
        if let refusal { transfer.end(.failed(.notSent(refusal))) }
    }

    func cancel(_ transfer: CurlTransfer) {
        transfer.markCancelled()
        inbox.withLock { inbox in
            if inbox.isStopping { return }
            inbox.cancelled.append(transfer)
            wake(&inbox)
        }
    }

    /// Makes the thread end soon.
    func stop() {
        inbox.withLock { inbox in
            inbox.isStopping = true
            wake(&inbox)
        }
    }

    /// Returns when the thread has ended.
    func ended() async {
        await withCheckedContinuation { continuation in
            let hasEnded = inbox.withLock { inbox in
                if !inbox.hasEnded { inbox.endWaiters.append(continuation) }
                return inbox.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// One system call, and only when the thread sleeps.
    func wake(_ inbox: inout Inbox) {
        guard inbox.isAsleep, !inbox.hasEnded else { return }
        inbox.isAsleep = false
        unsafe curl_multi_wakeup(multi)
    }

    private static let stopped = TransportError(.cancelled, "The transport has been shut down.")
    private static let withdrawn = TransportError(.cancelled, "The exchange was cancelled.")
}

// MARK: On the thread

extension CurlThread {
    private func work() {
        while true {
            runJobs()
            let (submitted, cancelled, added, isStopping) = inbox.withLock { inbox in
                let taken = (inbox.submitted, inbox.cancelled, inbox.sources, inbox.isStopping)
                inbox.submitted = []
                inbox.cancelled = []
                inbox.sources = []
                inbox.isAsleep = false
                return taken
            }
            queue.append(contentsOf: submitted)
            for transfer in cancelled { withdraw(transfer, Self.withdrawn) }
            for source in added { begin(source) }
            if isStopping { break }
            startWaiting()
            if mustPerform { performTransfers() }
            if queueHead < queue.count && active.count < configuration.limits.connectionsMax { continue }
            waitForWork()
        }
        leave()
    }

    /// Runs what tasks have to do now, and what comes of it; but only so often, so that transfers go on between.
    private func runJobs() {
        for _ in 0..<Limits.jobRoundsMax {
            let jobs = inbox.withLock { inbox in
                inbox.isAsleep = false
                defer { inbox.jobs = [] }
                return inbox.jobs
            }
            if jobs.isEmpty { return }
            for job in jobs { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    private func performTransfers() {
        var running: Int32 = 0
        let code = unsafe curl_multi_perform(multi, &running)
        if code != CURLM_OK {
            withdrawAll(TransportError(.internalError, "libcurl cannot go on; the exchanges under way were ended."))
        }
        endFinished()
    }

    /// Waits until there is something to do; where there is, only looks what else has come.
    private func waitForWork() {
        let mayWait = inbox.withLock { inbox in
            inbox.isAsleep =
                inbox.jobs.isEmpty && inbox.sources.isEmpty && inbox.submitted.isEmpty && inbox.cancelled.isEmpty
                && !inbox.isStopping
            return inbox.isAsleep
        }
        var ready: Int32 = 0
        // libcurl shortens the wait to its own timers; a minute is only how long it sleeps with nothing to do.
        let code = unsafe curl_multi_poll(multi, &waits, UInt32(waits.count), mayWait ? 60_000 : 0, &ready)
        var dueIn = 0
        unsafe curl_multi_timeout(multi, &dueIn)
        guard code == CURLM_OK else { return mustPerform = true }
        mustPerform = dueIn == 0 || ready > waits.count(where: { $0.revents != 0 })
        let ended = waits.indices.filter { waits[$0].revents != 0 && !sources[$0].hear() }
        for index in ended.reversed() {
            sources.remove(at: index)
            waits.remove(at: index)
        }
    }

    private func begin(_ source: any ListenedTo) {
        sources.append(source)
        waits.append(curl_waitfd(fd: source.listenedDescriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0))
    }

    private func startWaiting() {
        var started = 0
        while queueHead < queue.count && active.count < configuration.limits.connectionsMax {
            let transfer = queue[queueHead]
            queueHead += 1
            started += 1
            if transfer.isCancelled { transfer.end(.failed(.notSent(Self.withdrawn))) } else { start(transfer) }
        }
        if queueHead == queue.count {
            queue.removeAll(keepingCapacity: true)
            queueHead = 0
        } else if queueHead > 1_024 && queueHead * 2 > queue.count {
            queue.removeFirst(queueHead)
            queueHead = 0
        }
        guard started > 0 else { return }
        mustPerform = true
        inbox.withLock { $0.waitingCount -= started }
    }

    private func start(_ transfer: CurlTransfer) {
        guard let easy = unsafe handles.take() else {
            return transfer.end(
                .failed(.notSent(TransportError(.internalError, "There is no memory for a further exchange."))))
        }
        var refusal = unsafe transfer.prepare(easy: easy, limits: configuration.limits)
        if refusal == nil, unsafe curl_multi_add_handle(multi, easy) != CURLM_OK {
            refusal = .notSent(TransportError(.internalError, "libcurl takes no further exchange."))
        }
        if let refusal {
            transfer.release()
            unsafe handles.giveBack(easy)
            transfer.end(.failed(refusal))
        } else {
            active[UInt(bitPattern: easy)] = transfer
        }
    }

    private func endFinished() {
        var easy: UnsafeMutableRawPointer?
        var result: Int32 = 0
        while unsafe patchbay_curl_multi_next(multi, &easy, &result) == 1 {
            guard let easy = unsafe easy, let transfer = active.removeValue(forKey: UInt(bitPattern: easy)) else {
                continue
            }
            let outcome =
                transfer.isCancelled && result != 0
                ? .failed(transfer.failure(Self.withdrawn)) : transfer.outcome(result)
            unsafe retire(easy, transfer, outcome)
        }
    }

    private func withdraw(_ transfer: CurlTransfer, _ error: TransportError) {
        guard let easy = unsafe transfer.easy, active.removeValue(forKey: UInt(bitPattern: easy)) != nil else {
            return transfer.end(.failed(.notSent(error)))
        }
        unsafe retire(easy, transfer, .failed(transfer.failure(error)))
    }

    private func withdrawAll(_ error: TransportError) {
        for transfer in Array(active.values) { withdraw(transfer, error) }
    }

    private func retire(_ easy: UnsafeMutableRawPointer, _ transfer: CurlTransfer, _ outcome: CurlOutcome) {
        unsafe curl_multi_remove_handle(multi, easy)
        transfer.release()
        if transfer.leavesHandleClean(outcome) { unsafe handles.giveBack(easy) } else { unsafe curl_easy_cleanup(easy) }
        transfer.end(outcome)
    }

    private func leave() {
        withdrawAll(Self.stopped)
        for transfer in queue[queueHead...] { transfer.end(.failed(.notSent(Self.stopped))) }
        queue = []
        queueHead = 0
        handles.cleanUp()
        let (unseen, added, waiters, jobs) = inbox.withLock { inbox in
            // From here on nobody wakes the handle.
            inbox.hasEnded = true
            defer {
                inbox.submitted = []
                inbox.cancelled = []
                inbox.endWaiters = []
                inbox.jobs = []
                inbox.sources = []
            }
            return (inbox.submitted, inbox.sources, inbox.endWaiters, inbox.jobs)
        }
        unsafe curl_multi_cleanup(multi)
        for transfer in unseen { transfer.end(.failed(.notSent(Self.stopped))) }
        for source in sources + added { source.listenerEnded() }
        for waiter in waiters { waiter.resume() }
        for job in jobs { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
    }
}
