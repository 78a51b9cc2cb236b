/// What one call of an operation may cost, whatever its connector asks for: requests with the user's token, the bytes
/// in them and in their answers, and time. A request beyond it ends the call; a result always counts.
package struct CallBounds: Sendable, Hashable {
    /// Requests that the connector asks for; the host's own repeats of one count as one.
    package let requests: Int
    /// Bytes of those requests: paths, queries, headers and bodies.
    package let sentBytes: Int
    /// Bytes of decoded bodies and of headers in the answers.
    package let receivedBytes: Int
    /// Time that the connector computes and the system takes to answer. What the host waits for a rate limit is not
    /// counted.
    package let time: Duration
}

extension Limits {
    // MARK: Calls by operation
    /// Who the token is, and a look at the target.
    package static let checkBounds = CallBounds(
        requests: 32, sentBytes: 1_048_576, receivedBytes: 64 * 1_048_576, time: .seconds(300))
    /// Lists of people and projects, page after page.
    package static let discoverBounds = CallBounds(
        requests: 255, sentBytes: 4 * 1_048_576, receivedBytes: 512 * 1_048_576, time: .seconds(900))
    /// Create and update: what must be looked up first, people and labels, and one batch. After `leaseDuration` the
    /// batch is no longer ours.
    package static let changeBounds = CallBounds(
        requests: 128, sentBytes: 64 * 1_048_576, receivedBytes: 256 * 1_048_576, time: .seconds(300))
    /// Find and fetch: a page of 250 full issues is about 2 MiB.
    package static let readBounds = CallBounds(
        requests: 255, sentBytes: 16 * 1_048_576, receivedBytes: 512 * 1_048_576, time: .seconds(900))
}
