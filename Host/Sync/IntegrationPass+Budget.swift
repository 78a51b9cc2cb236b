import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore

extension IntegrationPass {
    /// What a host that is killed has spent, the next one must know.
    func noteBudgetNowAndThen() async {
        let isDue = state.withLock { state in
            guard Timestamp.now >= state.budgetNotedAt.advanced(by: Limits.budgetNoteTime) else { return false }
            state.budgetNotedAt = .now
            return true
        }
        if isDue {
            try? await store.noteBudget(integrationID: integrationID, state.withLock(\.link.budget).notes(now: .now))
        }
    }

    /// Three for each request that may be under way: one with the vendor, one in the store and one that is ready, so
    /// that no place is ever empty and lanes that meet in the store share a commit.
    static func lanesMax(_ descriptor: ConnectorDescriptor) -> Int {
        let requests = descriptor.requestsConcurrentMax ?? Limits.concurrentCallsDefault
        return min(3 * min(requests, descriptor.writesConcurrentMax ?? requests), Limits.lanesMax)
    }

    /// False for what has been claimed and has not left when the lanes are to end, or to rest for longer than a claim
    /// is kept waiting: it goes back as if it had never been claimed.
    var mayStillSend: Bool {
        let (stopped, notBefore) = state.withLock { ($0.stopped, $0.notBefore) }
        let rests = notBefore.map { $0 > Timestamp.now.advanced(by: Limits.pauseInsideSyncMax) } ?? false
        return !stopped && !rests && !drain.isRaised && !Task.isCancelled
    }
}
