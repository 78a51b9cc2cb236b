import Dispatch
import Foundation

/// Waits for SIGINT, SIGTERM or, if asked, the end of standard input.
struct StopSignals: Sendable {
    private let stream: AsyncStream<Void>

    init(untilStdinCloses: Bool) {
        stream = AsyncStream { continuation in
            let sources = [SIGINT, SIGTERM].map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number)
                source.setEventHandler { continuation.yield() }
                source.resume()
                return source
            }
            let kept = SignalSources(sources)
            continuation.onTermination = { _ in kept.cancel() }
            if untilStdinCloses {
                // A thread of its own, since reading blocks; it ends with the process.
                Thread.detachNewThread {
                    while !FileHandle.standardInput.availableData.isEmpty {}
                    continuation.yield()
                }
            }
        }
    }

    func wait() async {
        for await _ in stream { return }
    }
}

/// Keeps the sources alive while they are waited for.
///
/// Unchecked because the sources are made once and cancelled once; Dispatch allows both from any thread.
private final class SignalSources: @unchecked Sendable {
    private let sources: [any DispatchSourceSignal]

    init(_ sources: [any DispatchSourceSignal]) {
        self.sources = sources
    }

    func cancel() {
        sources.forEach { $0.cancel() }
    }
}
