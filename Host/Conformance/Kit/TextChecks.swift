import PatchbayConnectors
import PatchbayModel

/// Puts texts into tasks and settings that nobody expects, as large as the host lets them be.
struct TextChecks {
    let stage: Stage
    let scripts: [Script]
    let maker: ScriptMaker

    private static let strange =
        "\u{0}\u{1}\u{7F}\"\\/'`${}<script>%00%2e%2e\r\n\t\u{202E}\u{FEFF}e\u{301}\u{1F469}\u{200D}\u{1F680}\u{10FFFF}"
    private static let answer = HTTPResponse(status: 500, headers: [], body: [])

    func run() async {
        let long = String(repeating: "\u{1F4A5}", count: Limits.titleBytesMax / 4)
        let tasks: [OperationTask] = [
            ScriptMaker.task(""),
            ScriptMaker.task(Self.strange, description: Self.strange, labels: [Self.strange, ""]),
            ScriptMaker.task(
                long, description: String(repeating: "\"\n", count: Limits.descriptionBytesMax / 2),
                labels: (0..<Limits.labelsMax).map {
                    "\($0)" + String(repeating: "l", count: Limits.nameBytesMax - 4)
                }),
            bare,
        ]
        for script in scripts where script.operation.number.takesTasks {
            for task in tasks { await ask(script, task) }
        }
        await settings()
    }

    private var bare: OperationTask {
        OperationTask(
            task: TrackedTask(id: "bare", title: "-"), deliveryID: "0b9e4a52-9d0e-4c1a-8f3a-2f6f0c5d7e19",
            externalID: Self.strange)
    }

    private func ask(_ script: Script, _ task: OperationTask) async {
        stage.notes.look(.texts)
        let script = script.about([task], "\(script.name) of a strange task")
        _ = await stage.call(script) { place, _ in place < script.answers.count ? script.answers[place] : Self.answer }
    }

    /// Each text and map setting in turn. A refusal that names the setting is as good as an acceptance.
    private func settings() async {
        let usual = maker.opening()
        let huge = String(repeating: "s", count: Limits.settingBytesMax)
        for field in stage.connector.descriptor.settings {
            let values: [SettingValue] =
                switch field.kind {
                case .string: [.text(huge), .text(Self.strange)]
                case .map: [.map([:]), .map([Self.strange: Self.strange, huge: huge, "": ""])]
                case .integer: [.integer(.max), .integer(.min)]
                case .boolean, .url: []
                }
            for value in values {
                var changed = usual.settings
                changed[field.name] = value
                let opening = ConnectorOpening(settings: changed, tokenKind: usual.tokenKind, facts: usual.facts)
                for script in scripts {
                    let other = Script(
                        name: "\(script.name) with a strange \(field.name)", opening: opening,
                        operation: script.operation, answers: [],
                        recording: nil)
                    _ = await stage.call(other) { _, _ in Self.answer }
                }
            }
        }
    }
}
