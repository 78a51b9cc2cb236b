import PatchbayModel

/// Decides how long `sync --wait` waits, and whom it leaves alone meanwhile.
///
/// An integration that needs a person is left for good; one that failed in a way that may pass rests, longer each time.
struct WaitPlan {
    private var failures: [String: Int] = [:]
    private var restUntil: [String: Timestamp] = [:]
    private var failingSince: [String: Timestamp] = [:]
    private var given: Set<String> = []

    /// When something of what a round left becomes due; nil when nothing is left that waiting could bring.
    mutating func next(after report: SyncReport, now: Timestamp) -> Timestamp? {
        var times: [Timestamp] = []
        for entry in report.integrations where !given.contains(entry.name) {
            if entry.needsPerson {
                given.insert(entry.name)
                continue
            }
            let open = report.left.first { $0.integration == entry.name }?.breakerOpenUntil
            if entry.failure == nil {
                failures[entry.name] = nil
                restUntil[entry.name] = nil
                failingSince[entry.name] = nil
            } else if let since = failingSince[entry.name], since.advanced(by: Limits.waitHorizon) < now {
                given.insert(entry.name)
                continue
            } else if let open, open > now {
                // It is probed then, and not before.
                restUntil[entry.name] = open
            } else if restUntil[entry.name].map({ $0 <= now }) ?? true {
                let count = (failures[entry.name] ?? 0) + 1
                failures[entry.name] = count
                restUntil[entry.name] = now.advanced(
                    by: min(Limits.retryPauseFirst * (1 << min(count, 20)), Limits.retryPauseMax))
            }
            if entry.failure != nil { failingSince[entry.name] = failingSince[entry.name] ?? now }
            // Something due that this round left: it was told to wait, or failed.
            let soon = now.advanced(by: Limits.retryPauseFirst)
            let due = entry.due > 0 ? max(soon, entry.heldUntil ?? soon) : entry.nextDueAt
            if let due { times.append(max(due, restUntil[entry.name] ?? due)) }
        }
        guard let next = times.min(), next <= now.advanced(by: Limits.waitHorizon) else { return nil }
        return next
    }

    /// A person has acted: those that were left for good are served again.
    mutating func takeUp(_ names: some Sequence<String>) { given.subtract(names) }

    /// Goes on under the names of now.
    mutating func follow(_ renamed: [String: String]) {
        if renamed.isEmpty { return }
        failures = Dictionary(failures.map { (renamed.now($0.key), $0.value) }) { first, _ in first }
        restUntil = Dictionary(restUntil.map { (renamed.now($0.key), $0.value) }) { first, _ in first }
        failingSince = Dictionary(failingSince.map { (renamed.now($0.key), $0.value) }) { first, _ in first }
        given = Set(given.map(renamed.now))
    }

    /// Integrations that the next round leaves out.
    func resting(at now: Timestamp) -> Set<String> { given.union(restUntil.filter { $0.value > now }.keys) }
}
