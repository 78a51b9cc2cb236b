import Synchronization

/// Something that an instance looks up once and then remembers. Two calls that ask at the same time may both
/// look it up; a look-up that throws is not remembered.
public final class Memo<Value: Sendable>: Sendable {
    private let kept = Mutex<Value?>(nil)

    /// Remembers nothing yet.
    public init() {}

    /// What is remembered, or else what `lookUp` gives, which is then remembered. Throws what `lookUp` throws.
    public func value(_ lookUp: () async throws -> Value) async throws -> Value {
        if let value = kept.withLock({ $0 }) { return value }
        let value = try await lookUp()
        kept.withLock { $0 = value }
        return value
    }

    /// Forgets what is remembered, for when an answer shows that it is no longer true.
    public func forget() {
        kept.withLock { $0 = nil }
    }
}

/// What an instance learns bit by bit and then knows, such as ids that the vendor refused. That an instance is lost
/// costs asking again.
public final class MemoSet<Element: Hashable & Sendable>: Sendable {
    private let kept = Mutex<Set<Element>>([])

    /// Knows nothing yet.
    public init() {}

    /// All that is known.
    public var elements: Set<Element> { kept.withLock { $0 } }

    /// Remembers these, too.
    public func insert(_ elements: some Sequence<Element>) {
        kept.withLock { $0.formUnion(elements) }
    }

    /// Forgets all.
    public func forget() {
        kept.withLock { $0 = [] }
    }
}
