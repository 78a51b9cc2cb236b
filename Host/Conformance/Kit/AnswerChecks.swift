import PatchbayConnectors
import PatchbayModel

/// Gives a bad answer at each place of each call, and judges what the connector makes of it.
struct AnswerChecks {
    let stage: Stage
    let scripts: [Script]

    private var notes: Notebook { stage.notes }

    func run() async {
        for script in scripts {
            let honest = await stage.call(script) { number, _ in
                number < script.answers.count ? script.answers[number] : nil
            }.result
            for place in 0...max(0, script.answers.count - 1) {
                await statuses(script, place, honest)
                await nonsense(script, place)
            }
        }
    }

    static func json(_ text: String, status: Int = 200, headers: [HTTPField] = []) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [HTTPField("content-type", "application/json")] + headers, body: Array(text.utf8))
    }

    /// Good answers up to `place`, then this one for ever.
    private func trace(_ script: Script, _ place: Int, _ bad: HTTPResponse) async -> Trace {
        await stage.call(script) { number, _ in number < place ? script.answers[number] : bad }
    }

    private func statuses(_ script: Script, _ place: Int, _ honest: CallResult?) async {
        func tell(_ rule: ConformanceRule, _ status: Int, _ trace: Trace, _ wish: String) {
            notes.fail(rule, "\(script.name), request \(place + 1) answered with \(status): \(trace.told); \(wish)")
        }
        let words = #"{"message": "no"}"#
        let unauthorised = await trace(script, place, Self.json(words, status: 401))
        if let result = unauthorised.result {
            notes.look(.unauthorised)
            if case .authFailed = result.outcome {
            } else {
                tell(.unauthorised, 401, unauthorised, "it has to end as AUTH_FAILED")
            }
        }
        for (rule, statuses) in [(ConformanceRule.forbidden, [403, 404]), (.refused, [409, 422])] {
            for status in statuses {
                let trace = await trace(script, place, Self.json(words, status: status))
                guard let result = trace.result else { continue }
                notes.look(rule)
                // A check may go on, and name what is refused as a problem, or not prove any more what it asked for in
                // vain; a discovery may leave out what it may not see.
                let isReady =
                    script.operation.number == .check && result.outcome == .completed
                    && result.account?.problems.isEmpty != false
                    && (honest == nil || result.account?.lookUps == honest?.account?.lookUps)
                if !trace.successes.isEmpty || isReady { tell(rule, status, trace, "that is no success") }
            }
        }
        await throttled(script, place, tell)
        for status in [500, 503] {
            let trace = await trace(script, place, Self.json(words, status: status))
            guard trace.result != nil else { continue }
            notes.look(.faults)
            if !trace.successes.isEmpty || (trace.hadEffect && trace.saysNothingDone) {
                tell(.faults, status, trace, "the service may have acted: VENDOR_FAULT, or UNKNOWN for the task")
            }
        }
    }

    private func throttled(_ script: Script, _ place: Int, _ tell: (ConformanceRule, Int, Trace, String) -> Void) async
    {
        for seconds in [nil, 7, 0] as [Int?] {
            let headers = seconds.map { [HTTPField("retry-after", "\($0)")] } ?? []
            let trace = await trace(
                script, place, Self.json(#"{"message": "slow down"}"#, status: 429, headers: headers))
            guard let result = trace.result else { continue }
            notes.look(.throttled)
            guard case .throttled(let time) = result.outcome else {
                tell(.throttled, 429, trace, "it has to end as THROTTLED")
                continue
            }
            guard let seconds, seconds > 0 else { continue }
            let wait = Duration.seconds(seconds)
            let isLong =
                (time.after ?? .zero) >= wait || (time.at ?? ScriptMaker.now) >= ScriptMaker.now.advanced(by: wait)
            if !isLong { tell(.throttled, 429, trace, "Retry-After asked for \(seconds) s, and it tells \(time)") }
        }
    }

    /// Answers that nobody can take for what was asked.
    private static let unreadable: [(String, HTTPResponse)] = [
        ("an empty answer", json("")), ("half an object", json(#"{"id": "1", "name"#)), ("HTML", html),
        ("a number", json("7")),
        ("a text", json(#""ok""#)),
        ("bytes that are no text", HTTPResponse(status: 200, headers: [], body: [0xFF, 0xFE, 0x00, 0x80])),
        ("10 MB of spaces", large(UInt8(ascii: " "), in: [])),
        ("10 MB of text", large(UInt8(ascii: "x"), in: [UInt8(ascii: "\"")])),
        ("lists 10,000 deep", json(String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000))),
    ]

    private static func large(_ byte: UInt8, in quotes: [UInt8]) -> HTTPResponse {
        var answer = json("")
        answer.body = quotes + [UInt8](repeating: byte, count: 10_000_000) + quotes
        return answer
    }

    private static let html = HTTPResponse(
        status: 200, headers: [HTTPField("content-type", "text/html")],
        body: Array("<html><body>Maintenance</body></html>".utf8))

    private func nonsense(_ script: Script, _ place: Int) async {
        for (what, answer) in Self.unreadable + cut(script, place) {
            // The large ones cost the most by far, and the status adds nothing to them.
            for status in answer.body.count > 1_000_000 ? [200] : [200, 201] {
                var answer = answer
                answer.status = status
                let trace = await trace(script, place, answer)
                judge(trace, script, place, what)
            }
        }
    }

    /// The recorded answer without its second half.
    private func cut(_ script: Script, _ place: Int) -> [(String, HTTPResponse)] {
        guard place < script.answers.count, script.answers[place].body.count > 1 else { return [] }
        var answer = script.answers[place]
        answer.body = Array(answer.body.prefix(answer.body.count / 2))
        return [("half the recorded answer", answer)]
    }

    private func judge(_ trace: Trace, _ script: Script, _ place: Int, _ what: String) {
        guard let result = trace.result else { return }
        notes.look(.notUnderstood)
        func tell(_ wish: String) {
            notes.fail(
                .notUnderstood, "\(script.name), request \(place + 1) answered with \(what): \(trace.told); \(wish)")
        }
        switch script.operation.number {
        case .check, .discover:
            if script.operation.number == .check, result.outcome == .completed { tell("that is no account") }
        case .create, .update:
            let known = script.recording.map { _ in Set(trace.successes.compactMap(\.externalID)) } ?? []
            let recorded = Set(script.operation.tasks.compactMap(\.externalID))
            if trace.hadEffect, trace.saysNothingDone {
                tell("the service may have acted, so PROTOCOL_ERROR or UNKNOWN")
            }
            if script.operation.number == .create, trace.hadEffect, !trace.successes.isEmpty,
                known.isSubset(of: recorded) || known.isEmpty
            {
                tell("no id can be read from that")
            }
        case .find, .fetch:
            let isSure =
                result.outcome == .completed && result.outcomes.contains { $0.kind == .notFound && $0.isExhaustive }
            if isSure || !trace.successes.isEmpty { tell("nothing was seen, so nothing is sure") }
        }
    }
}
