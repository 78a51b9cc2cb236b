import CPatchbaySystem
import Dispatch
import Foundation
import PatchbayModel
import PatchbaySync
import Synchronization

/// Turns every signal that asks to stop into a drain: nothing new is begun, what is under way has `Limits.drainTime` to
/// end, then it is cancelled.
enum SignalDrain {
    private static let asking: [(number: Int32, status: ExitStatus)] = [
        (SIGHUP, .hungUp), (SIGINT, .interrupted), (SIGQUIT, .quit), (SIGUSR1, .stoppedByUser1),
        (SIGUSR2, .stoppedByUser2),
        (SIGTERM, .terminated),
    ]

    private struct State {
        var status: ExitStatus?
        /// Set as soon as there is something to cancel.
        var cancel: (@Sendable () -> Void)?
        var isCancelled = false
    }

    private static let state = Mutex(State())

    /// One signal after the other, in the order they came: which was first decides what the second means.
    private static let arrivals = DispatchQueue(label: "patchbay.signals")

    /// The status of the signal that came first; nil while none has.
    static var received: ExitStatus? { state.withLock(\.status) }

    /// Runs `body`; gives its result and, if a signal came, the status to end with. Nothing of it begins before the
    /// signals are watched: until then they end the process, which has done nothing yet.
    static func run<Result: Sendable>(_ drain: DrainSignal, _ body: @escaping @Sendable () async throws -> Result)
        async throws -> (
            Result, ExitStatus?
        )
    {
        // Who started us with `nohup` wants us to outlive the terminal.
        let watched = asking.filter { $0.number != SIGHUP || patchbay_signal_is_ignored(SIGHUP) == 0 }
        var sources: [any DispatchSourceSignal] = []
        for (number, status) in watched { sources.append(await watch(number, status, drain)) }
        // A log that nobody reads any more must not end us with calls under way.
        signal(SIGPIPE, SIG_IGN)
        defer {
            for source in sources { source.cancel() }
            for (number, _) in watched { signal(number, SIG_DFL) }
            signal(SIGPIPE, SIG_DFL)
            state.withLock { $0.cancel = nil }
        }
        let work = Task { try await body() }
        let isLate = state.withLock { state in
            state.cancel = { work.cancel() }
            return state.isCancelled
        }
        if isLate { work.cancel() }
        do {
            return (try await work.value, received)
        } catch is CancellationError where received != nil {
            throw CommandError(.cancelled, "It was stopped by a signal. What it had done is done.")
        }
    }

    /// Watched from when this returns.
    private static func watch(_ number: Int32, _ status: ExitStatus, _ drain: DrainSignal) async
        -> any DispatchSourceSignal
    {
        let source = DispatchSource.makeSignalSource(signal: number, queue: arrivals)
        source.setEventHandler { came(status, drain) }
        await withCheckedContinuation { continuation in
            source.setRegistrationHandler { continuation.resume() }
            source.activate()
        }
        return source
    }

    private static func came(_ status: ExitStatus, _ drain: DrainSignal) {
        let isFirst = state.withLock { state in
            defer { state.status = state.status ?? status }
            return state.status == nil
        }
        drain.raise()
        if isFirst {
            let seconds = Int(Limits.drainTime.components.seconds)
            DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) { cancel() }
        } else if status != .hungUp {
            // A second signal means: now. SIGHUP does not: a terminal that closes sends it twice, a service manager
            // beside SIGTERM.
            cancel()
        }
    }

    private static func cancel() {
        let cancel = state.withLock { state in
            state.isCancelled = true
            return state.cancel
        }
        cancel?()
    }
}
