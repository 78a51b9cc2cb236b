import PatchbayConnectors
import PatchbayModel

/// Answers look-ups with what says nothing. A connector that takes it for "surely not there" has the task made a second
/// time.
struct LookUpChecks {
    let stage: Stage
    let maker: ScriptMaker

    /// What has been done so far.
    private struct Tally {
        var answers = 0
        var requests = 0
        var lookUps = 0
        /// Patterns of places without which some task was not recognised.
        var counting: Set<String> = []
        let end = ContinuousClock.now + Limits.lookUpChecksTime
        var isFull: Bool { answers >= Limits.lookUpAnswersMax || ContinuousClock.now >= end }
    }

    private var notes: Notebook { stage.notes }
    private static let rule = ConformanceRule.lookUps

    func run() async {
        guard stage.connector.descriptor.operations[.find] != nil else {
            return notes.skip(Self.rule, "it offers no look-up")
        }
        let scripts = maker.lookUps()
        await askNothing(scripts)
        guard !scripts.isEmpty else {
            return notes.skip(
                Self.rule,
                "no recorded look-up: keep one that finds nothing, and one that finds its task, in --recordings")
        }
        let forms = KnownForms(
            scripts.flatMap(\.answers).filter { (200..<300).contains($0.status) }.compactMap {
                OrderedJSON.parse($0.body)
            })
        var trials: [LookUpTrial] = []
        for script in scripts { if let trial = await trial(script) { trials.append(trial) } }
        guard !trials.isEmpty else {
            return notes.skip(
                Self.rule, "none of the recorded look-ups ends with its task, or with one that is surely not there")
        }
        let rowLists = await rowLists(trials.filter { !$0.found.isEmpty })
        var tally = Tally()
        // Those that show a task come first: what it is recognised by counts in the others' rows, too.
        for trial in trials.filter({ !$0.found.isEmpty }) + trials.filter(\.found.isEmpty) {
            tally.lookUps += 1
            for place in trial.places where !tally.isFull {
                tally.requests += 1
                await spoil(await concerned(trial, place), place, forms, rowLists, &tally)
            }
        }
        notes.look(Self.rule, remark(tally, trials))
    }

    private func remark(_ tally: Tally, _ trials: [LookUpTrial]) -> String {
        var text = "\(tally.answers) answers to \(tally.requests) requests of \(tally.lookUps) recorded look-ups"
        if tally.isFull { text += ", and no more for time's sake" }
        if trials.allSatisfy(\.missed.isEmpty) { text += "; none of them ends with a task that is surely not there" }
        if trials.allSatisfy(\.found.isEmpty) {
            text += "; none shows a task, so no row could be spoiled place by place"
        }
        return text
    }

    private func trial(_ script: Script) async -> LookUpTrial? {
        LookUpTrial(
            script, await stage.call(script) { place, _ in place < script.answers.count ? script.answers[place] : nil })
    }

    /// A look-up that asks nothing knows nothing.
    private func askNothing(_ scripts: [Script]) async {
        for script in scripts.prefix(1) + [maker.made(.find)] {
            let trace = await stage.call(script) { _, _ in nil }
            if trace.requests.isEmpty, !LookUpTrial.surelyMissed(trace).isEmpty {
                notes.fail(Self.rule, "find asks nothing, and says that the task is surely not there")
            }
        }
    }

    /// The lists without whose rows nothing is found.
    private func rowLists(_ trials: [LookUpTrial]) async -> Set<String> {
        var found: Set<String> = []
        for trial in trials {
            for place in trial.places {
                guard let body = OrderedJSON.parse(trial.script.answers[place].body) else { continue }
                for list in AnswerSpoiler.outermostLists(body) {
                    let empty = SilentAnswers.like(trial.script.answers[place], body.with(.list([]), at: list).text)
                    let trace = await stage.call(
                        trial.script, trial.answers(SilentAnswer(what: "", response: empty), at: place))
                    if !trial.seesAll(trace) { found.insert(OrderedJSON.pattern(list)) }
                }
            }
        }
        return found
    }

