import Foundation
import PatchbayModel

/// The thread of one worker: starts it, listens to it, watches its time, ends and reaps it.
///
/// A thread of its own, because a worker dies with the thread that started it, and threads of a pool come and go.
struct WorkerThread {
    let link: WorkerLink
    /// For people: which connector.
    let name: String
    /// Told of the end before anyone who waits is: who hears of a death finds it written down.
    let onEnd: @Sendable (WorkerEnd) -> Void

    private enum End {
        case stopped
        case heard(WorkerState.HeardEnd)
        case late
    }

    /// Runs the worker until it ends, for whatever reason; then nothing of it is left, and everyone who waited has been
    /// told.
    func run(launch: Worker.Launch, load: Worker.Load, far: WorkerChannel.FarEnds) {
        let process: WorkerProcess
        do {
            // The ends go out of existence here once the worker has them, or its death would not be seen.
            process = try far.give { ends throws(SystemFault) in
                try WorkerProcess(launch: launch, frameBytesMax: Limits.frameBytesMax, far: ends, load: load)
            }
        } catch {
            let words = "The worker \(launch.program) could not be started: \(error.text). Check the installation."
            return finish(ConnectorError(.workerMissing, words), isFault: false)
        }
        var words = LastWords()
        let end = listen(to: process, words: &words)
        var endedByItself = false
        if case .heard(.hungUp) = end { endedByItself = waitForExit(of: process) }
        let exit = process.killAndReap()
        words.read(from: link.channel)
        let wasStopped = if case .stopped = end { true } else { false }
        // The system, short of memory, or a person: a connector cannot send itself this signal (Host/Worker/filter.c).
        let wasKilledFromOutside = endedByItself && exit == .signal(SIGKILL)
        if wasKilledFromOutside {
            return finish(
                ConnectorError(
                    .connectorCrashed,
                    "The worker of \(name) was killed from outside, by a person or for want of memory."),
                isFault: false)
        }
        let told = error(for: end, exit: exit, words: words)
        // Whoever called writes over the token in what he is told. What is logged and kept has nobody who knows it, and
        // a connector may print what it put together of answers.
        let kept = link.wasAsked ? error(for: end, exit: exit, words: LastWords()) : told
        return finish(told, kept: kept, isFault: !wasStopped)
    }

    private func finish(_ error: ConnectorError, kept: ConnectorError? = nil, isFault: Bool) {
        onEnd(WorkerEnd(error: kept ?? error, isFault: isFault, hadFinishedCalls: link.hasFinishedCalls))
        link.end(with: error)
    }

    private func listen(to process: WorkerProcess, words: inout LastWords) -> End {
        while true {
            let outlook = link.outlook()
            if outlook.isStopping { return .stopped }
            if let end = outlook.heardEnd { return .heard(end) }
            let now = ContinuousClock.now
            if let deadline = outlook.deadline, deadline <= now {
                // The answer may be there, unread by a host that was kept from running.
                guard case .answers = link.read() else { return .late }
                continue
            }
            let ready = link.channel.wait(
                wantsIn: outlook.wantsIn, wantsOut: outlook.wantsOut, listensToWords: words.isOpen,
                process: process.end,
                timeout: pause(until: outlook.deadline, now: now))
            if ready.contains(.words) { words.read(from: link.channel) }
            guard ready.contains(.ended) || outlook.wantsIn && ready.contains(.socketIn) else { continue }
            switch link.read() {
            case .answers, .part: break
            case .nothing: if ready.contains(.ended) { return .heard(.hungUp) }
            case .end(let end): return .heard(end)
            }
        }
    }

    /// Callers add deadlines without waking this thread, so it looks again in good time.
    private func pause(until deadline: ContinuousClock.Instant?, now: ContinuousClock.Instant) -> Duration {
        let glance = min(.seconds(1), link.deadlines.step / 4)
        guard let deadline else { return glance }
        return min(glance, now.duration(to: deadline))
    }

    /// A process that crashes closes its socket a moment before it can be reaped; its own exit tells more than our
    /// signal.
    private func waitForExit(of process: WorkerProcess) -> Bool {
        guard let end = process.end else { return false }
        let deadline = ContinuousClock.now.advanced(by: Limits.workerExitPatience)
        while ContinuousClock.now < deadline {
            if WorkerChannel.waitForEnd(of: end, timeout: ContinuousClock.now.duration(to: deadline)) { return true }
        }
        return false
    }

    private func error(for end: End, exit: WorkerProcess.Exit, words: LastWords) -> ConnectorError {
        switch end {
        case .stopped:
            return ConnectorError(.cancelled, "The worker of \(name) was stopped.")
        case .heard(.hungUp) where exit == .status(WorkerProcess.Exit.forbiddenStatus) || exit == .signal(SIGSYS):
            return ConnectorError(
                .connectorForbiddenCall,
                "\(name) \(exit.text), because it did what no connector may do.\(words.sentence) Remove it, and report "
                    + "it to its maker."
            )
        case .heard(.hungUp):
            return ConnectorError(
                .connectorCrashed,
                "The worker of \(name) \(exit.text).\(words.sentence) Report it to the connector's maker.")
        case .late:
            return ConnectorError(
                .connectorTimeout, "\(name) did not answer in time, and its worker was ended. Report it to its maker.")
        case .heard(.nonsense(let what)):
            return ConnectorError(
                .connectorProtocol, "The worker of \(name) \(what), and was ended. Report it to the connector's maker.")
        }
    }
}
