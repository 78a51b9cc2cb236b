/// Bounds of what vendors ask to wait, how long a sync leaves alone what fails, and when it fetches another value of a
/// token.
extension Limits {
    // MARK: What vendors ask
    /// The longest wait that is kept: a vendor that names a later time means it seldom, and one request a day finds
    /// out.
    package static let waitMax: Duration = .seconds(86_400)
    /// From so many of a vendor's units on for one of ours it counts in points. Less may be rounding, or two answers in
    /// another order.
    package static let budgetPriceMin = 4.0

    // MARK: Values of a token
    /// Access tokens that live shorter are refreshed when they are refused, and not ahead of it.
    package static let tokenLifeMin: Duration = .seconds(1)
    /// How long before its end, at most, nothing more is sent by a value: longer than a request is under way.
    package static let tokenHoldTime: Duration = .seconds(10)
    /// Values in a row that end before anything came through with them: more of them will serve no better.
    package static let tokensFruitlessMax = 3

    // MARK: The breaker
    /// Calls that fail one after the other, also in several syncs, before an integration is left alone.
    package static let failedCallsMax = 3
    /// How long it is left alone after that, the first time; it doubles each time, up to `retryPauseMax`.
    package static let breakerRestFirst: Duration = .seconds(30)
    /// The same where no answer came. Such a fault is mostly short, and one request tells whether it is over.
    package static let networkRestFirst: Duration = .seconds(2)
    package static let networkRestMax: Duration = .seconds(60)
    /// How often what a probe asks is tried: it asks a system that has just failed.
    package static let probeTriesMax = 1
}
