import PatchbayModel

/// Takes one file all the way to a usable connector, or to the reason why not, step by step: whose it is, its sealed
/// bytes and their digest, trust, what the file says of itself, and at last a worker that loads it in its sandbox.
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
        var learned: DescriptorCache.Content?
        do {
            let opened = try PluginScanner.open(place)
            loaded.facts = opened.facts
            if let known = cache?.find(opened.facts), try recall(known, of: place, into: &loaded) { return loaded }
            let file = try PluginScanner.take(opened)
            loaded.report.digest = file.digest
            learned = .unsettled
            loaded.report.basis = try basis(of: file.digest, place: place, file: file, learned: &learned)
            try ElfRules.check(ElfImage(file.copy, size: file.bytes))
            let worker = try await start(file)
            learned = .greeting(worker.greeting)
            loaded.use(worker.descriptor, shelf: shelf(place, file.digest, worker.descriptor), digest: file.digest)
            // Whoever needs it starts it again: most of what is listed is not used.
            await worker.stop()
        } catch let refusal as LoadRefusal {
            loaded.refuse(refusal.reason, refusal.sentence)
            if learned == .unsettled, refusal.reason.isOfBytes { learned = .refused(refusal) }
        } catch let error as ConnectorError where error.code != .workerMissing {
            loaded.refuse(Self.reason(for: error), error.message)
        }
        if let learned, let facts = loaded.facts, let digest = loaded.report.digest {
            cache?.keep(facts, digest: digest, learned)
        }
        return loaded
    }

    /// Goes by what is known of a file; false where its bytes must be read. What was decided is asked first, as when
    /// they are.
    private func recall(_ known: DescriptorCache.Known, of place: PluginPlace, into loaded: inout Loaded)
        throws(LoadRefusal) -> Bool
    {
        loaded.report.digest = known.digest
        var signature: DescriptorCache.Content? = known.content
        let basis = try basis(of: known.digest, place: place, file: nil, learned: &signature)
        switch known.content {
        case .refused(let refusal): throw refusal
        case .greeting(let greeting) where !rule.needsBytes(known.digest):
            guard let descriptor = try? Worker.descriptor(in: greeting) else { return false }
            loaded.report.basis = basis
            loaded.use(descriptor, shelf: shelf(place, known.digest, descriptor), digest: known.digest)
            return true
        case .greeting, .missigned, .unsettled: return false
        }
    }

    /// The reason not to use a connector whose worker ended while it loaded.
    static func reason(for error: ConnectorError) -> RefusalReason {
        switch error.code {
        case .connectorTimeout: .timeoutOnLoad
        case .connectorForbiddenCall: .forbiddenCall
        default: .crashedOnLoad
        }
    }

    /// Without the file's bytes a signature is judged as far as that goes, and one that is known not to fit them is
    /// refused.
    private func basis(
        of digest: String, place: PluginPlace, file: PluginFile?, learned: inout DescriptorCache.Content?
    ) throws(LoadRefusal) -> TrustRule.Basis {
        var content = learned
        defer { learned = content }
        return try rule.basis(of: digest, path: place.path) { () throws(LoadRefusal) in
            let text = try PluginScanner.signature(of: place)
            let checked = try Minisign.read(text, keys: rule.publicKeys)
            guard let file else {
                if content == .missigned(checked.stamp) { throw Minisign.misfit }
                return
            }
            guard checked.fits(file.copy) else {
                content = .missigned(checked.stamp)
                throw Minisign.misfit
            }
        }
    }

    private func start(_ file: PluginFile) async throws -> Worker {
        let start = { [launch, graves] in
            try await Worker.start(file, launch: launch) { end in
                graves?.bury(file.digest, file: file.path, end: end)
            }
        }
        guard let graves else { return try await start() }
        return try await graves.timed(file.digest, file: file.path, slow: launch.deadlines.slowLoad, start)
    }

    private func shelf(_ place: PluginPlace, _ digest: String, _ descriptor: ConnectorDescriptor) -> WorkerShelf {
        WorkerShelf(place: place, digest: digest, descriptor: descriptor, launch: launch, graves: graves)
    }
}

extension PluginLoader.Loaded {
    fileprivate mutating func use(_ descriptor: ConnectorDescriptor, shelf: WorkerShelf, digest: String) {
        report.state = .usable(descriptor)
        connector = Connector(
            descriptor: descriptor, digest: digest, path: report.path, isStranger: report.basis == .owner, shelf: shelf)
    }

    mutating func refuse(_ reason: RefusalReason, _ sentence: String) {
        report.state = .refused(reason, sentence)
        report.basis = nil
        connector = nil
    }
}
