import PatchbayConnectors
import PatchbayModel
import PatchbayRecording

/// Asks the same again: at once, in another process, among other calls, and as it was recorded.
struct RepeatChecks {
    let stage: Stage
    let scripts: [Script]
    /// The same file, loaded into a process of its own.
    let other: Connector

    private var notes: Notebook { stage.notes }
    private static let fault = HTTPResponse(
        status: 503, headers: [HTTPField("content-type", "text/plain")], body: Array("fault".utf8))

    func run() async {
        var first: [Trace] = []
        let far = Stage(other, notes)
        for script in scripts {
            let answer = { (place: Int, _: HTTPRequest) -> HTTPResponse? in
                place < script.answers.count ? script.answers[place] : Self.fault
            }
            let trace = await stage.call(script, answer)
            first.append(trace)
            same(trace, await stage.call(script, answer), .repeated, script, "again")
            same(trace, await far.call(script, answer), .otherProcess, script, "in another process")
        }
        guard !notes.isHopeless else { return }
        await interleaved(first)
        quick(first)
    }

    private func same(_ first: Trace, _ second: Trace, _ rule: ConformanceRule, _ script: Script, _ how: String) {
        notes.look(rule)
        guard !first.isSame(as: second) else { return }
        notes.fail(rule, "\(script.name), asked \(how), differs: \(first.difference(to: second))")
    }

    private static let rounds = 20

    /// Many calls of all operations at once, in instances of their own, each step of one followed by a step of another.
    private func interleaved(_ alone: [Trace]) async {
        var open: [(place: Int, call: ConnectorCall, step: ConnectorStep?, trace: Trace)] = []
        do {
            for _ in 0..<Self.rounds {
                for place in scripts.indices where alone[place].error == nil {
                    let call = try await stage.connector.open(scripts[place].opening).call(scripts[place].operation)
                    open.append((place, call, nil, Trace()))
                }
            }
            var isMoving = true
            while isMoving {
                isMoving = false
                for index in open.indices {
                    if let step = open[index].step {
                        guard case .request(let request) = step.action else { continue }
                        let answers = scripts[open[index].place].answers
                        let number = open[index].trace.requests.count
                        open[index].trace.requests.append(request)
                        open[index].step = try await open[index].call.resume(
                            number < answers.count ? answers[number] : Self.fault)
                    } else {
                        open[index].step = try await open[index].call.begin()
                    }
                    if case .done(let result)? = open[index].step?.action { open[index].trace.result = result }
                    isMoving = true
                }
            }
        } catch {
            return notes.fail(.interleaved, "\(open.count) calls at once: \(error)")
        }
        notes.look(.interleaved, "\(open.count) calls at once")
        for entry in open where !alone[entry.place].isSame(as: entry.trace) {
            let difference = alone[entry.place].difference(to: entry.trace)
            notes.fail(.interleaved, "\(scripts[entry.place].name) among \(open.count) calls differs: \(difference)")
        }
    }

    private func quick(_ traces: [Trace]) {
        let slowest = traces.map(\.slowest).max() ?? .zero
        notes.look(
            .quick, "the slowest step took \(slowest.wholeMilliseconds) ms of \(Limits.stepDeadline.wholeMilliseconds)")
    }

    /// Replays every recording.
    func replay(_ recordings: [(name: String, recording: Recording)]) async {
        guard !recordings.isEmpty else {
            return notes.skip(.recordings, "no recordings; give them with --recordings DIR")
        }
        let replay = Replay(stage.connector)
        var replayed = 0
        for (name, recording) in recordings {
            let report = await replay.run(recording, file: name)
            if report.skipped == nil { replayed += 1 }
            for difference in report.differences { notes.fail(.recordings, "\(name): \(difference)") }
        }
        if replayed == 0 {
            notes.skip(.recordings, "none of the recordings is of this connector")
        } else {
            notes.look(.recordings, "\(replayed) recordings")
        }
    }
}
