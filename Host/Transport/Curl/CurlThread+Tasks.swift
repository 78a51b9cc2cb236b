import PatchbayModel
import Synchronization

/// What others give the thread to do beside transfers.
extension CurlThread: TaskExecutor {
    /// Once the thread has ended, its tasks go on where all others run.
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isTaken = inbox.withLock { inbox in
            guard !inbox.hasEnded else { return false }
            inbox.jobs.append(job)
            wake(&inbox)
            return true
        }
        if !isTaken { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
    }
}

extension CurlThread: Listener {
    func listen(to source: any ListenedTo) {
        let isTaken = inbox.withLock { inbox in
            guard !inbox.hasEnded else { return false }
            inbox.sources.append(source)
            wake(&inbox)
            return true
        }
        if !isTaken { source.listenerEnded() }
    }
}
