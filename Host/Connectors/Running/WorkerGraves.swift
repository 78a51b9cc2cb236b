import Logging
import PatchbayModel
import Synchronization

/// Remembers which digests' workers died, in this process and in the home, so that one that only dies is left alone.
final class WorkerGraves: Sendable {
    private let file: PluginLockFile
    private let logger: Logger
    /// What this process saw; the home knows more, or there is none.
    private let own: Mutex<PluginLock>

    init(file: PluginLockFile, logger: Logger) {
        self.file = file
        self.logger = logger
        own = Mutex(PluginLock())
    }

    /// Notes how a worker ended. Any thread.
    func bury(_ digest: String, file name: String, end: WorkerEnd) {
        // Its calls may go on in a new worker, and then nobody else says that it died.
        if end.error.code != .cancelled {
            logger.info("A worker has ended", metadata: ["file": "\(name)", "error": "\(end.error.message)"])
        }
        guard end.isFault else { return }
        let last = end.error.message
        let now = Timestamp.now
        var isQuarantined = own.withLock {
            $0.bury(digest, file: name, hadFinishedCalls: end.hadFinishedCalls, last: last, at: now)
        }
        if file.isKept {
            do {
                isQuarantined = try file.update {
                    $0.bury(digest, file: name, hadFinishedCalls: end.hadFinishedCalls, last: last, at: now)
                }
            } catch {
                logger.info(
                    "A worker's end could not be written down", metadata: ["file": "\(name)", "error": "\(error)"])
            }
        }
        guard isQuarantined else { return }
        logger.warning(
            "A connector is in quarantine", metadata: ["file": "\(name)", "digest": "\(digest)", "error": "\(last)"])
    }

    /// The pause before a worker of this digest is started again. Throws `connector_quarantined`.
    func pause(before digest: String, path: String) throws(ConnectorError) -> Duration {
        let mine = own.withLock { ($0.quarantine(of: digest), $0.deaths[digest]?.count ?? 0) }
        // What the operator lifted since is lifted for us, too: the home is asked first, and this process where there
        // is none.
        let kept = file.isKept ? try? file.read() : nil
        guard let deaths = kept.map({ $0.quarantine(of: digest) }) ?? mine.0 else {
            guard mine.1 > 0 else { return .zero }
            return min(Limits.workerPauseMax, Limits.workerPauseFirst * (1 << min(mine.1 - 1, 16)))
        }
        throw ConnectorError(
            .connectorQuarantined,
            deaths.sentences(path, path: path))
    }

    /// Starts a worker by `start`, and notes a load that takes longer than `slow`.
    func timed(_ digest: String, file name: String, slow: Duration, _ start: () async throws -> Worker) async throws
        -> Worker
    {
        let begun = ContinuousClock.now
        let worker = try await start()
        noteLoad(digest, file: name, took: ContinuousClock.now - begun, slow: slow)
        return worker
    }

    private func noteLoad(_ digest: String, file name: String, took: Duration, slow: Duration) {
        let isSlow = took > slow
        // Nothing is written where there is nothing to say.
        let kept = file.isKept ? try? file.read() : nil
        guard isSlow || (kept ?? own.withLock { $0 }).deaths[digest]?.slowLoads != nil else { return }
        let note = { (lock: inout PluginLock) in
            lock.noteLoad(digest, file: name, took: took, isSlow: isSlow, at: .now)
        }
        var isQuarantined = own.withLock { note(&$0) }
        if file.isKept { isQuarantined = (try? file.update(note)) ?? isQuarantined }
        guard isSlow else { return }
        logger.warning(
            isQuarantined ? "A connector is in quarantine" : "A connector loads slowly",
            metadata: ["file": "\(name)", "digest": "\(digest)", "milliseconds": "\(took.wholeMilliseconds)"])
    }
}

/// How a worker ended.
struct WorkerEnd: Sendable {
    /// What its open calls were told.
    let error: ConnectorError
    /// It was the connector's doing: neither ours, nor a kill from outside.
    let isFault: Bool
    /// It had brought at least one call to its end.
    let hadFinishedCalls: Bool
}
