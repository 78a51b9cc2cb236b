import PatchbayConnectors
import PatchbayModel
import PatchbayRecording

/// Holds a connector's file to every rule of the interface, by doing to it what hosts, services and later versions may
/// do.
package struct ConformanceKit: Sendable {
    private let path: String
    private let worker: String
    private let recordings: [(name: String, recording: Recording)]
    private let settings: [String: String]
    private let seed: UInt64
    private let rounds: Int
    private let deadlines: WorkerDeadlines

    /// `settings` are in the text form of their kinds; what is required and missing is made up. `rounds` is how many
    /// damaged answers are tried.
    package init(
        path: String, worker: String, recordings: [(name: String, recording: Recording)] = [],
        settings: [String: String] = [:],
        seed: UInt64, rounds: Int = Limits.fuzzRoundsDefault, deadlines: WorkerDeadlines = WorkerDeadlines()
    ) {
        self.path = path
        self.worker = worker
        self.recordings = recordings
        self.settings = settings
        self.seed = seed
        self.rounds = rounds
        self.deadlines = deadlines
    }

    /// Every rule with what became of it. Throws what is wrong with the input or with this host: `input_unreadable`,
    /// `settings_invalid`, `worker_missing`.
    package func run() async throws -> [ConformanceFinding] {
        let notes = Notebook()
        let near: ConnectorFile
        let far: ConnectorFile
        do {
            near = try await ConnectorFile(path: path, worker: worker, deadlines: deadlines, isWatchful: true)
            far = try await ConnectorFile(path: path, worker: worker, deadlines: deadlines, isWatchful: true)
        } catch let error as ConnectorError where error.code == .connectorRefused {
            notes.fail(Self.rule(of: error.refusal), error.message)
            return notes.findings
        }
        // The loader has looked at all of these.
        for rule in [ConformanceRule.oneExport, .selfContained, .inputOutput, .entry, .descriptor] { notes.look(rule) }
        do {
            try await look(near.connector, far.connector, notes)
        } catch {
            await near.shutdown()
            await far.shutdown()
            throw error
        }
        await near.shutdown()
        await far.shutdown()
        return notes.findings
    }

    private func look(_ connector: Connector, _ other: Connector, _ notes: Notebook) async throws {
        let own = recordings.filter { $0.recording.call.identity.connector == connector.descriptor.id }
        let maker = ScriptMaker(
            descriptor: connector.descriptor, recordings: own.map(\.recording),
            settings: try values(of: connector.descriptor))
        let scripts = maker.scripts()
        let stage = Stage(connector, notes)
        do {
            _ = try await connector.open(maker.opening())
        } catch let error as ConnectorError where [.settingsInvalid, .settingsMissing].contains(error.code) {
            throw ConformanceError(
                .settingsInvalid,
                "It does not open with made-up settings: \(error.message) Give some with --set, or with --recordings.")
        } catch {
            // The checks below say what it is.
        }
        for rule in [
            ConformanceRule.crashes, .statuses, .ownSizes, .numbers, .ownTexts, .pointers, .once, .unknownNumbers,
            .bounds,
        ] {
            notes.look(rule)
        }
        let repeats = RepeatChecks(stage: stage, scripts: scripts, other: other)
        await repeats.run()
        guard !notes.isHopeless else { return }
        await repeats.replay(own)
        try await StructChecks(stage: stage, scripts: scripts).run()
        await TextChecks(stage: stage, scripts: scripts, maker: maker).run()
        await AnswerChecks(stage: stage, scripts: scripts).run()
        await CreateChecks(stage: stage, scripts: scripts).run()
        await LookUpChecks(stage: stage, maker: maker).run()
        await FuzzChecks(stage: stage, scripts: scripts, seed: seed, rounds: rounds).run()
    }

    private func values(of descriptor: ConnectorDescriptor) throws -> [String: SettingValue] {
        var values: [String: SettingValue] = [:]
        for (name, text) in settings.sorted(by: { $0.key < $1.key }) {
            guard let field = descriptor.settings.first(where: { $0.name == name }) else {
                throw ConformanceError(.settingsInvalid, "\(name) is not a setting of \(descriptor.name).")
            }
            do { values[name] = try field.value(parsing: text) } catch {
                throw ConformanceError(.settingsInvalid, "The setting \(name) \(error.text).")
            }
        }
        return values
    }

    /// The rule that a refused file has broken.
    private static func rule(of refusal: RefusalReason?) -> ConformanceRule {
        switch refusal {
        case .descriptorInvalid?, .descriptorChanges?: .descriptor
        case .descriptorMalformed?: .ownSizes
        case .symbolMissing?, .extraExports?: .oneExport
        case .foreignDependency?, .runPath?, .libcTooOld?, .privateSymbols?: .selfContained
        case .forbiddenCall?: .inputOutput
        case .crashedOnLoad?: .crashes
        case .timeoutOnLoad?: .quick
        default: .entry
        }
    }
}
