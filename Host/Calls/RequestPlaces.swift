/// The places of one token: requests and writes that may be under way at once, and who stands in line for one.
///
/// First come, first served, but a smaller request goes ahead of the first in line into room which that cannot use:
/// beside ten of fifteen writes, five more fit and another ten do not. Those that are small together never take what
/// the first in line waits for.
struct RequestPlaces {
    private struct Waiter {
        let writes: Int
        let go: @Sendable () -> Void
    }

    private let requestsMax: Int
    private let writesMax: Int
    /// Requests under way.
    private(set) var requests = 0
    private var writes = 0
    /// Requests under way by the writes that each counts for.
    private var underWay: [Int: Int] = [:]
    private var line: [Waiter] = []
    /// Writes of the dearest request so far.
    private var dearest = 0

    init(requestsMax: Int, writesMax: Int) {
        self.requestsMax = max(requestsMax, 1)
        self.writesMax = max(writesMax, 1)
    }

    /// Takes a place for a request that counts for `cost` writes, perhaps after standing in line for it; `go` is called
    /// when it is taken. With `alone`, one request may be under way.
    mutating func enter(_ cost: Int, alone: Bool, _ go: @escaping @Sendable () -> Void) {
        line.append(Waiter(writes: counted(cost), go: go))
        dearest = max(dearest, counted(cost))
        letIn(alone: alone)
    }

    /// Gives a place back, and lets in who waits for it.
    mutating func leave(_ cost: Int, alone: Bool) {
        let cost = counted(cost)
        requests -= 1
        writes -= cost
        underWay[cost] = underWay[cost].flatMap { $0 > 1 ? $0 - 1 : nil }
        letIn(alone: alone)
    }

    /// Lets in all for whom there is room.
    private mutating func letIn(alone: Bool) {
        let most = alone ? 1 : requestsMax
        while requests < most, let next = next() {
            let waiter = line.remove(at: next)
            requests += 1
            writes += waiter.writes
            underWay[waiter.writes, default: 0] += 1
            waiter.go()
        }
    }

    /// Writes that stay free beside whole batches, each of whose `batchMax` tasks counts for one; nil where there are
    /// none, or where enough small requests are there or in line to use them, `besides` so many that are still to come.
    func spare(batchMax: Int, besides small: Int) -> Int? {
        guard dearest == batchMax, writesMax / batchMax < requestsMax else { return nil }
        let spare = writesMax % batchMax
        let inLine = line.reduce(0) { $0 + ($1.writes < dearest ? $1.writes : 0) }
        // One that is under way, and one that is ready to take its place.
        return spare > 0 && smallWrites + inLine + small * spare <= spare ? spare : nil
    }

    /// A single request dearer than the whole cap must still go, alone.
    private func counted(_ cost: Int) -> Int { min(cost, writesMax) }

    private var smallWrites: Int { underWay.reduce(0) { $0 + ($1.key < dearest ? $1.key * $1.value : 0) } }

    private func next() -> Int? {
        guard let first = line.first else { return nil }
        let free = writesMax - writes
        if first.writes <= free { return 0 }
        let spare = max(0, min(free, writesMax - first.writes - smallWrites))
        return line.firstIndex { $0.writes <= spare }
    }
}
