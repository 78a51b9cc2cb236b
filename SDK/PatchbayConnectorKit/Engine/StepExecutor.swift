import Synchronization

/// Runs a call's coroutine on the thread that drains it: `enqueue` only stores.
final class StepExecutor: TaskExecutor {
    /// Only this thread stores and drains; the lock keeps memory sound if an author starts something that runs
    /// elsewhere.
    private let jobs = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let stored = UnownedJob(job)
        jobs.withLock { $0.append(stored) }
    }

    /// Runs everything that is stored, and what that stores, until nothing is left.
    func drain() {
        while true {
            let batch = jobs.withLock { stored in
                let batch = stored
                stored.removeAll(keepingCapacity: true)
                return batch
            }
            if batch.isEmpty { return }
            for job in batch {
                unsafe job.runSynchronously(on: asUnownedTaskExecutor())
            }
        }
    }
}