    /// Where each task is asked for by itself, an answer about one that is there tells nothing of one that is not.
    private func concerned(_ trial: LookUpTrial, _ place: Int) async -> LookUpTrial {
        guard !trial.found.isEmpty, !trial.missed.isEmpty else { return trial }
        let fault = SilentAnswer(what: "", response: HTTPResponse(status: 500, headers: [], body: []))
        return trial.concerning(await stage.call(trial.script, trial.answers(fault, at: place)))
    }

    private func spoil(
        _ trial: LookUpTrial, _ place: Int, _ forms: KnownForms, _ rowLists: Set<String>, _ tally: inout Tally
    ) async {
        let honest = trial.script.answers[place]
        let spoiler = AnswerSpoiler(honest, forms, rowLists: rowLists)
        let silent = SilentAnswers.whole(honest, forms) + (spoiler?.silent() ?? []) + sameToken(trial, place)
        for answer in silent where !tally.isFull { _ = await give(answer, at: place, of: trial, &tally) }
        guard let places = spoiler?.places() else { return }
        guard !trial.found.isEmpty else {
            for answer in places where !tally.isFull && tally.counting.contains(answer.pattern ?? "") {
                _ = await give(answer, at: place, of: trial, &tally)
            }
            return
        }
        let other = await stranger(trial)
        if let other {
            for answer in silent where answer.isOfRow && !tally.isFull {
                _ = await give(answer, at: place, of: other, &tally)
            }
        }
        for answer in places where !tally.isFull {
            // Where the task is seen all the same, the place does not count; where it is not, nobody else's row may be
            // read so either.
            guard let trace = await give(answer, at: place, of: trial, &tally), !trial.seesAll(trace) else { continue }
            if let pattern = answer.pattern { tally.counting.insert(pattern) }
            if let other { _ = await give(answer, at: place, of: other, &tally) }
        }
    }

    /// The same answers for a task that is not in them; nil when the connector is not sure then that it is not there.
    private func stranger(_ trial: LookUpTrial) async -> LookUpTrial? {
        guard
            let other = await self.trial(
                trial.script.about([ScriptMaker.task("Another task", place: 9)], "find of another task"))
        else {
            return nil
        }
        return other.missed.isEmpty ? nil : other
    }

    /// Gives the answer, and tells when it is believed. Nil when the call did not come so far.
    private func give(_ silent: SilentAnswer, at place: Int, of trial: LookUpTrial, _ tally: inout Tally) async
        -> Trace?
    {
        guard !notes.isHopeless else { return nil }
        tally.answers += 1
        let trace = await stage.call(trial.script, trial.answers(silent, at: place))
        guard trace.requests.count > place else { return nil }
        if trial.believes(silent, trace) {
            let hint = silent.isOfRow ? "; if the system itself answers so, record a look-up that shows it" : ""
            let what = "\(trial.script.name), request \(place + 1) answered with \(silent.what.prefix(120))"
            notes.fail(Self.rule, "\(what): it says that the task is surely not there\(hint)")
        }
        return trace
    }

    /// A page whose token leads back to itself: a text of it that the next request carries, and that one did not.
    private func sameToken(_ trial: LookUpTrial, _ place: Int) -> [SilentAnswer] {
        guard place + 1 < trial.requests.count, let body = OrderedJSON.parse(trial.script.answers[place].body) else {
            return []
        }
        let texts = body.places.filter { $0.value.kind == .text && $0.value.text.utf8.count > 2 }.map {
            String($0.value.text.dropFirst().dropLast())
        }
        let (this, next) = (Self.words(trial.requests[place]), Self.words(trial.requests[place + 1]))
        guard texts.contains(where: { next.contains($0) && !this.contains($0) }) else { return [] }
        let answer = trial.script.answers[place]
        return [SilentAnswer(what: "the same page for ever", response: answer, isRepeated: true)]
    }

    private static func words(_ request: HTTPRequest) -> String {
        ([request.path] + request.query.map(\.value) + [String(decoding: request.body ?? [], as: UTF8.self)]).joined(
            separator: "\n")
    }
}
