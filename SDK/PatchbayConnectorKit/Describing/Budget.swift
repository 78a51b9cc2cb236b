/// A limit of the vendor as it is known beforehand.
public struct Budget: Sendable, Equatable {
    /// The connector's own name for it; budget facts repeat it.
    public var scope: String
    /// Units in one window.
    public var limit: Int64
    /// Milliseconds of one window.
    public var windowMs: Int64

    /// A limit of so many units in one window.
    public init(_ scope: String, limit: Int64, windowMs: Int64) {
        self.scope = scope
        self.limit = limit
        self.windowMs = windowMs
    }
}

/// What an answer told about a limit.
public struct BudgetFact: Sendable, Equatable {
    /// The connector's own name for the limit.
    public var scope: String
    /// Units in one window, if told.
    public var limit: Int64?
    /// Units left, if told.
    public var remaining: Int64?
    /// When it is full again, in milliseconds since 1970, if told.
    public var resetsUnixMs: Int64?

    /// What an answer told about the limit `scope`.
    public init(_ scope: String, limit: Int64? = nil, remaining: Int64? = nil, resetsUnixMs: Int64? = nil) {
        self.scope = scope
        self.limit = limit
        self.remaining = remaining
        self.resetsUnixMs = resetsUnixMs
    }
}
