import CPatchbaySystem

/// A thread of its own. Foundation's does not tell when the system has no room for one, and then whoever waits for its
/// work waits for ever.
package enum DetachedThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// False when the system allows no further thread; `body` is then never run.
    package static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let kept = unsafe Unmanaged.passRetained(Body(body))
        let result = unsafe patchbay_start_thread(
            { context in
                guard let context = unsafe context else { return }
                unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
            }, kept.toOpaque())
        if result != 0 { unsafe kept.release() }
        return result == 0
    }
}
