import PatchbayModel

/// What `status` and `metrics` tell of one integration beside its counts.
package struct IntegrationFigures: Sendable, Hashable {
    package let integrationID: Int64
    /// Refused, waiting and unknown deliveries by the code of their error.
    package let failuresByCode: [ErrorCode: FailureFigures]
    /// Attempts and look-ups of the last hour that were answered, by how long the last request of each took.
    package let latency: LatencyFigures
    /// Seconds from import to delivered, of all deliveries that were made.
    package let delay: DelayHistogram

    package init(
        integrationID: Int64, failuresByCode: [ErrorCode: FailureFigures], latency: LatencyFigures,
        delay: DelayHistogram
    ) {
        self.integrationID = integrationID
        self.failuresByCode = failuresByCode
        self.latency = latency
        self.delay = delay
    }
}

/// Deliveries that failed with one code.
package struct FailureFigures: Sendable, Hashable {
    package let count: Int
    /// When the last of them did.
    package let lastAt: Timestamp

    package init(count: Int, lastAt: Timestamp) {
        self.count = count
        self.lastAt = lastAt
    }
}

/// How long attempts took.
package struct LatencyFigures: Sendable, Hashable {
    package let count: Int
    /// Nil where there was none.
    package let median: Duration?
    package let p95: Duration?

    package init(count: Int, median: Duration?, p95: Duration?) {
        self.count = count
        self.median = median
        self.p95 = p95
    }
}

/// A histogram of seconds from import to delivered.
package struct DelayHistogram: Sendable, Hashable {
    /// Upper ends of the buckets, in seconds; everything is also within infinity.
    package static let boundsSeconds: [Int64] = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400]

    /// How many were delivered within each bound, in its order.
    package let within: [Int]
    package let count: Int
    package let sumSeconds: Double

    package init(within: [Int], count: Int, sumSeconds: Double) {
        self.within = within
        self.count = count
        self.sumSeconds = sumSeconds
    }
}
