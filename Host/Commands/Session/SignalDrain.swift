import Dispatch
import Foundation
import PatchbayModel
import PatchbaySync
import Synchronization

/// Turns SIGINT and SIGTERM into a drain: nothing new is begun, what is under way has `Limits.drainTime` to end, then it is cancelled.
enum SignalDrain {
    /// Runs `body`; gives its result and, if a signal came, the status to end with.
    static func run<Result: Sendable>(_ drain: DrainSignal, _ body: @escaping @Sendable () async throws -> Result) async throws -> (
        Result, ExitStatus?
    ) {
        let work = Task { try await body() }
        let received = Mutex<ExitStatus?>(nil)
        let sources = [(SIGINT, ExitStatus.interrupted), (SIGTERM, ExitStatus.terminated)].map { number, status in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                // A second signal means: now.
                let isFirst = received.withLock { current in
                    defer { current = current ?? status }
                    return current == nil
                }
                drain.raise()
                if isFirst {
                    let seconds = Int(Limits.drainTime.components.seconds)
                    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds)) { work.cancel() }
                } else {
                    work.cancel()
                }
            }
            source.activate()
            return source
        }
        defer {
            for source in sources { source.cancel() }
            signal(SIGINT, SIG_DFL)
            signal(SIGTERM, SIG_DFL)
        }
        let result = try await work.value
        return (result, received.withLock(\.self))
    }
}
