import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// The breaker: an integration whose calls fail one after the other is left alone, and goes on after a check that succeeds.
extension IntegrationPass {
    /// Left alone from now on, longer each time.
    func openBreaker(_ failure: SyncFailure) async {
        let isFirst = state.withLock { state in
            defer { state.isBroken = true }
            return !state.isBroken
        }
        guard isFirst else { return }
        let failures = (state.withLock(\.link.integration.breaker)?.failures ?? 0) + 1
        let rest = min(Limits.breakerRestFirst * (1 << min(failures - 1, 20)), Limits.retryPauseMax)
        // A breaker that cannot be written costs a few more failed calls next time.
        try? await store.setBreaker(integrationID: integrationID, Breaker(failures: failures, until: Timestamp.now.advanced(by: rest)))
        stop(failure)
    }

    /// An open breaker is closed by a check that succeeds; before its time has come only for an integration that was named.
    func breakerIsClosed() async -> Bool {
        let link = state.withLock(\.link)
        guard let breaker = link.integration.breaker, link.descriptor.operations[.check] != nil else { return true }
        guard isNamed || Timestamp.now >= breaker.until else {
            let words =
                "left alone until \(breaker.until.text) after repeated failures; `patchbay sync --integration \(link.integration.name)` tries at once"
            stop(SyncFailure(.unreachable, words))
            return false
        }
        let (end, _, session) = await converse(ConnectorOperation(.check, now: .now))
        let call = CallSummary(end, now: .now)
        if case .completed = call.meaning {
            try? await store.setBreaker(integrationID: integrationID, nil)
            return true
        }
        await adopt(call.pace, end, session)
        await openBreaker(call.failure)
        return false
    }
}
