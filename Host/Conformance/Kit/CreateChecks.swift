import PatchbayConnectors
import PatchbayModel

/// Looks at what recorded creates say of their requests. What is marked as reading may be repeated by whoever believes
/// it.
struct CreateChecks {
    let stage: Stage
    let scripts: [Script]

    private static let rule = ConformanceRule.reading

    func run() async {
        let descriptor = stage.connector.descriptor
        var doubtful: Set<String> = []
        var creates = 0
        for script in scripts where script.operation.number == .create && !script.answers.isEmpty {
            let trace = await stage.call(script) { place, _ in
                place < script.answers.count ? script.answers[place] : nil
            }
            guard trace.successes.contains(where: { $0.kind == .created }) else { continue }
            creates += 1
            let suspects = zip(trace.requests, script.answers).filter { request, answer in
                request.effect == .none && (200..<300).contains(answer.status) && Self.mayChange(request, descriptor)
            }.map { "\($0.0.method) \($0.0.path)" }
            doubtful.formUnion(suspects)
            guard let suspect = suspects.last, !descriptor.createRepeatable,
                trace.requests.allSatisfy({ $0.effect == .none })
            else {
                continue
            }
            stage.notes.fail(
                Self.rule,
                "create reports a task as created, and marks all of its requests as reading, \(suspect) among them")
        }
        guard creates > 0 else { return stage.notes.skip(Self.rule, "no recorded create that made a task") }
        stage.notes.look(
            Self.rule,
            doubtful.sorted().first.map {
                "\($0) is marked as reading, and no reading path: after a lost answer the task is looked up"
            })
    }

    private static func mayChange(_ request: HTTPRequest, _ descriptor: ConnectorDescriptor) -> Bool {
        switch request.method {
        case "GET", "HEAD": false
        case "POST": !descriptor.readingPaths.contains(request.path)
        default: true
        }
    }
}
