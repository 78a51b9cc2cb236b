import PatchbayModel

/// Takes one file all the way to a usable connector, or to the reason why not, step by step: whose it is, its sealed bytes and their digest,
/// trust, what the file says of itself, and at last a worker that loads it in its sandbox.
struct PluginLoader: Sendable {
    let launch: Worker.Launch
    let rule: TrustRule
    let cache: DescriptorCache?
    /// Nil where deaths are not held against anyone.
    let graves: WorkerGraves?

    /// A file with what was learned of it.
    struct Loaded: Sendable {
        var report: PluginReport
        var connector: Connector?
        /// What the system said of it; nil when it could not be opened.
        var facts: FileFacts?
    }

    /// Throws only what concerns the host, not the file: `worker_missing`.
    func load(_ place: PluginPlace) async throws -> Loaded {
        var loaded = Loaded(report: PluginReport(path: place.path, state: .refused(.unreadable, "")))
        do {
            let opened = try PluginScanner.open(place)
            loaded.facts = opened.facts
            if let known = cache?.find(opened.facts), !rule.needsBytes(known.digest),
                let descriptor = try? Worker.descriptor(in: known.greeting)
            {
                loaded.report.digest = known.digest
                loaded.report.basis = try basis(of: known.digest, place: place, file: nil)
                loaded.use(descriptor, shelf: shelf(place, known.digest, descriptor), digest: known.digest)
                return loaded
            }
            let file = try PluginScanner.take(opened)
            loaded.report.digest = file.digest
            loaded.report.basis = try basis(of: file.digest, place: place, file: file)
            try ElfRules.check(ElfImage(file.copy, size: file.bytes))
            let worker = try await start(file)
            cache?.keep(opened.facts, digest: file.digest, greeting: worker.greeting)
            loaded.use(worker.descriptor, shelf: shelf(place, file.digest, worker.descriptor), digest: file.digest)
            // Whoever needs it starts it again: most of what is listed is not used.
            await worker.stop()
        } catch let refusal as LoadRefusal {
            loaded.refuse(refusal.reason, refusal.sentence)
        } catch let error as ConnectorError where error.code != .workerMissing {
            loaded.refuse(Self.reason(for: error), error.message)
        }
        return loaded
    }

    /// The reason not to use a connector whose worker ended while it loaded.
    static func reason(for error: ConnectorError) -> RefusalReason {
        switch error.code {
        case .connectorTimeout: .timeoutOnLoad
        case .connectorForbiddenCall: .forbiddenCall
        default: .crashedOnLoad
        }
    }

    private func basis(of digest: String, place: PluginPlace, file: PluginFile?) throws(LoadRefusal) -> TrustRule.Basis {
        try rule.basis(of: digest, path: place.path) { () throws(LoadRefusal) in
            guard let file else { return }
            try Minisign.check(file.copy, signature: PluginScanner.signature(of: place), keys: rule.publicKeys)
        }
    }

    private func start(_ file: PluginFile) async throws -> Worker {
        try await Worker.start(plugin: file.copy, name: file.path, launch: launch) { [graves] end in
            graves?.bury(file.digest, file: file.path, end: end)
        }
    }

    private func shelf(_ place: PluginPlace, _ digest: String, _ descriptor: ConnectorDescriptor) -> WorkerShelf {
        WorkerShelf(place: place, digest: digest, descriptor: descriptor, launch: launch, graves: graves)
    }
}

extension PluginLoader.Loaded {
    fileprivate mutating func use(_ descriptor: ConnectorDescriptor, shelf: WorkerShelf, digest: String) {
        report.state = .usable(descriptor)
        connector = Connector(descriptor: descriptor, digest: digest, path: report.path, shelf: shelf)
    }

    mutating func refuse(_ reason: RefusalReason, _ sentence: String) {
        report.state = .refused(reason, sentence)
        report.basis = nil
        connector = nil
    }
}
