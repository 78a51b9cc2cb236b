import PatchbayConnectors
import PatchbayModel

/// A look-up whose honest answers are known, and what the connector makes of them. What it makes of others is judged by
/// that.
struct LookUpTrial: Sendable {
    let script: Script
    /// The requests that the honest answers lead to.
    let requests: [HTTPRequest]
    /// Places of tasks that are surely not there.
    private(set) var missed: Set<Int>
    /// External ids of tasks that are there.
    let found: [Int: String]

    /// Nil when the honest answers lead to nothing that could be lost.
    init?(_ script: Script, _ honest: Trace) {
        guard let result = honest.result, result.outcome == .completed else { return nil }
        self.script = script
        requests = honest.requests
        missed = Self.surelyMissed(honest)
        var found: [Int: String] = [:]
        for outcome in result.outcomes where outcome.kind == .found { found[outcome.index] = outcome.externalID }
        self.found = found
        if missed.isEmpty && found.isEmpty { return nil }
    }

    /// Tasks that the host may be led to send again.
    static func surelyMissed(_ trace: Trace) -> Set<Int> {
        guard let result = trace.result, result.outcome == .completed else { return [] }
        return Set(
            result.outcomes.filter { $0.kind == .notFound && $0.isExhaustive && $0.candidates.isEmpty }.map(\.index))
    }

    /// The same, judged only by those of the missing tasks that lost their certainty in `trace`: what was answered
    /// there concerns them.
    func concerning(_ trace: Trace) -> LookUpTrial {
        var trial = self
        trial.missed.subtract(Self.surelyMissed(trace))
        return trial
    }

    /// Requests whose answers are known.
    var places: Range<Int> { 0..<min(requests.count, script.answers.count) }

    /// Whether an answer that says nothing was believed: a task that is there counts as surely missing, or all that
    /// were surely missing still do. Where answers come in parts, one part tells nothing of the tasks of another, so
    /// some of them may.
    func believes(_ silent: SilentAnswer, _ trace: Trace) -> Bool {
        let sure = Self.surelyMissed(trace)
        if found.keys.contains(where: sure.contains) { return true }
        return !missed.isEmpty && missed.isSubset(of: sure) && !(silent.isOfRow && !found.isEmpty)
    }

    /// Whether all that is there was seen all the same.
    func seesAll(_ trace: Trace) -> Bool {
        let seen = trace.result?.outcomes.filter { $0.kind == .found } ?? []
        return found.allSatisfy { place, id in seen.contains { $0.index == place && $0.externalID == id } }
    }

    /// The honest answers with another one at a place.
    func answers(_ silent: SilentAnswer, at place: Int) -> @Sendable (Int, HTTPRequest) -> HTTPResponse? {
        { number, _ in
            if number < place { return script.answers[number] }
            if number == place || silent.isRepeated || number >= script.answers.count { return silent.response }
            return script.answers[number]
        }
    }
}
