import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// Pauses of the token that the store has: from another host, from another integration with the same token, from an
/// earlier sync.
extension IntegrationPass {
    /// Whether nothing could be claimed since then because of one, and something would be there after it. Then it holds
    /// for these lanes, too.
    func hearsOfPause(since begun: Timestamp) async -> Bool {
        guard let pause = try? await store.pause(integrationID: integrationID), pause.until > begun,
            await isSomethingDue(by: pause.until)
        else {
            return false
        }
        state.withLock { $0.notBefore = max($0.notBefore ?? pause.until, pause.until) }
        return true
    }

    /// After a pause that is shorter than what the vendor asked for, one request finds out whether that still holds:
    /// one of all hosts', and none beside it. False where it does, or where the answer did not tell.
    func pauseIsOver() async -> Bool {
        let link = state.withLock(\.link)
        let now = Timestamp.now
        guard let asked = link.integration.pauseAsked, let until = link.integration.pausedUntil, until <= now else {
            return true
        }
        guard await isSomethingDue(by: now) else { return true }
        // Whoever comes second finds the pause of the one who asks, and claims nothing.
        let end = now.advanced(by: Limits.exchangeTimeout)
        guard let isMine = try? await store.beginProbe(integrationID: integrationID, now: now, end: end), isMine else {
            return true
        }
        await link.budget.probeAgain()
        let isOver = asked <= now ? true : await askedAgain(link)
        // Otherwise the pause that its answer brought stands in the store, or the one in which it was asked.
        guard isOver else { return false }
        await link.budget.probeAgain()
        try? await store.endProbe(integrationID: integrationID)
        return true
    }

    private func askedAgain(_ link: IntegrationLink) async -> Bool {
        guard link.descriptor.operations[.check] != nil else { return true }
        let (end, _, session) = await converse(ConnectorOperation(.check, now: .now), over: link, isProbe: true)
        let call = CallSummary(end, now: .now)
        switch call.meaning {
        case .throttled:
            await adopt(call.pace, end, session)
            return false
        case .unclear, .stopped, .declined, .notSent:
            stop(call.failure)
            return false
        // Whatever else it says, it takes requests.
        case .completed, .tokenFailed, .refused, .split: return true
        }
    }

    /// To be sent, or to be looked up. Nothing is due within a pause, and at its end what became due in it.
    private func isSomethingDue(by time: Timestamp) async -> Bool {
        let counts = (try? await store.counts(now: .now)) ?? []
        guard let mine = counts.first(where: { $0.integrationID == integrationID }) else { return false }
        return mine.due > 0 || mine.nextDueAt.map { $0 <= time } ?? false
    }
}
