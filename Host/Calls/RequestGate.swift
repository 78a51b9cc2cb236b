/// Caps what one token has under way at once: requests, and concurrent writes as the vendor counts them.
///
/// First come, first served, so that no call starves. A wait ends when an exchange ends, and each of those has a time limit.
package actor RequestGate {
    private struct Waiter {
        let writes: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private let requestsMax: Int
    private let writesMax: Int
    private var requests = 0
    private var writes = 0
    private var waiters: [Waiter] = []

    package init(requestsMax: Int, writesMax: Int) {
        self.requestsMax = max(requestsMax, 1)
        self.writesMax = max(writesMax, 1)
    }

    /// Runs `body` when there is room for one request that counts for `writes` concurrent writes (0 for one that reads).
    package func pass<Result: Sendable>(writes cost: Int, _ body: @Sendable () async -> Result) async -> Result {
        // A single request dearer than the whole cap must still go, alone.
        let writes = min(cost, writesMax)
        if waiters.isEmpty, fits(writes) {
            take(writes)
        } else {
            await withCheckedContinuation { waiters.append(Waiter(writes: writes, continuation: $0)) }
        }
        defer { giveBack(writes) }
        return await body()
    }

    private func fits(_ cost: Int) -> Bool { requests < requestsMax && writes <= writesMax - cost }

    private func take(_ cost: Int) {
        requests += 1
        writes += cost
    }

    private func giveBack(_ cost: Int) {
        requests -= 1
        writes -= cost
        while let first = waiters.first, fits(first.writes) {
            waiters.removeFirst()
            take(first.writes)
            first.continuation.resume()
        }
    }
}
