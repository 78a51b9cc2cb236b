import PatchbayCalls
import PatchbayConnectors
import PatchbayModel
import PatchbayStore

/// The breaker: an integration whose calls fail one after the other is left alone, and goes on after a check that
/// succeeds.
extension IntegrationPass {
    /// Left alone from now on, longer each time; not for long where the call's end says that no answer came.
    func openBreaker(_ failure: SyncFailure, _ end: CallEnd) async {
        let isFirst = state.withLock { state in
            defer { state.isBroken = true }
            return !state.isBroken
        }
        guard isFirst else { return }
        let failures = (state.withLock(\.link.integration.breaker)?.failures ?? 0) + 1
        let (first, longest) =
            end.isOfNetwork
            ? (Limits.networkRestFirst, Limits.networkRestMax) : (Limits.breakerRestFirst, Limits.retryPauseMax)
        let rest = min(first * (1 << min(failures - 1, 20)), longest)
        // A breaker that cannot be written costs a few more failed calls next time.
        try? await store.setBreaker(
            integrationID: integrationID, Breaker(failures: failures, until: Timestamp.now.advanced(by: rest)))
        stop(failure)
    }

    /// An open breaker is closed by a check that succeeds; before its time has come only for an integration that was
    /// named.
    func breakerIsClosed() async -> Bool {
        let link = state.withLock(\.link)
        guard let breaker = link.integration.breaker, link.descriptor.operations[.check] != nil else { return true }
        guard isNamed || Timestamp.now >= breaker.until else {
            let words =
                "left alone until \(breaker.until.text) after repeated failures; `patchbay sync --integration "
                + "\(link.integration.name)` tries at once"
            stop(SyncFailure(.unreachable, words))
            return false
        }
        let (end, _, session) = await converse(ConnectorOperation(.check, now: .now), triesMax: Limits.probeTriesMax)
        let call = CallSummary(end, now: .now)
        if case .completed = call.meaning {
            try? await store.setBreaker(integrationID: integrationID, nil)
            return true
        }
        await adopt(call.pace, end, session)
        await openBreaker(call.failure, end)
        return false
    }

    /// Failed calls in a row are counted over syncs: where little is due, each sync makes one call.
    func noteFailedCalls() async {
        let (link, failed, isBroken) = state.withLock { ($0.link, $0.failedCalls, $0.isBroken) }
        // With the breaker the count begins anew.
        guard !isBroken, failed != link.integration.failedCalls else { return }
        try? await store.noteFailedCalls(integrationID: integrationID, failed)
    }
}

extension CallEnd {
    /// No answer came: what failed lies between us and the system, or the system is away.
    package var isOfNetwork: Bool {
        switch self {
        case .unreachable, .declined, .lost: true
        default: false
        }
    }
}
