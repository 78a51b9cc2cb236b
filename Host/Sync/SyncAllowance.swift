/// How many deliveries a sync may still try, and who may try them: with a limit, each integration has a share, and what
/// one leaves of its share is for all.
struct SyncAllowance {
    /// For whoever comes first.
    private var common: Int
    private var reserved: [Int64: Int] = [:]
    /// Leave that was taken and may still be given back.
    private(set) var lent = 0

    init(limit: Int?) { common = limit ?? .max }

    private var isUnlimited: Bool { common == .max }

    /// What is not used and not lent.
    var left: Int { isUnlimited ? .max : common + reserved.values.reduce(0, +) }

    /// Some integration has not used up its share.
    var isReserved: Bool { reserved.values.contains { $0 > 0 } }

    /// What of the limit is set aside for one.
    func share(of integration: Int64) -> Int { reserved[integration, default: 0] }

    /// Gives each an equal share, but none more than it has due.
    mutating func divide(_ due: [(integration: Int64, count: Int)]) {
        guard !isUnlimited else { return }
        common = left
        reserved = [:]
        var open = due.filter { $0.count > 0 }
        while common > 0, !open.isEmpty {
            let share = max(1, common / open.count)
            for entry in open where common > 0 {
                let more = min(share, entry.count - reserved[entry.integration, default: 0], common)
                reserved[entry.integration, default: 0] += more
                common -= more
            }
            open.removeAll { reserved[$0.integration, default: 0] >= $0.count }
        }
    }

    /// Leave for at most so many.
    mutating func lend(_ wanted: Int, to integration: Int64) -> Int {
        guard !isUnlimited else { return wanted }
        let own = min(wanted, reserved[integration, default: 0])
        if own > 0 { reserved[integration, default: 0] -= own }
        let more = min(wanted - own, common)
        common -= more
        lent += own + more
        return own + more
    }

    /// Who did not need all that was granted has nothing more due, and others may.
    mutating func settle(_ granted: Int, used: Int) {
        guard !isUnlimited else { return }
        lent -= granted
        common += granted - used
    }

    mutating func finish(_ integration: Int64) {
        guard !isUnlimited else { return }
        common += reserved.removeValue(forKey: integration) ?? 0
    }
}
